// Repeats what happened to a room, by the code that runs rooms, and compares it with its snapshots.
import {
  type Difference,
  type Failure,
  firstDifference,
  type Input,
  RoomState,
  type SavedRoom,
} from '../coordinator/index.ts';
import type { Game } from '../games/index.ts';
import { stateHash } from '../store/index.ts';
import { type History, openHistory, ReplayError } from './history.ts';

export interface ReplayOptions {
  /** The last tick to repeat; without it, all that there is. */
  readonly until?: number | undefined;
  /** Called before the first batch; with `until`, before that tick's. */
  readonly pause?: (() => void) | undefined;
}

/** `start`: the room was repeated from it. `other code`: the game has another state version or other
 *  fields now, so nothing can be compared. `older format`: an older server wrote it, whose hashes are
 *  others. `not reached`: the replay ended before it. */
export type Verdict = 'start' | 'equal' | 'differs' | 'other code' | 'older format' | 'not reached';

export interface SnapshotReport {
  readonly tick: number;
  /** As the server wrote it; undefined for `older format`. */
  readonly hash: string | undefined;
  readonly stateVersion: number;
  readonly verdict: Verdict;
  /** Left is the snapshot, right the replay. */
  readonly difference?: Difference;
}

/** Where the game's own tick ended the room by throwing. */
export interface Thrown {
  readonly tick: number;
  readonly stack: string;
}

/** A command or hook on which the game failed: its changes were undone. */
export interface FailedCall extends Thrown, Omit<Failure, 'error' | 'effect'> {}

/** Failed calls that a report shows. */
const SHOWN_MAX = 5;

export interface ReplayReport {
  readonly room: number;
  readonly game: string;
  readonly snapshots: readonly SnapshotReport[];
  readonly batches: number;
  readonly inputs: number;
  /** Commands and hooks on which the game failed: the changes of each were undone. */
  readonly failures: number;
  /** The first of them. */
  readonly failed: readonly FailedCall[];
  readonly seconds: number;
  /** Of the state in which the replay ended; of a room that threw, as the tick left it. */
  readonly tick: number;
  readonly players: number;
  readonly hash: string;
  readonly saved: SavedRoom;
  /** The text with which the game ended the room. */
  readonly ended?: string;
  readonly thrown?: Thrown;
  readonly droppedBytes: number;
  readonly damaged: readonly string[];
  /** No snapshot differs, and the game did not throw. */
  readonly isEqual: boolean;
}

/** Repeats a room from the oldest snapshot in its folder that this code has written.
 *  @param folder a room's; of a server at work, stopped, set aside or copied. It is not changed.
 *  @throws {ReplayError} or {StoreError} where nothing can be repeated. */
export function replayRoom(
  folder: string,
  games: ReadonlyMap<string, Game>,
  options: ReplayOptions = {},
): ReplayReport {
  return replay(openHistory(folder, games), options);
}

/** @throws {ReplayError} when `until` is before the first tick that can be had. */
export function replay(history: History, options: ReplayOptions = {}): ReplayReport {
  const { game, room, start } = history;
  if (options.until !== undefined && options.until < start.tick) {
    throw new ReplayError(
      `the oldest snapshot to begin with is of tick ${start.tick}: --until cannot be before that`,
    );
  }
  const state = RoomState.restore(game, { id: room, saved: history.saved });
  const run = new Run(history, state);
  const startedAt = performance.now();
  run.go(options);
  const seconds = (performance.now() - startedAt) / 1000;
  return run.report(seconds);
}

class Run {
  private readonly history: History;
  private readonly state: RoomState;
  private readonly verdicts = new Map<object, Pick<SnapshotReport, 'verdict' | 'difference'>>();
  private batches = 0;
  private inputs = 0;
  private failures = 0;
  private readonly failed: FailedCall[] = [];
  private ended: string | undefined;
  private thrown: Thrown | undefined;

  constructor(history: History, state: RoomState) {
    this.history = history;
    this.state = state;
  }

  go({ until = Number.POSITIVE_INFINITY, pause }: ReplayOptions): void {
    const { batches } = this.history;
    const pauseAt = Number.isFinite(until) ? until : batches[0]?.tick;
    for (const { tick, now, inputs } of batches) {
      if (tick > until) return;
      if (tick === pauseAt) pause?.();
      this.apply(tick, now, inputs);
      if (this.thrown) return;
      this.compare(tick);
      if (this.ended !== undefined) return;
    }
  }

  report(seconds: number): ReplayReport {
    const { history, state } = this;
    const saved = state.save();
    const snapshots = history.snapshots.map((snapshot): SnapshotReport => {
      const { tick, hash, stateVersion } = snapshot;
      return { tick, hash, stateVersion, ...this.verdictOn(snapshot) };
    });
    return {
      room: history.room,
      game: history.game.name,
      snapshots,
      batches: this.batches,
      inputs: this.inputs,
      failures: this.failures,
      failed: this.failed,
      seconds,
      tick: saved.tick,
      players: saved.players.length,
      hash: stateHash(saved),
      saved,
      ...(this.ended === undefined ? {} : { ended: this.ended }),
      ...(this.thrown ? { thrown: this.thrown } : {}),
      droppedBytes: history.droppedBytes,
      damaged: history.damaged,
      isEqual: !this.thrown && snapshots.every(({ verdict }) => verdict !== 'differs'),
    };
  }

  private apply(tick: number, now: number, inputs: readonly Input[]): void {
    try {
      const { failures, ended } = this.state.apply(now, inputs);
      this.batches++;
      this.inputs += inputs.length;
      this.failures += failures.length;
      for (const { error, effect: _, ...of } of failures) {
        if (this.failed.length < SHOWN_MAX)
          this.failed.push({ tick, ...of, stack: stackOf(error) });
      }
      this.ended = ended;
    } catch (error) {
      this.thrown = { tick, stack: stackOf(error) };
    }
  }

  private compare(tick: number): void {
    const snapshot = this.history.snapshots.find((of) => of.tick === tick);
    if (!snapshot?.hash || !this.history.comparable.has(snapshot)) return;
    const saved = this.state.save();
    if (stateHash(saved) === snapshot.hash) {
      this.verdicts.set(snapshot, { verdict: 'equal' });
      return;
    }
    const difference = firstDifference(snapshot.saved as SavedRoom, saved);
    this.verdicts.set(snapshot, { verdict: 'differs', ...(difference ? { difference } : {}) });
  }

  private verdictOn(snapshot: History['start']): Pick<SnapshotReport, 'verdict' | 'difference'> {
    if (snapshot === this.history.start) return { verdict: 'start' };
    if (!this.history.comparable.has(snapshot)) return { verdict: 'other code' };
    if (!snapshot.hash) return { verdict: 'older format' };
    return this.verdicts.get(snapshot) ?? { verdict: 'not reached' };
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
