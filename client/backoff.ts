// How long to wait before the next attempt to connect.
// Source: M. Brooker, "Exponential Backoff and Jitter" (full jitter), AWS Architecture Blog, 2015.

const FIRST_MS_MAX = 100;

/** The first attempt after `reset` is immediate; the n-th after it waits a random time below
 *  `100 · 2^(n-1)` ms and below `msMax`, so that the clients of a server that came back spread. */
export class Backoff {
  /** How many attempts were made since `reset`. */
  attempts = 0;
  private readonly msMax: number;
  private readonly random: () => number;

  /** @param random gives numbers from 0 up to 1. */
  constructor(msMax: number, random: () => number) {
    this.msMax = msMax;
    this.random = random;
  }

  /** Counts an attempt and says how long to wait before it, in milliseconds. */
  nextMs(): number {
    const attempt = this.attempts++;
    if (attempt === 0) return 0;
    return this.random() * Math.min(this.msMax, FIRST_MS_MAX * 2 ** (attempt - 1));
  }

  reset(): void {
    this.attempts = 0;
  }
}
