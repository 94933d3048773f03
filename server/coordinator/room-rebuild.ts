// Makes the state of a living room again from its files, when game code was stopped in the middle of it.
import { setImmediate } from 'node:timers/promises';
import type { Game } from '../games/index.ts';
import type { Batch, Snapshot } from '../store/index.ts';
import { mark, type Place } from './guard.ts';
import { inGuardedTurns } from './guarded-turns.ts';
import type { Input } from './inputs.ts';
import type { ReplayGuard } from './replay-guard.ts';
import { RoomState, type SavedRoom } from './room-state.ts';

/** What the room has on disk, while it goes on being written. */
export interface RoomFiles {
  /** The newest snapshot, and the batches since, without the inputs that were set aside.
   *  @throws {StoreError} */
  newest(): { readonly snapshot: Snapshot; readonly batches: readonly Batch<Input>[] };
  /** Whoever reads the room from now on gets the inputs as ones that were refused.
   *  @throws {StoreError} */
  setAside(...places: readonly Pick<Place, 'tick' | 'index'>[]): void;
}

/** How long the replay keeps other rooms waiting. */
const TURN_MS = 5;

export interface Rebuilt {
  readonly state: RoomState;
  /** What was written down and is still to be applied. */
  readonly next: Batch<Input> | undefined;
}

/** @param appliedTick the last tick of which anyone was told: what comes after is still to be applied.
 *  @param isOver whether its work is no longer wanted.
 *  @throws {StoreError} {GameHangError}, and what the game throws. */
export async function rebuildState(
  game: Game,
  files: RoomFiles,
  appliedTick: number,
  guard: ReplayGuard,
  isOver: () => boolean,
): Promise<Rebuilt> {
  const { snapshot, batches } = files.newest();
  const { room, changedTick } = snapshot;
  const saved = snapshot.saved as SavedRoom;
  const state = RoomState.restore(game, { id: room, saved, changedTick });
  await inGuardedTurns(
    batches.filter(({ tick }) => tick <= appliedTick),
    {
      guard,
      turnMs: TURN_MS,
      each({ tick, now, inputs }) {
        state.dropChanges();
        state.apply(now, inputs, (index) => mark(room, tick, index));
        return true;
      },
      rested: async () => {
        await setImmediate();
        return !isOver();
      },
    },
  );
  state.dropChanges();
  return { state, next: batches.find(({ tick }) => tick === appliedTick + 1) };
}
