// How much of its process's event loop the group may take: what it serves must not hold up the rest.

export class LoopShare {
  private readonly share: number;
  private readonly burstMs: number;
  private debtMs = 0;
  private at = performance.now();

  /** @param share of all time, from 0 to 1. @param burstMs so much at a time may always be taken. */
  constructor(share: number, burstMs: number) {
    this.share = share;
    this.burstMs = burstMs;
  }

  /** @returns how long to rest now, in ms; 0 where there is no need. */
  restAfter(spentMs: number, now = performance.now()): number {
    this.debtMs = Math.max(0, this.debtMs - (now - this.at) * this.share) + spentMs;
    this.at = now;
    return this.debtMs > this.burstMs ? (this.debtMs - this.burstMs) / this.share : 0;
  }
}
