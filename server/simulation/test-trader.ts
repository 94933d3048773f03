// Offers, counters, confirms and cancels trades, and holds the server to what it was told of each.
import { type Lobby, RejectedError } from '../../client/index.ts';
import { machine } from './test-machine.ts';
import type { WrittenAccounts } from './test-sqlite.ts';

const PAUSE_MS = 400;
const COINS_MAX = 3;

interface TradeView {
  readonly trade: number;
  readonly state: 'open' | 'confirmed' | 'done' | 'ended';
  readonly code?: string;
  readonly with: string;
  readonly version?: number;
  readonly confirmed?: boolean;
  readonly give: { readonly coin?: number };
  readonly want: { readonly coin?: number };
}

/** What became of a trade, as one of its two was told. */
interface Outcome {
  readonly state: string;
  readonly give: number;
  readonly want: number;
  readonly with: string;
}

export class Trader {
  /** It has no trade that is not over, and begins none. */
  isIdle = false;
  readonly over = new Map<number, Outcome>();
  private readonly lobby: Lobby;
  private readonly others: () => readonly number[];
  private readonly violate: (what: string) => void;
  private isWorking = true;

  /** @param others the sessions with which it may trade. */
  constructor(lobby: Lobby, others: () => readonly number[], violate: (what: string) => void) {
    this.lobby = lobby;
    this.others = others;
    this.violate = violate;
    lobby.on('event', (name, data) => {
      if (name === 'trade') this.told(data as TradeView);
    });
    void this.live();
  }

  /** It cancels what there is. */
  rest(): void {
    this.isWorking = false;
  }

  /** What its trades have brought. */
  get gain(): number {
    let gain = 0;
    for (const { state, give, want } of this.over.values())
      if (state === 'done') gain += want - give;
    return gain;
  }

  private async live(): Promise<void> {
    const { random } = machine();
    while (this.isWorking) {
      await new Promise<void>((resolve) => void setTimeout(resolve, random.float() * PAUSE_MS));
      const others = this.others();
      if (others.length > 0) await this.ask('trade', { with: random.pick(others), ...offer() });
    }
    for (let open = await this.open(); open.length > 0; open = await this.open()) {
      for (const { trade } of open) await this.ask('cancel', { trade });
    }
    this.isIdle = true;
  }

  private async open(): Promise<readonly TradeView[]> {
    const { open, over } = (await this.lobby.call('trades', {})) as Record<string, TradeView[]>;
    for (const view of over!) this.told(view);
    return open!;
  }

  private async ask(name: string, args: unknown): Promise<void> {
    try {
      this.told((await this.lobby.call(name, args)) as TradeView);
    } catch (error) {
      if (!(error instanceof RejectedError)) this.violate(`cannot ${name}: ${error}`);
    }
  }

  private told(view: TradeView): void {
    const { trade, state, code, version, confirmed } = view;
    if (state === 'done' || state === 'ended') {
      const [give, want] = [view.give.coin ?? 0, view.want.coin ?? 0];
      const outcome = { state: code ?? state, give, want, with: view.with };
      const before = this.over.get(trade);
      if (before && JSON.stringify(before) !== JSON.stringify(outcome)) {
        const [first, then] = [before, outcome].map((one) => JSON.stringify(one));
        this.violate(`is told of trade ${trade} ${first}, and then ${then}`);
      }
      this.over.set(trade, outcome);
    } else if (!this.isWorking) void this.ask('cancel', { trade });
    else if (state === 'open' && !confirmed) this.answer(trade, version!);
  }

  private answer(trade: number, version: number): void {
    const choice = machine().random.float();
    if (choice < 0.75) void this.ask('confirm', { trade, version });
    else if (choice < 0.85) void this.ask('counter', { trade, ...offer() });
    else if (choice < 0.95) void this.ask('cancel', { trade });
  }
}

const coins = () => ({ coin: machine().random.integer(0, COINS_MAX) });
const offer = () => ({ give: coins(), want: coins() });

/** What is not as it should be between what two were told of a trade, and what is written down.
 *  @param traders by name. */
export function wrongInTrades(
  traders: ReadonlyMap<string, Trader>,
  { trades }: WrittenAccounts,
): string | undefined {
  for (const [trade, state] of trades) {
    const told = [...traders].filter(([, { over }]) => over.has(trade));
    const text = told.map(([name, { over }]) => `${name} ${JSON.stringify(over.get(trade))}`);
    const [a, b] = told.map(([, { over }]) => over.get(trade)!);
    const isSame = a?.state === state && b?.state === state && told.length === 2;
    if (isSame && a.give === b.want && a.want === b.give) continue;
    return `trade ${trade} is ${state}, and told were ${text.join(', ') || 'none'}`;
  }
  for (const [name, { over }] of traders) {
    for (const trade of over.keys()) {
      if (!trades.has(trade))
        return `${name} was told of trade ${trade}, which is not written down`;
    }
  }
  return undefined;
}
