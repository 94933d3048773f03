// Replays a room's journal, and finds the input that ends its process whenever it is applied.
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import type { Log, ProcessMetrics } from '../observe/index.ts';
import type { Attempt, Batch } from '../store/index.ts';
import { markProgress } from '../watch/progress.ts';
import { after, type Guard, mark } from './guard.ts';
import { inGuardedTurns } from './guarded-turns.ts';
import { SET_ASIDE_MAX } from './hang-judge.ts';
import type { LastChanges } from './room-copies.ts';
import type { Repeated } from './room-record.ts';
import type { Input, RoomState } from './room-state.ts';
import type { FileStorage } from './storage.ts';

/** Workers are told at least once a second at which tick a room is, at up to 60 a second; their copies
 *  are at one of so many ticks before the last. */
const COPIES_TICKS = 75;
/** How long a replay keeps other work waiting. */
const TURN_MS = 50;

/** A command that was set aside: its sender has not been told. */
export interface Untold {
  readonly player: number;
  readonly seq: number;
}

/** Looks at where the recovery before this one ended with its process, and sets that input aside.
 *  @returns false where the room itself is at fault.
 *  @throws {StoreError} */
export function setCulpritAside(
  room: number,
  { previous }: Attempt,
  storage: FileStorage,
  { log, metrics }: { log: Log; metrics: ProcessMetrics<'coordinator'> },
): boolean {
  if (!previous) return true;
  const { culprit, game } = storage.culprit(room, previous);
  if (culprit === undefined) return true;
  const where = { room, game, tick: previous.tick };
  if (culprit === 'room' || culprit.input.kind !== 'command') {
    log.error({ ...where, input: culprit }, 'a room ends its process whenever it is recovered');
    return false;
  }
  const { player, seq, name, args } = culprit.input;
  const command = { player, seq, command: name, args };
  if (storage.setAside(room, culprit) > SET_ASIDE_MAX) {
    log.error({ ...where, ...command }, 'a room has too many commands that end its process');
    return false;
  }
  metrics.count('commandsSetAside');
  log.error({ ...where, ...command }, 'a command ends its process: it was set aside');
  return true;
}

/** What is to be known of a replay besides the state. */
export interface Replayed {
  /** Why the room has ended in its last batch, if it has. */
  readonly ended: string | undefined;
  readonly untold: readonly Untold[];
  /** What the last batch has changed: its process may have died before it told anyone. */
  readonly lastChanges: LastChanges | undefined;
  readonly repeated: Repeated | undefined;
}

/** Brings `state` to where the journal ends.
 *  @throws {GameHangError}, and what the game throws: the state is worth nothing then. */
export async function replay(
  state: RoomState,
  batches: readonly Batch<Input>[],
  attempt: Pick<Attempt, 'at' | 'rest' | 'previous'>,
  guard: Pick<Guard, 'run'>,
): Promise<Replayed> {
  const last = batches.at(-1);
  const { id } = state.room;
  const untold: Untold[] = [];
  let ended: string | undefined;
  const startedAt = performance.now();
  await inGuardedTurns(batches, {
    guard,
    turnMs: TURN_MS,
    each({ tick, now, inputs }) {
      // The process that ran the room ended in the last batch, if it was the room that ended it.
      const isSuspect = tick === last?.tick || tick === attempt.previous?.tick;
      if (!isSuspect) attempt.at(tick);
      if (last && tick > last.tick - COPIES_TICKS) state.dropChanges();
      ended = state.apply(now, inputs, (index) => {
        mark(id, tick, index);
        if (isSuspect) attempt.at(tick, index);
      }).ended;
      markProgress();
      for (const input of inputs) if (input.kind === 'refused') untold.push(input);
      return true;
    },
    async rested() {
      attempt.rest();
      await setImmediate();
      return true;
    },
  });
  // Game code that runs outside of batches, when a player comes.
  if (ended === undefined) {
    const index = (last?.inputs.length ?? 0) + after.about;
    attempt.at(state.room.tick, index);
    mark(id, state.room.tick, index);
    guard.run(() => state.about());
  }
  attempt.rest();
  const since = state.changedTick;
  const lastChanges = last && { tick: last.tick, since, ...state.takeChanges() };
  const ms = performance.now() - startedAt;
  const repeated = last && { roomMs: last.now - batches[0]!.now, ms };
  return { ended, untold, lastChanges, repeated };
}
