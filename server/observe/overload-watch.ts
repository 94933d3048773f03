// Says that a process has more work than processor time, and when that is over: a log line at each
// change, and the metric `overloaded`. Short hiccups are not reported.
import type { Log } from './log.ts';

export interface OverloadWatchOptions<K extends LateTicks> {
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly metrics: {
    total(key: K): number;
    gauge(key: 'overloaded', value: number): void;
  };
}

/** The counter of ticks that were merged or left out because the process was late. */
type LateTicks = 'deltasMerged' | 'ticksSkipped';

/** Seconds in a row with late work: a single hiccup is not overload. */
const BEGINS_AFTER = 3;
/** Seconds in a row without. */
const ENDS_AFTER = 5;
/** Late ticks of a second from which on it counts as late. */
const LATE_MIN = 3;
/** Interval for repeating the log line while the overload lasts. */
const REPEAT_MS = 60_000;

export class OverloadWatch<K extends LateTicks> {
  private readonly options: OverloadWatchOptions<K>;
  private readonly late: K;
  private readonly text: string;
  private readonly now: () => number;
  private isOverloaded = false;
  private beganAt = 0;
  private loggedAt = 0;
  private seenLate = 0;
  /** Number of seconds in a row whose measurements contradict the current state. */
  private seconds = 0;

  /** @param text the log line: what clients see of it, and what to do.
   *  @param now in ms, from any point in time. */
  constructor(
    options: OverloadWatchOptions<K>,
    late: K,
    text: string,
    now = () => performance.now(),
  ) {
    this.options = options;
    this.late = late;
    this.text = text;
    this.now = now;
  }

  /** To be called once a second. */
  check(): void {
    const { metrics } = this.options;
    const late = metrics.total(this.late);
    const lateTicks = late - this.seenLate;
    this.seenLate = late;
    const isLate = lateTicks >= LATE_MIN;
    this.seconds = isLate === this.isOverloaded ? 0 : this.seconds + 1;
    if (this.seconds >= (this.isOverloaded ? ENDS_AFTER : BEGINS_AFTER)) this.turn();
    else if (this.isOverloaded && this.now() - this.loggedAt >= REPEAT_MS) this.warn(lateTicks);
    metrics.gauge('overloaded', this.isOverloaded ? 1 : 0);
  }

  private turn(): void {
    this.isOverloaded = !this.isOverloaded;
    this.seconds = 0;
    if (this.isOverloaded) {
      this.beganAt = this.now();
      this.warn();
      return;
    }
    const seconds = Math.round((this.now() - this.beganAt) / 1000);
    this.options.log.info({ seconds }, 'overload is over: all ticks are delivered in time again');
  }

  private warn(lateTicks?: number): void {
    this.loggedAt = this.now();
    const seconds = Math.round((this.now() - this.beganAt) / 1000);
    this.options.log.warn({ seconds, lateTicks }, this.text);
  }
}
