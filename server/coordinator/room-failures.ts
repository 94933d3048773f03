// The log lines and metrics of game code that throws, and of game code that refuses too late.
import type { Failure } from './outputs.ts';
import type { Room } from './room.ts';
import type { RoomOptions } from './room-options.ts';
import type { Outputs } from './room-state.ts';

type Failing = Pick<Room, 'id' | 'game' | 'tick'>;
type To = Pick<RoomOptions, 'log' | 'metrics'>;

/** What follows from a failure, by the part of the game that has failed. */
const consequences: Readonly<Record<Failure['part'], string>> = {
  command: 'the game failed on a command: it was refused, and its changes were undone',
  join: 'the game failed in `join`: the player was turned away, and the changes were undone',
  leave:
    'the game failed in `leave`: the player has left, the avatar was removed, and the changes of `leave` were undone',
  settled:
    'the game failed in `settled`: its changes were undone and it is not called again, so the game has taken no ' +
    'note of this effect, which the account has; see `effect`',
};

/** Calls of the game that have failed: each alone. */
export function logFailures(
  { id: room, game, tick }: Failing,
  { failures }: Outputs,
  { log, metrics }: To,
): void {
  for (const { part, error, ...of } of failures) {
    metrics.count('gameErrors');
    log.error({ err: error, room, game: game.name, tick, part, ...of }, consequences[part]);
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

/** Interval between log lines on refusals that come late, in ms. */
const LATE_REFUSAL_LOG_MS = 10_000;
/** Changes that a line names. */
const CHANGES_MAX = 8;

/** Refusals that came after a change. */
export class LateRefusals {
  private loggedAt = Number.NEGATIVE_INFINITY;

  log({ id: room, game, tick }: Failing, { undone }: Outputs, { log }: Pick<To, 'log'>): void {
    const [first] = undone;
    const now = performance.now();
    if (!first || now - this.loggedAt < LATE_REFUSAL_LOG_MS) return;
    this.loggedAt = now;
    const { part, player, command, changes } = first;
    const rest = changes.length - CHANGES_MAX;
    const named = changes.slice(0, CHANGES_MAX).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
    log.warn(
      { room, game: game.name, tick, player, changes: changes.length },
      `${game.name}: ${command ? `the command ${command}` : part} changed ${named} before it refused; the changes ` +
        'were undone, which is legal but costs time: check first, then change',
    );
  }
}
