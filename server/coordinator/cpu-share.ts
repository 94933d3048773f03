// Keeps work in the background to its share of a processor, over each second and not only on the average.
import { performance } from 'node:perf_hooks';

/** What may be used at once, in ms of processor time; then the work rests until all of it is made up for. */
const BURST_MS = 15;

export class CpuShare {
  private readonly share: number;
  private usage = process.cpuUsage();
  private at = performance.now();
  /** Processor time that was used beyond the share, in ms. */
  private debt = 0;

  /** @param share of one processor, from 0 to 1. */
  constructor(share: number) {
    this.share = share;
  }

  /** @returns how long the work is to rest now, in ms; 0 where it may go on. It is told of a rest by `rested`. */
  get restMs(): number {
    this.account();
    return this.debt > BURST_MS ? this.debt / this.share : 0;
  }

  /** The rest is over. */
  rested(): void {
    this.account();
    this.debt = 0;
  }

  /** Time that was not used is not kept for later. */
  private account(): void {
    const { user, system } = process.cpuUsage(this.usage);
    const now = performance.now();
    this.debt = Math.max(0, this.debt + (user + system) / 1000 - (now - this.at) * this.share);
    this.usage = process.cpuUsage();
    this.at = now;
  }
}
