// Writes a room down: each batch before it is applied, and the whole room from time to time.
import { performance } from 'node:perf_hooks';
import type { Game } from '../games/index.ts';
import { type Log, LogThrottle } from '../observe/index.ts';
import type { EndedRoom } from '../store/index.ts';
import type { DiskHealth } from './disk-health.ts';
import { snapshotOf } from './room-snapshot.ts';
import type { Input, RoomState } from './room-state.ts';
import { checkState, StateError, warnOfSize } from './state-check.ts';
import type { RoomStorage } from './storage.ts';

export interface RoomRecordOptions {
  readonly game: Game;
  readonly state: RoomState;
  readonly storage: RoomStorage;
  /** It was written down by other code: the next batch writes it down as it is now. */
  readonly carriedOver: boolean;
  /** In a recovered room, what its recovery has repeated: the next one would do so again. */
  readonly repeated?: Repeated | undefined;
  /** How often the room is written down whole, in ms. */
  readonly snapshotMs: number;
  readonly log: Log;
  readonly health: DiskHealth;
  /** The disk has not taken what was written: nobody knows what it holds. */
  diskFailed(error: unknown): void;
  /** The game has put something into the state that cannot be written: no disk is at fault. */
  unwritable(error: StateError): void;
}

/** What a recovery has applied again since the snapshot: which time of the room, and how long it took. */
export interface Repeated {
  readonly roomMs: number;
  readonly ms: number;
}

/** How often what was written down is forced to the disk, where that is wanted each second. */
const SYNC_MS = 1000;
/** A journal of so many bytes is cut short by a snapshot even where nothing has come. */
const JOURNAL_BYTES_MAX = 1_000_000;
/** The next snapshot is taken early where the room's own work since the newest took so many times as
 *  long as writing that one, and so many ms: where no standby has followed, a recovery repeats all of
 *  it while players wait. So snapshots take no more than this part of a room's time, however slow the
 *  machine is. */
const REPLAY_PER_SNAPSHOT = 20;
const REPLAY_MS_MIN = 40;
/** None comes sooner after another, or after a recovery, whatever the room costs. */
const APART_MS_MIN = 1000;
const NO_SNAPSHOT = 'no snapshot was taken; the journal goes on';

export class RoomRecord {
  private readonly options: RoomRecordOptions;
  private snapshotAt = performance.now();
  private nextAt: number;
  private syncedAt = performance.now();
  /** What a recovery would have to repeat. */
  private replayMs = 0;
  /** What the newest snapshot took. */
  private snapshotMs = 0;
  /** A snapshot is being written. */
  private isWriting = false;
  /** Something has come since the last snapshot. */
  private hasChanged = false;
  /** When the oldest input came that no snapshot has, by `performance.now()`. */
  private unsavedSince: number | undefined;
  /** Since when the room cannot be written. */
  private stalledAt: number | undefined;
  /** When each kind of trouble was logged last. */
  private readonly throttle = new LogThrottle<string>();

  constructor(options: RoomRecordOptions) {
    this.options = options;
    this.nextAt = this.snapshotAt + this.apartMs;
    const { repeated, carriedOver } = options;
    if (repeated) {
      this.snapshotAt -= repeated.roomMs;
      this.replayMs = repeated.ms;
      this.hasChanged = true;
    }
    if (carriedOver) {
      this.hasChanged = true;
      this.snapshotAt = this.nextAt = Number.NEGATIVE_INFINITY;
    }
  }

  /** @returns false where it cannot be written: it must not be applied, nor anyone be told. */
  append(now: number, inputs: readonly Input[]): boolean {
    const { storage, state } = this.options;
    try {
      storage.append(state.room.tick + 1, now, inputs);
      if (this.stalledAt !== undefined) this.goesOn();
      return true;
    } catch (error) {
      this.stalledAt ??= performance.now();
      this.options.health.roomStalled(state.room.id, error);
      this.logTrouble(error, 'nothing is acknowledged until the room can be written down');
      return false;
    }
  }

