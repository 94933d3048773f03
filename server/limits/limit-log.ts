// Log lines about limits that were reached: at most one per interval for each limit, with a count.
import { type Log, LogThrottle } from '../observe/index.ts';

export class LimitLog<L extends string> {
  private readonly log: Log;
  /** By limit, and what to write where it is reached. */
  private readonly texts: Readonly<Record<L, string>>;
  private readonly throttle = new LogThrottle<L>();

  constructor(log: Log, texts: Readonly<Record<L, string>>) {
    this.log = log;
    this.texts = texts;
  }

  /** @param fields whom it concerns, as in `address`. */
  reached(limit: L, fields: Readonly<Record<string, unknown>>): void {
    const times = this.throttle.timesIfDue(limit);
    if (times > 0) this.log.warn({ limit, ...fields, times }, this.texts[limit]);
  }
}
