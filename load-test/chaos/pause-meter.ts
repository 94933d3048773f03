// How long one client saw nothing new of its room around a fault.

/** A room of 20 ticks a second shows something new so often. */
const TICK_MS = 50;

/** Times are of one clock, in ms. */
export class PauseMeter {
  /** When the newest state came. */
  stateAt: number;
  private longestMs = 0;
  private beganAt: number;

  constructor(now: number) {
    this.stateAt = now;
    this.beganAt = now;
  }

  /** A fault is about to be. */
  begin(now: number): void {
    this.beganAt = now;
    this.longestMs = 0;
  }

  state(now: number): void {
    this.longestMs = Math.max(this.longestMs, this.sinceState(now));
    this.stateAt = now;
  }

  /** @returns the longest time without a state since `begin`. */
  end(now: number): number {
    return Math.max(this.longestMs, this.sinceState(now));
  }

  /** Where nothing happened in a room before the fault, that is not the fault's doing. */
  private sinceState(now: number): number {
    return now - Math.max(this.stateAt, this.beganAt - TICK_MS);
  }
}
