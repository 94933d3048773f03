// A player for tests who trades gold with another one, again and again, and remembers what was told.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, connect, RejectedError, type Trade } from '../client/index.ts';

/** What each is given at first. */
export const GOLD = 1000;
/** Who has not been told what became of a trade asks. */
const ASK_MS = 1000;
/** Offers are limited to one a second. */
const PAUSE_MS = 200;

export class Trader {
  readonly name: string;
  /** What each trade that was told to be made has brought, by its number. */
  readonly made = new Map<number, number>();
  private readonly client: Client;
  private readonly partners = new Map<number, string>();
  private readonly over = new Set<number>();
  private readonly waiting = new Map<number, () => void>();
  private running: Promise<void> | undefined;
  private isEnding = false;

  static async start(port: number, name: string): Promise<Trader> {
    const client = await connect({ port, name, keepTrying: true });
    const room = await client.join({ game: 'mint' });
    const settled = new Promise((resolve) => room.once('event', resolve));
    await room.call('mint', { amount: GOLD });
    await settled;
    return new Trader(client, name);
  }

  private constructor(client: Client, name: string) {
    this.client = client;
    this.name = name;
    traders.set(name, this);
    client.lobby.on('event', (event, data) => {
      if (event === 'trade') this.told(data as Trade);
    });
  }

  partnerOf(trade: number): Trader {
    return traders.get(this.partners.get(trade)!)!;
  }

  begin(partner: Trader): void {
    this.running = this.run(partner);
  }

  /** Returns when its last trade is over. */
  async end(): Promise<void> {
    this.isEnding = true;
    await this.running;
  }

  /** Learns what became of the last trades, of whose end it may not have been told.
   *  @returns what it is told that it has. */
  async balance(): Promise<number> {
    await this.ask();
    return [...this.made.values()].reduce((sum, gold) => sum + gold, GOLD);
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** Offers until a trade is made. */
  async trade(partner: Trader): Promise<void> {
    for (let made = await this.offer(partner); !made; made = await this.offer(partner));
  }

  private async run(partner: Trader): Promise<void> {
    while (!this.isEnding) await this.offer(partner);
  }

  /** @returns whether a trade was made. */
  private async offer(partner: Trader): Promise<boolean> {
    await sleep(PAUSE_MS);
    const [give, want] = [1 + Math.floor(Math.random() * 50), 1 + Math.floor(Math.random() * 50)];
    try {
      const { trade, version } = (await this.client.lobby.call('trade', {
        with: partner.client.welcome!.session,
        give: { gold: give },
        want: { gold: want },
      })) as Trade;
      this.told((await this.client.lobby.call('confirm', { trade, version })) as Trade);
      const over = new Promise<void>((resolve) => this.waiting.set(trade, resolve));
      while (!this.over.has(trade)) {
        await Promise.race([over, sleep(ASK_MS)]);
        if (!this.over.has(trade)) await this.ask();
      }
      return this.made.has(trade);
    } catch (error) {
      if (error instanceof RejectedError) return false;
      throw error;
    }
  }

  private async ask(): Promise<void> {
    const { over } = (await this.client.lobby.call('trades', {})) as { over: Trade[] };
    for (const view of over) this.told(view);
  }

  private told(view: Trade): void {
    const { trade, state, give, want } = view;
    this.partners.set(trade, view.with);
    if (state === 'done') this.made.set(trade, (want.gold ?? 0) - (give.gold ?? 0));
    if (state === 'done' || state === 'ended') {
      this.over.add(trade);
      this.waiting.get(trade)?.();
    }
    if (state !== 'open' || view.own || view.confirmed) return;
    // Refused where the trade is over by now.
    this.client.lobby.call('confirm', { trade, version: view.version }).then(
      (value) => this.told(value as Trade),
      () => {},
    );
  }
}

const traders = new Map<string, Trader>();
