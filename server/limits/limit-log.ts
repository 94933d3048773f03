// Log lines about limits that were reached: at most one per interval for each limit, with a count.
import type { Log } from '../observe/index.ts';

/** How often one limit is named in the log at most. */
const REPEAT_MS = 10_000;

interface Said {
  at: number;
  /** Since then. */
  times: number;
}

export class LimitLog<L extends string> {
  private readonly log: Log;
  /** By limit, and what to write where it is reached. */
  private readonly texts: Readonly<Record<L, string>>;
  private readonly said = new Map<L, Said>();

  constructor(log: Log, texts: Readonly<Record<L, string>>) {
    this.log = log;
    this.texts = texts;
  }

  /** @param fields whom it concerns, as in `address`. */
  reached(limit: L, fields: Readonly<Record<string, unknown>>): void {
    const now = performance.now();
    const said = this.said.get(limit);
    if (said && now - said.at < REPEAT_MS) {
      said.times++;
      return;
    }
    const times = 1 + (said?.times ?? 0);
    this.said.set(limit, { at: now, times: 0 });
    this.log.warn({ limit, ...fields, times }, this.texts[limit]);
  }
}
