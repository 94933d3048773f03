// Calls a step at a steady rate, makes up for lateness, and measures it.
import { type Clock, systemClock } from '../multiprocessing/index.ts';

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
  private readonly clock: Clock;
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

  /** The next step comes at once, and the others after it. */
  hurry(): void {
    if (this.stopped) return;
    this.cancel();
    this.nextAt = this.clock.now();
    this.cancel = this.clock.after(0, this.run);
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
