// How the author of a game refuses a command.

/** Longest text of a refusal, in characters. */
const REFUSAL_TEXT_MAX = 1000;

/** Thrown by `refuse`: the command is answered by `rejected` with this code and text. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;

  constructor(code: string, text: string) {
    super(text.slice(0, REFUSAL_TEXT_MAX));
    if (!/^[A-Z][A-Z0-9_]{0,39}$/.test(code)) {
      throw new RangeError(`a code for refuse has capitals, digits and _, but got ${code}`);
    }
    this.code = code;
  }
}

/** Refuses the command that is being run.
 *  @param code for programs: at most 40 capitals, digits and _, such as `NOT_YOUR_TURN`.
 *  @param text for people: what happened and what to do; 1,000 characters at most. */
export function refuse(code: string, text: string): never {
  // Refusing is an ordinary answer; a stack would make it four times as dear.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    throw new Refusal(code, text);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