  /** For how many ms the room could not be written; 0 where it can. */
  get stalledMs(): number {
    return this.stalledAt === undefined ? 0 : performance.now() - this.stalledAt;
  }

  /** For how many ms an input has been in no snapshot. */
  get unsavedMs(): number {
    return this.unsavedSince === undefined ? 0 : performance.now() - this.unsavedSince;
  }

  /** The room can be written, or is over. */
  goesOn(): void {
    this.stalledAt = undefined;
    this.options.health.roomGoesOn(this.options.state.room.id);
  }

  /** The batch that was appended has been applied, in `ms`. */
  applied(inputs: readonly Input[], ms: number): void {
    this.replayMs += ms;
    if (inputs.length === 0) return;
    this.hasChanged = true;
    this.unsavedSince ??= performance.now();
  }

  /** Writes the room down whole, beside the event loop, where it is time to. Call it after a batch. */
  snapshotIfDue(): void {
    const now = performance.now();
    if (this.isWriting || now <= this.nextAt) return;
    if (this.isLong || now - this.snapshotAt > this.options.snapshotMs) void this.snapshot();
  }

  /** Lets the disk take what was written down. Called several times a second. */
  sync(): void {
    const now = performance.now();
    if (now - this.syncedAt < SYNC_MS) return;
    this.syncedAt = now;
    this.options.storage.sync().catch((error) => this.options.diskFailed(error));
  }

  /** Writes the room down whole: the next process may run other code, which is to find no ticks of
   *  this one. It may begin when this resolves. */
  async finish(): Promise<void> {
    const { storage, game, state } = this.options;
    try {
      checkState(state);
      await storage.finish(() => snapshotOf(game, state));
    } catch (error) {
      this.logTrouble(error, NO_SNAPSHOT);
    }
  }

  /** The room is over: its files are kept among those of ended rooms, or removed.
   *  @returns whether they are no longer among those of rooms. */
  async remove(ended: EndedRoom | undefined): Promise<boolean> {
    try {
      await this.options.storage.remove(ended);
      return true;
    } catch (error) {
      this.logTrouble(error, 'the files of a room that has ended are not removed');
      return false;
    }
  }

  private async snapshot(): Promise<void> {
    this.snapshotAt = performance.now();
    this.nextAt = this.snapshotAt + this.apartMs;
    const { storage, game, state } = this.options;
    const isWorthIt = this.hasChanged || this.isLong;
    if (!isWorthIt && storage.bytes < JOURNAL_BYTES_MAX) return;
    this.hasChanged = false;
    this.replayMs = 0;
    this.isWriting = true;
    const { unsavedSince } = this;
    this.unsavedSince = undefined;
    try {
      const startedAt = performance.now();
      const values = checkState(state);
      const snapshot = snapshotOf(game, state);
      const takenMs = performance.now() - startedAt;
      const writing = storage.snapshot(snapshot);
      // The state is packed in the call, and the rest beside the event loop.
      const heldMs = performance.now() - startedAt;
      warnOfSize(game, { room: state.room.id, values, heldMs }, this.options.log);
      this.snapshotMs = takenMs + (await writing);
    } catch (error) {
      this.hasChanged = true;
      this.unsavedSince = unsavedSince ?? this.unsavedSince;
      if (error instanceof StateError) {
        this.options.unwritable(error);
        return;
      }
      this.options.health.failed('snapshot', error);
      this.logTrouble(error, NO_SNAPSHOT);
    } finally {
      this.isWriting = false;
    }
  }

  private get isLong(): boolean {
    return this.replayMs > Math.max(REPLAY_MS_MIN, REPLAY_PER_SNAPSHOT * this.snapshotMs);
  }

  private get apartMs(): number {
    return Math.min(APART_MS_MIN, this.options.snapshotMs);
  }

  private logTrouble(error: unknown, text: string): void {
    if (!this.throttle.isDue(text)) return;
    this.options.log.error({ err: error, room: this.options.state.room.id }, text);
  }
}
