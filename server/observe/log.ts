// The log of one process: JSON lines, each with role, pid and worker number.
import { type Logger, pino } from 'pino';
import type { Role } from './metrics-table.ts';
import { stdoutWriter } from './stdout.ts';

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
  /** Where lines go; without it to stdout, synchronously, so that a crash loses none. */
  readonly write?: WriteLine;
}

/** Lines are JSON objects: `level` (a word), `time` (ISO 8601, UTC), `role`, `pid`, `worker`, what the
 *  caller gives, and `msg`. A person at a terminal gets them from the primary's `LogRelay`. */
export function createLog({ role, worker, pid = process.pid, level, write }: LogOptions): Log {
  return pino(
    {
      level,
      base: worker === undefined ? { role, pid } : { role, pid, worker },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: write ? (line) => write(line.trimEnd()) : stdoutWriter() },
  );
}
