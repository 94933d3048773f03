// An error as the log has it: game code may throw anything, and a line about it must not fail.
import { type ErrorTable, errorTable } from '../error-table.ts';

const MEMBERS_MAX = 20;
const CHARACTERS_MAX = 1000;

/** Name, message, stack and code with those of its causes, and its own plain members. Never throws; what
 *  it gives is bounded. */
export function logError(thrown: unknown): Record<string, unknown> {
  const table = errorTable(thrown);
  const chain = [...causesOf(table)];
  return {
    ...membersOf(thrown),
    type: table.name,
    message: chain.map(({ message }) => message).join(': '),
    stack: chain.map(({ stack }) => stack).join('\ncaused by: '),
    ...(table.code === undefined ? {} : { code: table.code }),
    ...(table.errors ? { aggregateErrors: table.errors } : {}),
  };
}

function* causesOf(table: ErrorTable): Iterable<ErrorTable> {
  for (let at: ErrorTable | undefined = table; at; at = at.cause) yield at;
}

/** Such as `syscall` and `path` of an error of the system. */
function membersOf(thrown: unknown): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  try {
    for (const key of Object.keys(thrown as object).slice(0, MEMBERS_MAX)) {
      const value = (thrown as Record<string, unknown>)[key];
      if (typeof value === 'string') members[key] = value.slice(0, CHARACTERS_MAX);
      else if (['number', 'boolean'].includes(typeof value)) members[key] = value;
    }
  } catch {
    // What cannot be read is left out.
  }
  return members;
}
