// Calls a step at a steady rate, makes up for lateness, and measures it.
import { performance } from 'node:perf_hooks';

export interface PacerOptions {
  /** Milliseconds from one step to the next. */
  readonly intervalMs: number;
  step(): void;
  /** How late a step began, in milliseconds. */
  late(lagMs: number): void;
  /** So many steps were left out, because too many had been missed. */
  skipped(steps: number): void;
}

/** Steps that are made up for, one after another; when more are missed they are left out. */
const CATCH_UP_STEPS_MAX = 5;

export class Pacer {
  private readonly options: PacerOptions;
  private nextAt: number;
  private timer: NodeJS.Timeout;
  private stopped = false;

  constructor(options: PacerOptions) {
    this.options = options;
    this.nextAt = performance.now() + options.intervalMs;
    this.timer = setTimeout(this.run, options.intervalMs);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private readonly run = (): void => {
    const { intervalMs, late, skipped, step } = this.options;
    // A timer may fire a fraction of a millisecond early.
    late(Math.max(0, performance.now() - this.nextAt));
    step();
    if (this.stopped) return;
    this.nextAt += intervalMs;
    const missed = Math.floor((performance.now() - this.nextAt) / intervalMs);
    if (missed > CATCH_UP_STEPS_MAX) {
      skipped(missed);
      this.nextAt += missed * intervalMs;
    }
    this.timer = setTimeout(this.run, Math.max(0, this.nextAt - performance.now()));
  };
}
