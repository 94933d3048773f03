// A rate limit that allows a burst: tokens come at a steady rate and are kept up to a capacity.

export class TokenBucket {
  private readonly perSecond: number;
  private readonly capacity: number;
  private tokens: number;
  private at: number;

  /** @param now milliseconds of any steady clock, the same in every call. */
  constructor(perSecond: number, capacity: number, now: number) {
    this.perSecond = perSecond;
    this.capacity = capacity;
    this.tokens = capacity;
    this.at = now;
  }

  /** Takes a token.
   *  @returns false when there is none. */
  take(now: number): boolean {
    this.tokens = Math.min(this.capacity, this.tokens + ((now - this.at) / 1000) * this.perSecond);
    this.at = now;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
