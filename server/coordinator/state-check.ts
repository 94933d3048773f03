// Holds the memory of a room to values that can be written down, and to a size that rooms can afford.
import { performance } from 'node:perf_hooks';
import type { Game } from '../games/index.ts';
import type { Log } from '../observe/index.ts';
import type { RoomState } from './room-state.ts';
import { unwritable } from './unwritable.ts';

/** The game has put a value into `room.state` that a restart would lose or change; the message has its path. */
export class StateError extends TypeError {
  override readonly name = 'StateError';
  readonly code = 'UNWRITABLE_STATE';
}

/** A check may take this part of a room's time: a small state is checked after each step, in which the mistake
 *  is found at once; a large one less often. */
const SHARE = 1 / 200;
/** A snapshot of more values takes longer than a tick. */
const VALUES_MAX = 200_000;
const WARN_MS = 600_000;

/** When the log said last that the game's state is large, by `performance.now()`. */
const warnedAt = new WeakMap<Game, number>();

/** @returns the number of values in the room's state.
 *  @throws {StateError} */
export function checkState({ memoryValue }: Pick<RoomState, 'memoryValue'>): number {
  return checkMemory(memoryValue);
}

/** @param memory what `room.state` holds.
 *  @returns how many values that is.
 *  @throws {StateError} */
export function checkMemory(memory: unknown): number {
  const { problem, values } = unwritable(memory, 'state');
  if (problem !== undefined) throw new StateError(problem);
  return values;
}

/** Checks the state of one room again and again. */
export class StateChecks {
  private nextAt = 0;

  /** To be called after each step. @throws {StateError} */
  afterStep(state: Pick<RoomState, 'memoryValue'>): void {
    const startedAt = performance.now();
    if (startedAt < this.nextAt) return;
    checkState(state);
    const now = performance.now();
    this.nextAt = now + (now - startedAt) / SHARE;
  }
}

/** Warns of a state that keeps other rooms waiting; once in ten minutes for each game.
 *  @param heldMs how long taking the snapshot has kept them waiting. */
export function warnOfSize(
  game: Game,
  of: { readonly room: number; readonly values: number; readonly heldMs: number },
  log: Log,
): void {
  const now = performance.now();
  if (of.values <= VALUES_MAX) return;
  if (now - (warnedAt.get(game) ?? Number.NEGATIVE_INFINITY) < WARN_MS) return;
  warnedAt.set(game, now);
  const { room, values } = of;
  const heldMs = Math.round(of.heldMs);
  log.warn(
    { room, game: game.name, values, heldMs },
    `room.state of game ${game.name} holds ${values.toLocaleString('en')} values: each snapshot keeps all rooms ` +
      `waiting for ${heldMs} ms: keep things with fields in entities, long lists as one string, and remove ` +
      'what is no longer needed',
  );
}
