// How long a pool's tasks take, and so how many a process is given ahead.

/** Work for so long is given ahead, so that a process does not wait for the next task. More would
 *  wait in one process while another has none. */
const AHEAD_MS = 1;
const AHEAD_MAX = 64;
/** The weight of the newest task in the average. */
const NEWEST = 0.1;

export class Pace {
  private averageMs: number | undefined;

  took(ms: number): void {
    this.averageMs =
      this.averageMs === undefined ? ms : this.averageMs + (ms - this.averageMs) * NEWEST;
  }

  /** How many tasks a process is given besides those that it runs; none while nothing is known. */
  get ahead(): number {
    if (this.averageMs === undefined) return 0;
    return Math.min(AHEAD_MAX, Math.floor(AHEAD_MS / this.averageMs));
  }
}
