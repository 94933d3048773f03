// A rate limit that allows a burst: tokens come at a steady rate and are kept up to a capacity.

export class TokenBucket {
  private readonly perSecond: number;
  private readonly capacity: number;
  /** Below zero while tokens are owed that `reserve` has given in advance. */
  private tokens: number;
  private at: number;

  /** @param now milliseconds of any steady clock, the same in every call. */
  constructor(perSecond: number, capacity: number, now: number) {
    this.perSecond = perSecond;
    this.capacity = capacity;
    this.tokens = capacity;
    this.at = now;
  }

  /** Takes tokens, all of them or none.
   *  @returns false when there are not as many. */
  take(now: number, count = 1): boolean {
    this.earn(now);
    if (this.tokens < count) return false;
    this.tokens -= count;
    return true;
  }

  /** Takes a token in any case, also one that is still to come. Callers bound how many wait.
   *  @returns the milliseconds until the token is there; 0 where it is. */
  reserve(now: number): number {
    this.earn(now);
    this.tokens--;
    return this.tokens >= 0 ? 0 : Math.ceil((-this.tokens / this.perSecond) * 1000);
  }

  private earn(now: number): void {
    this.tokens = Math.min(this.capacity, this.tokens + ((now - this.at) / 1000) * this.perSecond);
    this.at = now;
  }
}
