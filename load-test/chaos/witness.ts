// A player of the tally room that keeps a record of what it added and of what it was told.
import { RejectedError, type RoomView } from '../../client/index.ts';
import { Bot, type BotOptions } from './bot.ts';
import type { TallyRecord } from './messages.ts';
import { until } from './until.ts';

/** What `add` answers to a call. */
export interface Added {
  readonly n: number;
  readonly violations: number;
}

const ADD_MS = 200;
/** One in so many additions is a call. */
const CALLS = 8;
/** Without a connection nobody goes on adding for long. */
const UNACKNOWLEDGED_MAX = 64;

export class Witness {
  readonly bot: Bot;
  private readonly options: Omit<BotOptions, 'game'>;
  private room: RoomView | undefined;
  private timer: NodeJS.Timeout | undefined;
  private sent = 0;
  /** By the state's `ack`, and by the answers of calls. */
  private acknowledged = 0;

  constructor(options: Omit<BotOptions, 'game'>) {
    this.options = options;
    this.bot = new Bot({ ...options, game: 'tally' });
  }

  async start(): Promise<void> {
    const room = await this.bot.join();
    this.room = room;
    // In this room the client sends additions only, so that the number of each is its place.
    room.on('state', () => this.told(Math.min(room.ack, this.sent)));
    room.on('rejected', ({ seq, code }) => this.problem(`addition ${seq} was refused: ${code}`));
    this.timer = setInterval(() => this.add(room), ADD_MS);
    // Why is said elsewhere.
    room.once('left', this.stop);
    this.bot.client.once('closed', this.stop);
  }

  /** Adds nothing more. @returns what is on record when all was acknowledged, or after a while. */
  async settle(): Promise<TallyRecord> {
    this.stop();
    const room = this.room!;
    await until(() => room.unacknowledged === 0);
    const { sent, acknowledged } = this;
    if (room.unacknowledged > 0) this.problem(`${room.unacknowledged} additions have no answer`);
    // Of a place that is lost the room has nothing.
    const applied = room.call('mine').catch(() => 0) as Promise<number>;
    return { name: this.bot.name, sent, acknowledged, applied: await applied, askedAgain: 0 };
  }

  private readonly stop = (): void => clearInterval(this.timer);

  private add(room: RoomView): void {
    if (room.unacknowledged >= UNACKNOWLEDGED_MAX) return;
    const n = ++this.sent;
    if (n % CALLS === 0) void this.call(room, n);
    else room.send('add', { n });
  }

  private async call(room: RoomView, n: number): Promise<void> {
    try {
      const added = (await room.call('add', { n })) as Added;
      if (added.n !== n) this.problem(`addition ${n} was answered as addition ${added.n}`);
      if (added.violations > 0) this.problem('the room has seen additions lost or doubled');
      this.told(n);
    } catch (error) {
      const code = error instanceof RejectedError ? error.code : (error as Error).message;
      this.problem(`addition ${n}, a call, failed: ${code}`);
    }
  }

  private told(n: number): void {
    this.acknowledged = Math.max(this.acknowledged, n);
  }

  private problem(text: string): void {
    this.options.incidents.problem(`${this.bot.name}: ${text}`);
  }
}
