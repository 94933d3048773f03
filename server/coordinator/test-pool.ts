// A pool without processes: the test says what comes of each task, and when.
import type { Random } from '../games/index.ts';
import type { WorkPool } from './work-pool.ts';

interface HeldTask {
  readonly task: string;
  readonly args: readonly unknown[];
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export class TestPool {
  /** Those that nothing has come of, oldest first. */
  readonly held: HeldTask[] = [];

  run(task: string, _run: unknown, args: readonly unknown[]): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.held.push({ task, args, resolve, reject });
    return promise;
  }

  /** The oldest task gives `value`, and those who wait for it go on. */
  async give(value: unknown): Promise<void> {
    this.held.shift()!.resolve(value);
    await turns();
  }

  /** The oldest task fails. */
  async fail(error: Error): Promise<void> {
    this.held.shift()!.reject(error);
    await turns();
  }

  get asPool(): WorkPool {
    return this as unknown as WorkPool;
  }
}

/** As a game's module exports it. */
export function draw(random: Random): number[] {
  return [1, 2, 3].map(() => random.integer(0, 1_000_000));
}

export const threeNumbers = { module: import.meta.url, run: draw };

/** More turns of promises than anything here takes. */
async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
