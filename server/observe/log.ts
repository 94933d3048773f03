// The log of one process: JSON lines, each with role, pid and worker number.
import { type Logger, pino } from 'pino';
import { logError } from './log-error.ts';
import type { Role } from './metrics-table.ts';
import { standardOutput } from './stdout.ts';

/** Whose line it is; a spare process has become nothing yet. */
export type LogRole = Role | 'spare';

export type Log = Logger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Takes one line, without its line feed. */
export type WriteLine = (line: string) => void;

export interface LogOptions {
  readonly role: LogRole;
  /** The worker's number; other roles have none. */
  readonly worker?: number | undefined;
  /** Whose lines they are; this process unless told otherwise. */
  readonly pid?: number;
  /** The least important lines that are written. */
  readonly level: LogLevel;
  /** Where lines go; without it to stdout: at once, so that a crash loses none, where its reader does not
   *  stand still. */
  readonly write?: WriteLine;
}

/** Lines are JSON objects without a field that comes twice: `level` (a word), `time` (ISO 8601, UTC), `role`, `pid`, `worker`, what the
 *  caller gives, and `msg`. A person at a terminal gets them from the primary's `LogRelay`. */
export function createLog({ role, worker, pid = process.pid, level, write }: LogOptions): Log {
  const output = write ? undefined : standardOutput();
  const base = worker === undefined ? { role, pid } : { role, pid, worker };
  const reserved = ['level', 'time', 'msg', ...Object.keys(base)];
  const log = pino(
    {
      level,
      base,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => withoutReserved(fields, reserved),
      },
      serializers: { err: logError },
    },
    { write: (line) => (output ? output.write(line) : write!(line.trimEnd())) },
  );
  if (output) output.onDropped = (count) => logDropped(log, count);
  return log;
}

/** A field with the name of one that every line has is about something else. A line that has both under one
 *  name is refused by strict parsers, and others lose one of them. */
function withoutReserved(
  fields: Record<string, unknown>,
  reserved: readonly string[],
): Record<string, unknown> {
  if (!reserved.some((name) => Object.hasOwn(fields, name))) return fields;
  const rename = (name: string) => (reserved.includes(name) ? `other_${name}` : name);
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [rename(name), value]));
}

/** Says at the place of the log where lines are missing that they are. */
export function logDropped(log: Log, count: number): void {
  const text = `${count} log lines were dropped: the reader of stdout stood still, or its disk was full`;
  log.warn({ dropped: count }, text);
}
