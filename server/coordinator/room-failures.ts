// The log lines and metrics of game code that throws.
import type { Room } from './room.ts';
import type { RoomOptions } from './room-options.ts';
import type { Outputs } from './room-state.ts';

type Failing = Pick<Room, 'id' | 'game' | 'tick'>;
type To = Pick<RoomOptions, 'log' | 'metrics'>;

/** Commands on which the game throws: each is refused, alone. */
export function logFailures(
  { id: room }: Failing,
  { failures }: Outputs,
  { log, metrics }: To,
): void {
  for (const { player, name, error } of failures) {
    metrics.count('gameErrors');
    log.error({ err: error, room, player, command: name }, 'the game failed on a command');
  }
}

/** The game throws elsewhere. */
export function logFailure(
  { id: room, game, tick }: Failing,
  error: unknown,
  { log, metrics }: To,
): void {
  metrics.count('gameErrors');
  const of = { err: error, room, game: game.name, tick };
  log.error(of, 'the game failed outside a command: the room was ended');
}
