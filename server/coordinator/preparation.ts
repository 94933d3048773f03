// What a room begins with, where its game has that prepared elsewhere.
import type { Game } from '../games/index.ts';
import { poolTasks, prepareWorld } from './pool-tasks.ts';
import type { WorkPool } from './work-pool.ts';

/** Those who want the room wait so long at most. */
const PREPARE_MS_MAX = 30_000;
/** A process that ends may not have been at fault. */
const RETRIES = 2;

/** Has the game's `prepare` run in the pool. Rejects with why it gives nothing. */
export function prepareInPool(
  { prepare }: Game,
  seed: number,
  pool: WorkPool,
  timeoutMs = PREPARE_MS_MAX,
): Promise<unknown> {
  const { module, run } = prepare!;
  const work = { module: poolTasks, run: prepareWorld };
  const options = { timeoutMs, retries: RETRIES };
  return pool.run('prepare', work, [module, run.name, seed], options);
}
