// Describes a room at its end, for the files that are kept of it.
import type { Game } from '../games/index.ts';
import type { EndedRoom } from '../store/index.ts';
import { snapshotOf } from './room-snapshot.ts';
import type { RoomState } from './room-state.ts';
import type { Visitors } from './visitors.ts';

export interface EndOfRoom {
  readonly game: Game;
  readonly state: RoomState;
  /** The state is what the journal says. */
  readonly isWhole: boolean;
  readonly code: string;
  readonly reason: string;
  readonly visitors: Pick<Visitors, 'players' | 'morePlayers'>;
}

/** @returns undefined for a room in which no player was: whoever opens many rooms must not push the files of
 *  others out. */
export function endedRoom(end: EndOfRoom): EndedRoom | undefined {
  const { game, state, isWhole, visitors } = end;
  if (visitors.players.length === 0) return undefined;
  const last = isWhole ? () => snapshotOf(game, state) : undefined;
  return { about: aboutEnd(end), last };
}

export function aboutEnd(end: Omit<EndOfRoom, 'isWhole'>): EndedRoom['about'] {
  const { game, state, code, reason, visitors } = end;
  const { players, morePlayers } = visitors;
  return { room: state.room.id, game: game.name, code, reason, players, morePlayers };
}
