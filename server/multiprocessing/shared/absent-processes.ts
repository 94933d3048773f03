// Processes without a connection: each comes back, or has ended, or is given up after a while.

/** The time that a living process may be without a connection, in milliseconds. */
export const RECONNECT_MS = 10_000;
/** The system is asked whether a process lives after this time, and then after twice as long each time, up to
 *  the longest: a process that ends has mostly ended soon after its connection broke. */
const FIRST_LOOK_MS = 5;
const LOOK_MS_MAX = 250;

export interface AbsentProcessesOptions {
  /** Whether it has a connection again. */
  isBack(owner: string): boolean;
  gone(owner: string): void;
}

interface Absent {
  /** Until when each owner is waited for. */
  readonly owners: Map<string, number>;
  lookAt: number;
  waitMs: number;
}

export class AbsentProcesses {
  private readonly options: AbsentProcessesOptions;
  /** By the id of the process. A client says that id, so many owners may claim one: the system is asked
   *  once for all of them. */
  private readonly absent = new Map<number, Absent>();
  private timer: NodeJS.Timeout | undefined;

  constructor(options: AbsentProcessesOptions) {
    this.options = options;
  }

  /** Between processes of one machine a connection ends with its process, or is soon made again. */
  add(owner: string, pid: number): void {
    const now = performance.now();
    let process = this.absent.get(pid);
    if (!process) {
      process = { owners: new Map(), lookAt: now, waitMs: FIRST_LOOK_MS };
      this.absent.set(pid, process);
    }
    process.owners.set(owner, now + RECONNECT_MS);
    if (process.lookAt <= now) this.look();
  }

  close(): void {
    clearTimeout(this.timer);
    this.absent.clear();
  }

  private readonly look = (): void => {
    const now = performance.now();
    const lost: string[] = [];
    for (const [pid, process] of this.absent) {
      if (process.lookAt > now) continue;
      lost.push(...this.lookAt(pid, process, now));
      if (process.owners.size === 0) this.absent.delete(pid);
    }
    this.wakeForNext();
    for (const owner of lost) this.options.gone(owner);
  };

  /** @returns the owners that are given up. */
  private lookAt(pid: number, process: Absent, now: number): string[] {
    const { isBack } = this.options;
    const { owners } = process;
    const lost: string[] = [];
    for (const owner of owners.keys()) if (isBack(owner)) owners.delete(owner);
    const hasEnded = owners.size > 0 && !isAlive(pid);
    for (const [owner, until] of owners) {
      if (!hasEnded && now < until) continue;
      owners.delete(owner);
      lost.push(owner);
    }
    process.lookAt = now + process.waitMs;
    process.waitMs = Math.min(2 * process.waitMs, LOOK_MS_MAX);
    return lost;
  }

  private wakeForNext(): void {
    let at = Number.POSITIVE_INFINITY;
    for (const { lookAt } of this.absent.values()) at = Math.min(at, lookAt);
    clearTimeout(this.timer);
    if (at === Number.POSITIVE_INFINITY) return;
    this.timer = setTimeout(this.look, Math.max(1, Math.ceil(at - performance.now())));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of another user lives as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
