// Work that would hold rooms up: done by processes of a pool, in this one's name.
import type { PoolFunction } from '../games/index.ts';
import { Pool, type TaskOptions, target } from '../multiprocessing/index.ts';
import type { PoolTask, ProcessMetrics } from '../observe/index.ts';
import { beginPoolProcess, poolTasks } from './pool-tasks.ts';

export interface WorkPoolOptions {
  /** How many there are. */
  readonly processes: number;
  /** Their title. */
  readonly title: string;
  readonly metrics?: ProcessMetrics<'coordinator'>;
}

/** Starts its processes when it is first given work, and ends them with `close` or this process,
 *  whatever ends that. */
export class WorkPool implements AsyncDisposable {
  private readonly options: WorkPoolOptions;
  private pool: Pool | undefined;
  private isClosed = false;

  constructor(options: WorkPoolOptions) {
    this.options = options;
  }

  /** Calls the function in a process of the pool.
   *  @param task as metrics call it.
   *  Rejects as `Pool.run` does. */
  async run<Args extends readonly unknown[], Result>(
    task: PoolTask,
    { module, run }: PoolFunction<Args, Result>,
    args: Args,
    options: TaskOptions,
  ): Promise<Awaited<Result>> {
    const { metrics } = this.options;
    const startedAt = performance.now();
    metrics?.count('poolTasks', 1, { task });
    try {
      return await this.openPool().run(target(module, run), args as never, options);
    } catch (error) {
      if (!this.isClosed) metrics?.count('poolFailures', 1, { task });
      throw error;
    } finally {
      metrics?.observe('poolTaskSeconds', (performance.now() - startedAt) / 1000);
    }
  }

  /** Ends the processes; what they are at rejects. Idempotent. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.pool?.terminate();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A pool gives up when its processes end before they are ready, as they may with no memory left:
   *  whoever comes next tries again. */
  private openPool(): Pool {
    if (this.pool && (this.pool.isOpen || this.isClosed)) return this.pool;
    const { processes, title } = this.options;
    this.pool = new Pool({
      name: 'pool',
      processes,
      initializer: target(poolTasks, beginPoolProcess),
      initializerArgs: [title, process.pid],
    });
    return this.pool;
  }
}
