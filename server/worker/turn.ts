// The messages of the coordinator that came in one turn of the event loop. The deltas of a room that
// wait behind one another are applied together, and each client is shown one frame for all of them:
// a worker that is late catches up by the work for one tick, however many ticks it has missed.
import type { FromCoordinator } from '../link/index.ts';
import type { NoDelta } from './receive.ts';
import type { Delta } from './room-copy.ts';

export interface TurnOptions {
  /** Brings the copy of a room up to date by its deltas: in their order, at least one. */
  apply(room: number, deltas: readonly Delta[]): void;
  /** Shows the room to the next `max` of its clients that have not seen it since `apply`.
   *  @returns the number of clients; with fewer than `max` there is none left. */
  show(room: number, max: number): number;
  receive(message: NoDelta): void;
  /** Sends what clients were shown and told. */
  flush(): void;
}

/** Clients that are shown a frame in one turn of the event loop, about 10 ms of work: a process that
 *  gets a tenth of a processor still has its timers and heartbeats ten times a second. */
const SHOWN_AT_ONCE = 256;

/** Messages after which the commands of a connection are numbered from another point. */
const RENUMBERING: ReadonlySet<FromCoordinator['type']> = new Set([
  'attached',
  'joined',
  'resumed',
  'left',
]);

/** Order: a client gets the frame for all deltas of the turn first, then the other messages in the
 *  order in which they came. So an event never comes before the state of its tick. The acknowledgement
 *  of a command never comes before the message that says how commands are numbered. */
export class Turn {
  private readonly options: TurnOptions;
  private deltas = new Map<number, Delta[]>();
  private later: NoDelta[] = [];
  /** Rooms whose copies are up to date, and not yet shown to all of their clients. */
  private shown: number[] = [];
  /** The messages that follow when they are. */
  private following: NoDelta[] = [];
  /** Connections for which `later` or `following` renumbers commands. */
  private readonly renumbered = new Set<number>();
  private settling: NodeJS.Immediate | undefined;

  constructor(options: TurnOptions) {
    this.options = options;
  }

  add(message: FromCoordinator): void {
    // `CoordinatorLink` has noted it.
    if (message.type === 'beat') return;
    if (message.type === 'delta') {
      if (this.renumbered.size > 0 && this.acknowledgesRenumbered(message)) this.settle();
      const waiting = this.deltas.get(message.room);
      if (waiting) waiting.push(message);
      else this.deltas.set(message.room, [message]);
      return;
    }
    if (message.type === 'opened' || message.type === 'shut') {
      // Deltas before it are of another copy than those after it.
      this.settle();
    } else if (this.deltas.size > 0 || this.isShowing || this.later.length > 0) {
      // `later` may hold messages with no delta before them: those that came while a room was shown.
      this.later.push(message);
      this.noteRenumbering(message);
      return;
    }
    this.options.receive(message);
  }

  /** A batch is through. It is shown when all that can be read now has been read. */
  batchEnd(): void {
    this.settling ??= setImmediate(this.go);
  }

  /** Shows and receives at once all that has come. */
  settle(): void {
    this.go(Number.POSITIVE_INFINITY);
    // The first call may have finished what came before these.
    if (this.deltas.size > 0 || this.later.length > 0) this.go(Number.POSITIVE_INFINITY);
  }

  private noteRenumbering(message: NoDelta): void {
    if (!RENUMBERING.has(message.type) || !('connection' in message)) return;
    this.renumbered.add(message.connection);
  }

  private acknowledgesRenumbered({ acks }: Delta): boolean {
    for (let i = 0; i < acks.length; i += 2) if (this.renumbered.has(acks[i]!)) return true;
    return false;
  }

  private get isShowing(): boolean {
    return this.shown.length > 0;
  }

  private readonly go = (max = SHOWN_AT_ONCE): void => {
    clearImmediate(this.settling);
    this.settling = undefined;
    if (!this.isShowing) this.applyAll();
    this.show(max);
    if (this.isShowing) this.batchEnd();
    else this.receiveFollowing();
    this.options.flush();
  };

  private applyAll(): void {
    const { options, deltas, later } = this;
    this.following = later;
    this.later = [];
    if (deltas.size === 0) return;
    this.deltas = new Map();
    for (const [room, waiting] of deltas) {
      options.apply(room, waiting);
      this.shown.push(room);
    }
  }

  private show(max: number): void {
    let left = max;
    while (this.isShowing) {
      const count = this.options.show(this.shown[0]!, left);
      if (count === left) return;
      left -= count;
      this.shown.shift();
    }
  }

  private receiveFollowing(): void {
    const { following } = this;
    this.following = [];
    for (const message of following) this.options.receive(message);
    if (this.renumbered.size > 0) {
      this.renumbered.clear();
      for (const message of this.later) this.noteRenumbering(message);
    }
    // What came while clients were shown these.
    if (this.deltas.size > 0 || this.later.length > 0) this.batchEnd();
  }
}
