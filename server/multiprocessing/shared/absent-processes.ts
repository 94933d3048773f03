// Processes without a connection: each comes back, or has ended, or is given up after a while.

/** How long a process that lives may be without a connection. */
export const RECONNECT_MS = 10_000;
/** How often the system is asked whether it lives. */
const ALIVE_MS = 5;

export interface AbsentProcessesOptions {
  /** Whether it has a connection again. */
  isBack(owner: string): boolean;
  gone(owner: string): void;
}

export class AbsentProcesses {
  private readonly options: AbsentProcessesOptions;
  private readonly timers = new Set<NodeJS.Timeout>();
  private isClosed = false;

  constructor(options: AbsentProcessesOptions) {
    this.options = options;
  }

  /** Between processes of one machine a connection ends with its process, or is soon made again. */
  add(owner: string, pid: number): void {
    const { isBack, gone } = this.options;
    const until = performance.now() + RECONNECT_MS;
    const look = (): void => {
      if (this.isClosed || isBack(owner)) return;
      if (!isAlive(pid) || performance.now() >= until) {
        gone(owner);
        return;
      }
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        look();
      }, ALIVE_MS);
      this.timers.add(timer);
    };
    look();
  }

  close(): void {
    this.isClosed = true;
    for (const timer of this.timers) clearTimeout(timer);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // One of another user lives as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
