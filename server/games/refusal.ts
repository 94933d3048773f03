// How the author of a game refuses a command, or a player who joins.
import { shown } from './problem.ts';

/** Longest text of a refusal, in characters. */
const REFUSAL_TEXT_MAX = 1000;

/** Thrown by `refuse`: the command is answered by `rejected` with this code and text, a `join` by `error`. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;

  constructor(code: string, text: string) {
    super(String(text).slice(0, REFUSAL_TEXT_MAX));
    if (typeof code !== 'string' || typeof text !== 'string') {
      throw new TypeError(
        `refuse needs a code and a text, such as refuse('WALL', 'The world ends here.')`,
      );
    }
    if (!/^[A-Z][A-Z0-9_]{0,39}$/.test(code)) {
      throw new RangeError(`a code for refuse has capitals, digits and _, but got ${shown(code)}`);
    }
    this.code = code;
  }
}

/** Refuses the command that is being run, or turns away the player whose `join` is being run. It may come at any
 *  point: all that the command or `join` has changed in the room is undone. To check first and change then costs
 *  less.
 *  @param code for programs: at most 40 capitals, digits and _, such as `NOT_YOUR_TURN`; not a code with which the
 *  server closes connections, such as `SERVER_FULL`.
 *  @param text for people: what happened and what to do; 1,000 characters at most. */
export function refuse(code: string, text: string): never {
  // Refusing is an ordinary answer; a stack would make it four times as dear.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  let refusal: Refusal | undefined;
  try {
    refusal = new Refusal(code, text);
  } catch {
    // A mistake in the call gets its stack below.
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  throw refusal ?? new Refusal(code, text);
}
