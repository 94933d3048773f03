// The player that game code names in a call.
import { type Player, shown } from '../games/index.ts';
import { PlayerRecord } from './player-record.ts';

/** @param call the function that the game has called.
 *  @throws {TypeError} for a value that is no player. */
export function checkedPlayer(call: string, player: unknown): Player {
  if (player instanceof PlayerRecord) return player;
  const hint = typeof player === 'number' ? ': room.players.get(id) has it' : '';
  throw new TypeError(`${call} needs a player, but got ${shown(player)}${hint}`);
}
