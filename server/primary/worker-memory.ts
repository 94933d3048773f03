// Judges whether replacing a worker that has more memory than `--worker-memory-max` would help.
import type { Log } from '../observe/index.ts';
import type { ChildProcess } from './child-process.ts';

export interface WorkerMemoryOptions {
  readonly config: { readonly workerMemoryMax: number };
  readonly log: Log;
}

type Worker = Pick<ChildProcess, 'name' | 'startedAt' | 'beat' | 'identity'>;

/** A worker that is over the limit at this age has grown to what its clients need, and so would the next. */
const YOUNG_MS = 5000;
/** The same of a worker in a slot in which one was replaced for its memory so recently. */
const RECENT_MS = 60_000;
/** Memory that has grown by this factor since is a leak, which a replacement ends. */
const LEAK_FACTOR = 2;

export class WorkerMemory {
  private readonly options: WorkerMemoryOptions;
  /** The bytes of workers for which a replacement would be no help. */
  private readonly needed = new WeakMap<Worker, number>();
  private readonly replacedAt = new Map<number, number>();
  private isTold = false;

  constructor(options: WorkerMemoryOptions) {
    this.options = options;
  }

  /** Call it at each look at a worker that is over the limit.
   *  @returns whether it is to be replaced. */
  isWorthReplacing(worker: Worker, now: number): boolean {
    const { residentBytes } = worker.beat;
    const ageMs = now - worker.startedAt;
    const before = this.needed.get(worker);
    if (ageMs < YOUNG_MS) {
      this.needed.set(worker, Math.max(before ?? 0, residentBytes));
      return false;
    }
    if (before === undefined) {
      const { slot } = worker.identity;
      const replacedAt = this.replacedAt.get(slot) ?? Number.NEGATIVE_INFINITY;
      if (now - replacedAt >= RECENT_MS) return true;
      this.needed.set(worker, residentBytes);
    } else if (residentBytes >= before * LEAK_FACTOR) return true;
    this.tell(worker, ageMs);
    return false;
  }

  /** The worker that comes into a slot takes the place of one that had too much memory. */
  replaced(slot: number, now: number): void {
    this.replacedAt.set(slot, now);
  }

  /** Once: each worker that follows would say the same. */
  private tell({ name, beat }: Worker, ageMs: number): void {
    if (this.isTold) return;
    this.isTold = true;
    const { log, config } = this.options;
    const { residentBytes, clients } = beat;
    const fields = { child: name, residentBytes, ageMs: Math.round(ageMs), clients };
    log.error(
      { ...fields, workerMemoryMax: config.workerMemoryMax },
      `${name} has ${megabytes(residentBytes)} MB ${Math.round(ageMs / 1000)} s after its start, more than ` +
        `--worker-memory-max allows (${megabytes(config.workerMemoryMax)} MB): the next one would have as much, ` +
        `so it is replaced only when its memory has doubled. Set --worker-memory-max to at least ` +
        `${residentBytes * LEAK_FACTOR}, or to 0 for no limit, or have more workers (--workers)`,
    );
  }
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1_048_576);
