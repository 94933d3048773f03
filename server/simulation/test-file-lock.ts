// Locks of a simulated machine, in the place of those of `../multiprocessing/file-lock.ts`.
import { type SimulatedProcess, self } from './test-machine.ts';

const holders = new Map<string, SimulatedProcess>();

/** Nobody has any. */
export function unlockAll(): void {
  holders.clear();
}

export class FileLock {
  private readonly path: string;

  static take(path: string): FileLock | undefined {
    if (holders.get(path)?.isAlive) return undefined;
    holders.set(path, self());
    return new FileLock(path);
  }

  private constructor(path: string) {
    this.path = path;
  }

  static async wait(path: string, ms: number): Promise<FileLock | undefined> {
    const from = performance.now();
    for (;;) {
      const lock = FileLock.take(path);
      if (lock || performance.now() - from >= ms) return lock;
      await new Promise<void>((resolve) => void setTimeout(resolve, 10));
    }
  }

  static holder(): undefined {}

  release(): void {
    if (holders.get(this.path) === self()) holders.delete(this.path);
  }
}
