// Which worker serves a connection: the least loaded of a fixed number, or one for each connection.
import { availableParallelism } from 'node:os';
import type { Config } from '../config.ts';
import type { ChildSpec, Supervisor } from '../multiprocessing/index.ts';
import type { ChildProcess } from './child-process.ts';
import type { Connections } from './connections.ts';

export interface WorkersOptions {
  readonly supervisor: Supervisor;
  readonly connections: Connections;
  /** How a worker in this slot is started. */
  spec(slot: number, restart: ChildSpec['restart']): ChildSpec;
}

/** The policy by which connections get their workers. */
export interface Workers {
  /** Starts the first workers. */
  start(): void;
  /** Whether another connection can be served, now or as soon as a worker is ready. */
  hasRoom(): boolean;
  /** How many there are at most. */
  readonly max: number;
  /** The worker for the next connection; undefined where it must wait for one to be ready. */
  pick(ready: Iterable<ChildProcess>): ChildProcess | undefined;
  /** A worker has been given a connection, or has lost one. */
  changed(ready: Iterable<ChildProcess>): void;
  /** A worker is to go: another is started in its stead, in a slot of its own.
   *  @returns the slots of those that were started. */
  replace(slot: number): readonly number[];
  /** The worker that was to go stays, after all. */
  keep(slot: number): void;
  /** A worker has ended for good. */
  ended(slot: number): void;
  /** Whether clients wait, and none of the processes that live, or start, will serve them. */
  isAwaited(living: Iterable<ChildProcess>): boolean;
  /** Of the specs of all workers. */
  ids(): Iterable<string>;
}

/** The policy that the configuration asks for. */
export function makeWorkers(config: Config, options: WorkersOptions): Workers {
  if (config.workers === 'per-client') {
    return new WorkerPerClient(options, config.perClientMax, config.perClientSpare);
  }
  return new SharedWorkers(
    options,
    config.workers === 'auto' ? availableParallelism() : config.workers,
  );
}

/** The id of the spec of the coordinator. */
export const COORDINATOR = 'coordinator';
/** The id of the spec of a worker. */
export const workerId = (slot: number): string => `worker-${slot}`;
/** The slot of a worker's id; NaN for other children. */
export const slotOf = (id: string): number => Number(/^worker-(\d+)$/.exec(id)?.[1]);

/** A fixed number of workers, each with many connections. */
export class SharedWorkers implements Workers {
  private readonly options: WorkersOptions;
  readonly max: number;
  private readonly slots = new Set<number>();

  constructor(options: WorkersOptions, count: number) {
    this.options = options;
    this.max = count;
  }

  start(): void {
    for (let i = 0; i < this.max; i++) this.add();
  }

  hasRoom(): boolean {
    return true;
  }

  pick(ready: Iterable<ChildProcess>): ChildProcess | undefined {
    const { connections } = this.options;
    let best: ChildProcess | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const worker of ready) {
      const count = connections.countAt(worker);
      if (count >= fewest) continue;
      best = worker;
      fewest = count;
    }
    return best;
  }

  changed(): void {}

  replace(): readonly number[] {
    return [this.add()];
  }

  keep(): void {}

  ended(slot: number): void {
    this.slots.delete(slot);
  }

  isAwaited(living: Iterable<ChildProcess>): boolean {
    return this.options.connections.size > 0 && countOf(living, isWorking) === 0;
  }

  *ids(): Iterable<string> {
    for (const slot of this.slots) yield workerId(slot);
  }

  private add(): number {
    const { supervisor, spec } = this.options;
    const slot = firstFree(this.slots);
    this.slots.add(slot);
    supervisor.add(spec(slot, 'permanent'));
    return slot;
  }
}

/** A worker for each connection, from a few that are kept ready. A worker that has lost its
 *  connection ends; it never serves a second one. */
class WorkerPerClient implements Workers {
  private readonly options: WorkersOptions;
  readonly max: number;
  private readonly spare: number;
  private readonly slots = new Set<number>();
  /** Of those, the ones that are to go. */
  private readonly leaving = new Set<number>();
  private readonly used = new WeakSet<ChildProcess>();

  constructor(options: WorkersOptions, max: number, spare: number) {
    this.options = options;
    this.max = max;
    this.spare = spare;
  }

  start(): void {
    this.fill();
  }

  hasRoom(): boolean {
    return this.options.connections.size < this.max;
  }

  pick(ready: Iterable<ChildProcess>): ChildProcess | undefined {
    for (const worker of ready) {
      if (this.used.has(worker)) continue;
      this.used.add(worker);
      return worker;
    }
    return undefined;
  }

  changed(ready: Iterable<ChildProcess>): void {
    const { connections, supervisor } = this.options;
    for (const worker of ready) {
      if (!this.used.has(worker) || connections.countAt(worker) > 0) continue;
      supervisor.remove(workerId(worker.identity.slot));
    }
    this.fill();
  }

  replace(slot: number): readonly number[] {
    this.leaving.add(slot);
    return this.fill();
  }

  keep(slot: number): void {
    this.leaving.delete(slot);
  }

  ended(slot: number): void {
    this.leaving.delete(slot);
    if (this.slots.delete(slot)) this.fill();
  }

  isAwaited(living: Iterable<ChildProcess>): boolean {
    const { connections } = this.options;
    const isFree = (child: ChildProcess) => isWorking(child) && connections.countAt(child) === 0;
    return connections.waitingCount > countOf(living, isFree);
  }

  *ids(): Iterable<string> {
    for (const slot of this.slots) yield workerId(slot);
  }

  /** Keeps one worker for each connection and the spare ones, up to the limit.
   *  @returns the slots of those that it has started. */
  private fill(): readonly number[] {
    const added: number[] = [];
    const { connections, supervisor, spec } = this.options;
    const wanted = Math.min(this.max, connections.size + this.spare);
    while (this.slots.size - this.leaving.size < wanted) {
      const slot = firstFree(this.slots);
      this.slots.add(slot);
      supervisor.add(spec(slot, 'temporary'));
      added.push(slot);
    }
    return added;
  }
}

const isWorking = ({ identity, isEnding }: ChildProcess): boolean =>
  identity.role === 'worker' && !isEnding;

function countOf(all: Iterable<ChildProcess>, counts: (child: ChildProcess) => boolean): number {
  let count = 0;
  for (const child of all) if (counts(child)) count++;
  return count;
}

function firstFree(taken: ReadonlySet<number>): number {
  let slot = 1;
  while (taken.has(slot)) slot++;
  return slot;
}
