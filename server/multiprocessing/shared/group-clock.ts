// The time of a group: it never goes back, and goes on where another process serves the group.
//
// The machine's clock may be set back or forward at any moment: leases would then last hours or no
// time. The time since the machine has started cannot be set, and is the same for all processes.

/** Milliseconds since the machine has started. */
export function uptimeMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/** What a group's time was when it was written down. */
export interface SavedTime {
  /** The last that was reached. */
  readonly now: number;
  /** Less the time since the machine had started; undefined in what earlier versions have written. */
  readonly offset: number | undefined;
}

export class GroupClock {
  /** To be written down, for the next that serves the group. */
  readonly offset: number;
  private readonly uptimeMs: () => number;

  /** Where the machine has rebooted since, the time goes on from the last that was reached: no
   *  process that holds anything is left from before. */
  constructor(saved: SavedTime = { now: 0, offset: 0 }, uptime = uptimeMs) {
    this.uptimeMs = uptime;
    const behind = saved.now - uptime();
    this.offset = Math.max(behind, saved.offset ?? behind);
  }

  now(): number {
    return this.uptimeMs() + this.offset;
  }
}
