// Which worker serves a connection: what a policy has to say, and the least loaded of a fixed number.
import type { ChildSpec, Supervisor } from '../multiprocessing/index.ts';
import type { ChildProcess } from './child-process.ts';
import type { Connections, KeptConnection } from './connections.ts';

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
  /** The worker for a connection; undefined where it must wait for one to be ready. */
  pick(ready: Iterable<ChildProcess>, connection: KeptConnection): ChildProcess | undefined;
  /** The hello of a connection was good. */
  identified(connection: KeptConnection): void;
  /** Connections that their workers are to let go of now, because others are ready for them. */
  moves(ready: Iterable<ChildProcess>): KeptConnection[];
  /** A connection has closed. */
  removed(connection: KeptConnection): void;
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

  identified(): void {}

  moves(): KeptConnection[] {
    return [];
  }

  removed(): void {}

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

export const isWorking = ({ identity, isEnding }: ChildProcess): boolean =>
  identity.role === 'worker' && !isEnding;

export function countOf(
  all: Iterable<ChildProcess>,
  counts: (child: ChildProcess) => boolean,
): number {
  let count = 0;
  for (const child of all) if (counts(child)) count++;
  return count;
}

/** The lowest slot that is not taken. */
export function firstFree(taken: ReadonlySet<number>): number {
  let slot = 1;
  while (taken.has(slot)) slot++;
  return slot;
}
