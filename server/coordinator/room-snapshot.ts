// A room as it is written down whole.
import type { Game } from '../games/index.ts';
import type { Snapshot } from '../store/index.ts';
import { stateVersionOf } from './carry-over.ts';
import type { RoomState } from './room-state.ts';

/** The state must hold only what can be written: see `checkState`. */
export function snapshotOf(game: Game, state: RoomState): Snapshot {
  const saved = state.save();
  const { tick } = saved;
  const stateVersion = stateVersionOf(game);
  const { changedTick } = state;
  return { room: state.room.id, game: game.name, stateVersion, tick, changedTick, saved };
}
