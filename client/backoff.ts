// How long to wait before the next attempt to connect.
// Source: M. Brooker, "Exponential Backoff and Jitter" (full jitter), AWS Architecture Blog, 2015.

const FIRST_MS_MAX = 100;
/** A server that has said goodbye is expected back within this. */
const PLANNED_MS = 30_000;
/** In that time a client tries again after a random delay between these: often enough to be back half a second
 *  after the server, and spread, so that 10,000 clients are 20,000 connections a second and no more. */
const PLANNED_MS_MIN = 100;
const PLANNED_MS_MAX = 900;
/** What is added to the time that a server asks for, at most, as a part of it: else all its clients came
 *  back in the same moment. */
const HINT_SPREAD = 0.5;

/** The first attempt after `reset` is immediate; the n-th after it waits a random time below
 *  `100 · 2^(n-1)` ms and below `msMax`, so that the clients of a server that came back spread. After a
 *  planned stop the waits are short for a while, and random as well. */
export class Backoff {
  /** How many attempts were made since `reset`. */
  attempts = 0;
  private readonly msMax: number;
  private readonly random: () => number;
  /** How many of them had a wait that grows. */
  private growing = 0;
  private plannedUntil = Number.NEGATIVE_INFINITY;

  /** @param random gives numbers from 0 up to 1. */
  constructor(msMax: number, random: () => number) {
    this.msMax = msMax;
    this.random = random;
  }

  /** Counts an attempt and says how long to wait before it, in milliseconds.
   *  @param isAway there was no server to answer the last one. */
  nextMs(now: number, isAway = false): number {
    this.attempts++;
    if (isAway && now < this.plannedUntil) {
      const spread = PLANNED_MS_MAX - PLANNED_MS_MIN;
      return Math.min(this.msMax, PLANNED_MS_MIN + this.random() * spread);
    }
    const attempt = this.growing++;
    if (attempt === 0) return 0;
    return this.random() * Math.min(this.msMax, FIRST_MS_MAX * 2 ** (attempt - 1));
  }

  /** The server stops as planned, and asks for this wait. Counts an attempt and says how long to wait. */
  plannedMs(now: number, retryMs: number): number {
    this.attempts++;
    this.plannedUntil = now + retryMs + PLANNED_MS;
    return retryMs * (1 + HINT_SPREAD * this.random());
  }

  reset(): void {
    this.attempts = 0;
    this.growing = 0;
  }
}
