// Log lines that would repeat: each is written once in an interval, and may say how often it was due.
import { performance } from 'node:perf_hooks';

/** Interval between two lines about the same thing, while it lasts. */
const INTERVAL_MS = 10_000;

interface Line {
  readonly at: number;
  /** Times since then that it was not written. */
  skipped: number;
}

/** One entry for each key, so keys must be few. */
export class LogThrottle<K = undefined> {
  private readonly lines = new Map<K, Line>();

  /** To be called each time that the line could be written.
   *  @returns how often that was since the last line, with this time; 0 where the line must not be written now. */
  timesIfDue(key: K): number {
    const now = performance.now();
    const line = this.lines.get(key);
    if (line && now - line.at < INTERVAL_MS) {
      line.skipped++;
      return 0;
    }
    this.lines.set(key, { at: now, skipped: 0 });
    return 1 + (line?.skipped ?? 0);
  }

  isDue(key: K): boolean {
    return this.timesIfDue(key) > 0;
  }

  /** Whether a line about anything was written within the interval. */
  get isRecent(): boolean {
    const now = performance.now();
    for (const { at } of this.lines.values()) if (now - at < INTERVAL_MS) return true;
    return false;
  }

  /** What was logged is over: the next line of each key is news. */
  reset(): void {
    this.lines.clear();
  }
}
