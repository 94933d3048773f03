// Anything thrown as plain values, for other processes and for the log.
//
// What code may throw is written down within bounds of time and size: getters that throw, proxies,
// errors that refer to themselves many times, texts of any length. Nothing here throws.

/** What is left of anything thrown, as plain values. */
export interface ErrorTable {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: string | number;
  readonly cause?: ErrorTable;
  /** What an `AggregateError` is made of. */
  readonly errors?: readonly ErrorTable[];
}

/** A chain of causes may be a circle. */
const DEPTH_MAX = 16;
/** Errors in all that one may be made of: each may refer to many, and these to the same again. */
const ERRORS_MAX = 100;
const NAME_CHARACTERS_MAX = 200;
const MESSAGE_CHARACTERS_MAX = 10_000;
const STACK_CHARACTERS_MAX = 20_000;

/** Also of what is no error: a string that was thrown is its message. */
export function errorTable(thrown: unknown): ErrorTable {
  return tableOf(thrown, 0, { left: ERRORS_MAX });
}

function tableOf(thrown: unknown, depth: number, budget: { left: number }): ErrorTable {
  budget.left--;
  if (!isError(thrown)) {
    const message = textOf(thrown, MESSAGE_CHARACTERS_MAX);
    return { name: 'Error', message, stack: `Error: ${message}` };
  }
  const name = textOf(read(thrown, 'name'), NAME_CHARACTERS_MAX);
  const message = textOf(read(thrown, 'message'), MESSAGE_CHARACTERS_MAX);
  const stack = read(thrown, 'stack') ?? `${name}: ${message}`;
  const code = read(thrown, 'code');
  const cause = read(thrown, 'cause');
  const errors = read(thrown, 'errors');
  const isDeep = depth >= DEPTH_MAX;
  const hasCause = cause !== undefined && !isDeep && budget.left > 0;
  return {
    name,
    message,
    stack: textOf(stack, STACK_CHARACTERS_MAX),
    ...(typeof code === 'string' ? { code: textOf(code, NAME_CHARACTERS_MAX) } : {}),
    ...(typeof code === 'number' ? { code } : {}),
    ...(hasCause ? { cause: tableOf(cause, depth + 1, budget) } : {}),
    ...(isArray(errors) && !isDeep ? { errors: tablesOf(errors, depth + 1, budget) } : {}),
  };
}

/** The last one says how many are left out. */
function tablesOf(
  errors: readonly unknown[],
  depth: number,
  budget: { left: number },
): readonly ErrorTable[] {
  const tables: ErrorTable[] = [];
  const count = Number(read(errors, 'length')) || 0;
  while (tables.length < count && budget.left > 0) {
    tables.push(tableOf(read(errors, tables.length), depth, budget));
  }
  const leftOut = count - tables.length;
  if (leftOut > 0) tables.push(tableOf(`${leftOut} more errors are left out`, depth, budget));
  return tables;
}

/** A property that cannot be read is not there. */
function read(from: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(from, key);
  } catch {
    return undefined;
  }
}

function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error;
  } catch {
    // A proxy that refuses to say what it is.
    return false;
  }
}

function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    // A proxy that was revoked.
    return false;
  }
}

function textOf(value: unknown, charactersMax: number): string {
  let text: string;
  try {
    text = String(value);
  } catch {
    return 'something that has no text was thrown';
  }
  if (text.length <= charactersMax) return text;
  return `${text.slice(0, charactersMax)}… (${text.length} characters in all)`;
}
