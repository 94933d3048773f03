// What a watch thread tells the primary: a line each on a pipe of its own, which no main thread can hold up.
import type { HangCause } from './judge.ts';

/** The file descriptor of the pipe in a child. */
export const WATCH_FD = 5;

/** The main thread ends no piece of work for too long (`hang`), or has not for a while and goes on
 *  (`late`). */
export interface WatchReport {
  readonly kind: 'hang' | 'late';
  readonly cause: HangCause;
  /** The time that counts, in ms: on a processor, or asleep. */
  readonly heldMs: number;
  /** Where the main thread was, innermost first; null where that could not be found. */
  readonly stack: string | null;
}

/** The thread runs, and has nothing to tell. */
export const BEAT_LINE = '\n';

export const reportLine = (report: WatchReport): string => `${JSON.stringify(report)}\n`;

/** @returns undefined for a beat, and for a line that is damaged. */
export function parseReport(line: string): WatchReport | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as WatchReport);
  } catch {
    return undefined;
  }
}
