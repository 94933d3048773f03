// The policy by which connections get their workers, as the configuration asks for it.
import { availableParallelism } from 'node:os';
import type { Config } from '../config.ts';
import { WorkerPerClient } from './worker-per-client.ts';
import { SharedWorkers, type Workers, type WorkersOptions } from './workers.ts';

export function makeWorkers(config: Config, options: WorkersOptions): Workers {
  if (config.workers === 'per-client') return new WorkerPerClient(options, config);
  return new SharedWorkers(
    options,
    config.workers === 'auto' ? availableParallelism() : config.workers,
  );
}
