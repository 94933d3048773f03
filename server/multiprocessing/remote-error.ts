// Errors that cross processes: as a table there, as an error again here.

/** What is left of anything thrown, as plain values. */
export interface RemoteError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: string | number;
  readonly cause?: RemoteError;
  /** What an `AggregateError` is made of. */
  readonly errors?: readonly RemoteError[];
}

/** A chain of causes may be a circle. */
const DEPTH_MAX = 16;

const builtIns = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** Also of what is no error: a string that was thrown is its message. */
export function errorTable(thrown: unknown, depth = 0): RemoteError {
  if (!(thrown instanceof Error)) {
    return { name: 'Error', message: textOf(thrown), stack: `Error: ${textOf(thrown)}` };
  }
  const { name, message, stack, cause } = thrown;
  const { code, errors } = thrown as { code?: unknown; errors?: unknown };
  const isDeep = depth >= DEPTH_MAX;
  return {
    name: String(name),
    message: String(message),
    stack: String(stack ?? `${name}: ${message}`),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(cause === undefined || isDeep ? {} : { cause: errorTable(cause, depth + 1) }),
    ...(Array.isArray(errors) && !isDeep
      ? { errors: errors.map((error) => errorTable(error, depth + 1)) }
      : {}),
  };
}

/** An error with the name, message, stack, code and cause of the one that was thrown elsewhere; of
 *  the same class where that is one of the language's own. */
export function errorOf(table: RemoteError): Error {
  const { name, message, stack, code, cause, errors } = table;
  const options = cause ? { cause: errorOf(cause) } : undefined;
  const Class = Object.hasOwn(builtIns, name) ? builtIns[name as keyof typeof builtIns] : Error;
  const error = errors
    ? new AggregateError(errors.map(errorOf), message, options)
    : new Class(message, options);
  if (error.name !== name) define(error, 'name', name);
  define(error, 'stack', stack);
  if (code !== undefined) Object.assign(error, { code });
  return error;
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true });
}

function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return 'something that has no text was thrown';
  }
}
