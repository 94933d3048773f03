// The log lines and metrics of game code that throws (which part of which game, in which line), and of game code that refuses too late.
import { LogThrottle } from '../observe/index.ts';
import { authorError, placeText } from './author-place.ts';
import type { ChangesOfCall, Failure } from './outputs.ts';
import type { Room } from './room.ts';
import type { RoomOptions } from './room-options.ts';
import type { Outputs } from './room-state.ts';
import { StateError } from './state-check.ts';

type Failing = Pick<Room, 'id' | 'game' | 'tick'>;
type To = Pick<RoomOptions, 'log' | 'metrics'>;

const MESSAGE_MAX = 500;

/** @param part a hook or command of the game.
 *  @param then what came of it.
 *  @returns one line. */
export function failureText(game: string, part: string, error: unknown, then: string): string {
  const message = readOnlyText(messageOf(authorError(error)))
    .replace(/\s*\n\s*/g, ' ')
    .slice(0, MESSAGE_MAX);
  if (error instanceof StateError) return `game ${game}: ${part}: ${message}; ${then}`;
  const place = placeText(error);
  return `game ${game}: ${part} failed${place && ` at ${place}`}: ${message}; ${then}`;
}

/** What follows from a failure, by the part of the game that has failed. */
const consequences: Readonly<Record<Failure['part'], string>> = {
  command: 'the command was refused, and its changes were undone',
  join: 'the player was turned away, and the changes were undone',
  leave: 'the player has left, the avatar was removed, and the changes of `leave` were undone',
  settled:
    'its changes were undone and it is not called again, so the game has taken no ' +
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
    const called = of.command === undefined ? part : `command ${of.command}`;
    const text = failureText(game.name, called, error, consequences[part]);
    log.error({ err: error, room, game: game.name, tick, part, ...of }, text);
  }
}

/** The game throws elsewhere. */
export function logFailure(
  { id: room, game, tick }: Failing,
  hook: string,
  error: unknown,
  { log, metrics }: To,
): void {
  metrics.count('gameErrors');
  const text = failureText(game.name, hook, error, 'the room was ended');
  log.error({ err: error, room, game: game.name, tick, hook }, text);
}

/** Game code may throw anything. */
function messageOf(error: unknown): string {
  try {
    if (error instanceof Error) return error.message || error.name;
    return `${String(error)} was thrown, which is no Error`;
  } catch {
    return 'something was thrown that has no text';
  }
}

/** The engine names the object by its class, which says nothing to an author. */
function readOnlyText(message: string): string {
  const [, getter, value] =
    /^Cannot set property (\S+) of .* which has only a getter$|^Cannot assign to read only property '(.+)' of object/.exec(
      message,
    ) ?? [];
  const name = getter ?? value;
  return name === undefined ? message : `${name} cannot be set: it can only be read`;
}

/** Changes that a line names. */
const CHANGES_MAX = 8;

const UNDONE =
  'before it refused; the changes were undone, which is legal but costs time: check first, then change';
const STALE =
  'by a reference from an earlier call, before it read room.state: reach into room.state in each call, since ' +
  'without --verify-determinism such a change is not undone where the call refuses or throws';

/** What is legal in a game's calls and yet a mistake: one line of each kind once in a while. */
export class Mistakes {
  private readonly throttle = new LogThrottle<string>();

  log(failing: Failing, { undone, stale }: Outputs, to: Pick<To, 'log'>): void {
    if (stale.length > 0) this.logFirst(failing, stale[0]!, STALE, to);
    if (undone.length > 0) this.logFirst(failing, undone[0]!, UNDONE, to);
  }

  private logFirst(
    { id: room, game, tick }: Failing,
    { part, player, command, changes }: ChangesOfCall,
    text: string,
    { log }: Pick<To, 'log'>,
  ): void {
    if (!this.throttle.isDue(text)) return;
    const rest = changes.length - CHANGES_MAX;
    const named = changes.slice(0, CHANGES_MAX).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
    log.warn(
      { room, game: game.name, tick, player, changes: changes.length },
      `${game.name}: ${command ? `the command ${command}` : part} changed ${named} ${text}`,
    );
  }
}
