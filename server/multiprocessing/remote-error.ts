// Errors from other processes, as errors again.
import { type ErrorTable, errorTable } from '../error-table.ts';

export { errorTable };
export type RemoteError = ErrorTable;

const builtIns = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

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
