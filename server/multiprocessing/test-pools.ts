// Pools for tests: of each test none of their processes is left, nor any file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { isRunning, withoutFlags } from './test-processes.ts';
import { Pool, type PoolOptions, type Target, target } from './toolkit.ts';

withoutFlags();

let folder: string;
const pools: Pool[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
});
afterEach(async () => {
  const pids = pools.flatMap((pool) => pool.pids);
  for (const pool of pools.splice(0)) await pool.terminate();
  expect(pids.filter(isRunning)).toEqual([]);
  rmSync(folder, { recursive: true });
});

/** A path for a file of the test that runs. */
export const pathOf = (name: string): string => join(folder, name);

export function startPool(options: PoolOptions): Pool {
  const pool = new Pool(options);
  pools.push(pool);
  return pool;
}

export const urlOf = (file: string): URL => new URL(file, import.meta.url);
export const ofTasks = <A extends readonly unknown[], R>(run: (...args: A) => R): Target<A, R> =>
  target(urlOf('./fixture-tasks.ts'), run);
