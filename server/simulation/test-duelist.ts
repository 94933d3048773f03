// A client that plays one match after another, alone or with a party, and trades what it earns.
import type {
  Client,
  ClientError,
  RejectedError,
  RoomView,
  ServerError,
} from '../../client/index.ts';
import { duels } from './test-game.ts';
import { machine, type SimulatedProcess } from './test-machine.ts';
import { Trader } from './test-trader.ts';
import { Visitor } from './test-visitor.ts';

const ROUNDS_MAX = 4;
const PAUSE_MS = 200;
/** After this one may change one's mind. */
const PATIENCE_MS = 1500;

/** Those who are to play together. */
export class Party {
  private made: Promise<string> | undefined;

  /** The first who asks has it made. */
  secret(client: Client): Promise<string> {
    this.made ??= client.party().catch((error: Error) => {
      this.made = undefined;
      throw error;
    });
    return this.made;
  }
}

export class Duelist extends Visitor {
  readonly trader: Trader;
  /** undefined: comes alone. */
  readonly party: Party | undefined;
  earned = 0;
  /** The rooms of its matches. */
  private readonly matched: number[] = [];
  /** How often it has wanted a match, and then not. */
  private aborted = 0;
  private wish = new AbortController();
  private isIdle = false;

  /** @param all who trade; a name may be that of a session too of which its client was not told. */
  constructor(process: SimulatedProcess, party: Party | undefined, all: () => readonly Duelist[]) {
    super(process);
    this.party = party;
    const violate = (what: string): void => this.violate(what);
    this.client.on('room', ({ number }) =>
      violate(`is in room ${number}, for which it has not asked`),
    );
    const others = () => {
      const sessions = all().map((one) => (one === this ? undefined : one.session));
      return sessions.filter((session) => session !== undefined);
    };
    this.trader = new Trader(this.client.lobby, others, violate);
    this.live().catch((error) => violate(`fails: ${error.stack}`));
  }

  get session(): number | undefined {
    return this.client.welcome?.session;
  }

  override rest(): void {
    if (!this.isWorking) return;
    super.rest();
    machine().after(0, this.process, () => {
      this.wish.abort();
      this.trader.rest();
    });
  }

  get lacks(): string | undefined {
    const { client, process, trader } = this;
    const lacks = (what: string): string => `${process.name} ${what}`;
    if (client.state !== 'ready') return lacks(`is not attached: ${client.state}`);
    if (!this.isIdle) return lacks('is still in a match, or waits for one');
    if (client.lobby.unacknowledged > 0) return lacks('has no answer from the lobby');
    if (!trader.isIdle) return lacks('still trades');
    return this.wrongInMatches();
  }

  private wrongInMatches(): string | undefined {
    const { matched, session } = this;
    const been = [...duels].filter(([, came]) => came.includes(session!)).map(([room]) => room);
    const fits = matched.every((room) => been.includes(room));
    if (fits && been.length <= matched.length + this.aborted) return undefined;
    const told = `was told of matches ${matched}, ${this.aborted} given up`;
    return `${this.process.name} ${told}, and has been in ${been}`;
  }

  private async live(): Promise<void> {
    while (this.isWorking) {
      const view = await this.match();
      if (view) await this.play(view);
      await pause(PAUSE_MS);
    }
    this.isIdle = true;
  }

  private async match(): Promise<RoomView | undefined> {
    const { client } = this;
    const party = await this.party?.secret(client);
    const wish = new AbortController();
    const { signal } = wish;
    this.wish = wish;
    if (machine().chance(0.2)) void pause(PATIENCE_MS).then(() => wish.abort());
    try {
      const view = await client.match(
        'duel',
        party === undefined ? { signal } : { party, size: 2, signal },
      );
      if (this.matched.includes(view.number)) this.violate(`is matched twice into ${view.number}`);
      this.matched.push(view.number);
      return view;
    } catch (error) {
      const { code } = error as ClientError | RejectedError | ServerError;
      // The game has turned one of the two away; with a lost connection nothing more is known.
      if (code === 'NOT_YET' || code === 'NOT_WAITING') return undefined;
      if (code !== 'ABORTED') throw error;
      this.aborted++;
      // One may change one's mind again, at once.
      if (this.isWorking && machine().chance(0.5)) return this.match();
      // What was under way has come when this is answered.
      await client.lobby.call('online');
      return undefined;
    }
  }

  private async play(view: RoomView): Promise<void> {
    let isLeaving = false;
    view.on('left', ({ text }) => {
      if (!isLeaving) this.violate(`lost its place in a match: ${text}`);
    });
    const rounds = machine().random.integer(1, ROUNDS_MAX);
    for (let n = 1; n <= rounds; n++) {
      const value = await view.call('add', { n });
      if (value !== n) this.violate(`is answered ${value} for ${n}`);
      this.earned++;
    }
    isLeaving = true;
    await view.leave();
  }
}

/** What is not as it should be with who was put together. */
export function wrongInDuels(duelists: readonly Duelist[]): string | undefined {
  const parties = new Map(duelists.map(({ session, party }) => [session, party]));
  for (const [room, came] of duels) {
    const [one, other] = came;
    // Its coordinator died before those who were matched were in it; another took its place.
    if (came.length === 0) continue;
    const isPair = came.length === 2 && one !== other;
    if (isPair && parties.get(one!) === parties.get(other!)) continue;
    return `in room ${room} of a match were ${came}`;
  }
  return undefined;
}

const pause = (msMax: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, machine().random.float() * msMax));
