// Time that passes only when a test says so, timer by timer.
import type { Clock } from './child-spec.ts';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

export class TestClock implements Clock {
  private time = 0;
  private timers: Timer[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Goes to the next timer and runs it; of several, the one that was set first.
   *  @returns false when there is none up to `until`. */
  step(until = Number.POSITIVE_INFINITY): boolean {
    let next: Timer | undefined;
    for (const timer of this.timers) if (!next || timer.at < next.at) next = timer;
    if (!next || next.at > until) return false;
    this.timers = this.timers.filter((timer) => timer !== next);
    this.time = next.at;
    next.run();
    return true;
  }

  pass(ms: number): void {
    const until = this.time + ms;
    while (this.step(until));
    this.time = until;
  }
}
