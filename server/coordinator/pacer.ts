// Calls a step at a steady rate, makes up for lateness, and measures it.
import { performance } from 'node:perf_hooks';

/** Time as a pacer sees it, so that a test can give it its own. */
export interface PacerClock {
  /** Milliseconds, steady. */
  now(): number;
  /** @returns a function that calls it off. */
  after(ms: number, run: () => void): () => void;
}

const systemClock: PacerClock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

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
  private readonly clock: PacerClock;
  private nextAt: number;
  private cancel: () => void;
  private stopped = false;

  constructor(options: PacerOptions, clock = systemClock) {
    this.options = options;
    this.clock = clock;
    this.nextAt = clock.now() + options.intervalMs;
    this.cancel = clock.after(options.intervalMs, this.run);
  }

  stop(): void {
    this.stopped = true;
    this.cancel();
  }

  private readonly run = (): void => {
    const { clock } = this;
    const { intervalMs, late, skipped, step } = this.options;
    // A timer may fire a fraction of a millisecond early.
    late(Math.max(0, clock.now() - this.nextAt));
    step();
    if (this.stopped) return;
    this.nextAt += intervalMs;
    const missed = Math.floor((clock.now() - this.nextAt) / intervalMs);
    if (missed > CATCH_UP_STEPS_MAX) {
      skipped(missed);
      this.nextAt += missed * intervalMs;
    }
    this.cancel = clock.after(Math.max(0, this.nextAt - clock.now()), this.run);
  };
}
