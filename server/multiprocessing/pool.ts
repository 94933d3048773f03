// Processes that run tasks: functions with arguments, by themselves or over many items.
import { availableParallelism } from 'node:os';
import { assertMayStart, nextName } from './current-process.ts';
import { Dispatcher } from './dispatcher.ts';
import { ProcessError } from './errors.ts';
import { copyOfArguments } from './failures.ts';
import { chunksOf, flow } from './flow.ts';
import type { TargetAddress } from './messages.ts';
import { addressOf, type Target } from './target.ts';
import { Task, type TaskKind, type TaskOptions } from './task.ts';

export interface PoolOptions {
  /** Default: the number of cores that this process may use. */
  readonly processes?: number;
  /** Runs in each process before its first task. */
  // biome-ignore lint/suspicious/noExplicitAny: its arguments are those beside it
  readonly initializer?: Target<any, unknown>;
  readonly initializerArgs?: readonly unknown[];
  /** A process ends after so many tasks, and another takes its place; a chunk is one. Default: none
   *  ends. */
  readonly tasksPerChild?: number;
  /** Tasks that a process runs beside each other. Default 1: work that computes gains nothing from
   *  more, and every task that runs in a process is lost with it. For functions that mostly wait. */
  readonly concurrentTasks?: number;
  /** Of the pool; its processes are `name-1` and so on. Default: `Pool-N`. */
  readonly name?: string;
}

export interface MapOptions extends TaskOptions {
  /** Items that go to a process together, and are one task for timeouts and retries. Default:
   *  items / (4 × processes), rounded up. */
  readonly chunkSize?: number;
}

export interface FlowingMapOptions extends TaskOptions {
  /** As in `map`, but 1 by default: how many items there are is not known. */
  readonly chunkSize?: number;
  /** Chunks that are taken from the items before their results are. Default: twice as many as run at
   *  a time. */
  readonly chunksAhead?: number;
}

/** Tasks wait without bound, first come first served; `imap` and `imapUnordered` take items only as
 *  they are worked off. A process that dies is replaced. A pool keeps this process from ending
 *  while tasks are not done, and ends with it.
 *
 *  Processes whose tasks only compute wait for the next one in a read that blocks, and what V8 does
 *  there beside the program (`WebAssembly.compile` that no task awaits, `FinalizationRegistry`) waits
 *  with them; from the first timer, socket, worker or listener of a signal on their event loops turn.
 *
 *  Tasks reject with {ProcessError} `TASK_FAILED` (`cause`: what was thrown, `remoteStack`: where),
 *  `NOT_CLONEABLE`, `TERMINATED`, `INITIALIZER_FAILED`, `CLOSED`, `NOT_SPAWNED` when the system has started
 *  no process of the pool for ten seconds, which goes on trying; {WorkerCrashedError} when the process ends
 *  while they run there and no retries are left; {TimeoutError}; {MessageTooLargeError}; the reason of
 *  their signal. A task that is aborted or takes too long while it runs ends with its process, and
 *  what runs beside it there has its retries or is lost as well. */
export class Pool implements AsyncDisposable {
  readonly name: string;
  private readonly dispatcher: Dispatcher;
  private readonly concurrency: number;
  private readonly processCount: number;
  private readonly addresses = new Map<string, TargetAddress>();

  /** Starts its processes, and waits for none.
   *  @throws {ProcessError} `STARTED_WHILE_LOADING`, or `NOT_CLONEABLE` (arguments of the initializer);
   *  {RangeError} for numbers below 1. */
  constructor(options: PoolOptions = {}) {
    const { processes = availableParallelism(), concurrentTasks = 1, initializer } = options;
    const { tasksPerChild = Number.POSITIVE_INFINITY, initializerArgs: args = [] } = options;
    assertPositive({ processes, concurrentTasks, tasksPerChild });
    if (processes === Number.POSITIVE_INFINITY) throw new RangeError('processes must be finite');
    this.name = options.name ?? nextName('Pool');
    assertMayStart(this.name);
    this.processCount = processes;
    this.concurrency = processes * concurrentTasks;
    this.dispatcher = new Dispatcher({
      name: this.name,
      processes,
      initializer: initializer && {
        ...addressOf(initializer),
        args: copyOfArguments(this.name, args),
      },
      concurrentTasks,
      tasksPerChild,
    });
  }

  /** The ids of the processes that run. */
  get pids(): readonly number[] {
    return this.dispatcher.pids;
  }

  /** Whether it takes tasks: not when it was closed, nor when its processes cannot start. */
  get isOpen(): boolean {
    return this.dispatcher.isOpen;
  }

  /** Calls the function in one of the processes. */
  run<Args extends readonly unknown[], Result>(
    target: Target<Args, Result>,
    args: NoInfer<Args>,
    options: TaskOptions = {},
  ): Promise<Awaited<Result>> {
    try {
      const task = this.submit('task', this.intern(target), args, options);
      return task.promise as Promise<Awaited<Result>>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Calls the function with each item. The first error rejects, and what has not begun never does.
   *  @returns the results in the order of the items. */
  map<Item, Result>(
    target: Target<[Item], Result>,
    items: Iterable<NoInfer<Item>>,
    options: MapOptions = {},
  ): Promise<Awaited<Result>[]> {
    return this.mapChunks('each', target, items, options) as Promise<Awaited<Result>[]>;
  }

  /** As `map`, with a list of arguments for each call. */
  starmap<Args extends readonly unknown[], Result>(
    target: Target<Args, Result>,
    items: Iterable<NoInfer<Args>>,
    options: MapOptions = {},
  ): Promise<Awaited<Result>[]> {
    return this.mapChunks('spread', target, items, options) as Promise<Awaited<Result>[]>;
  }

  /** Calls the function with each item, and gives the results in the order of the items as they come.
   *  Items are taken a few ahead. The first error ends it; leaving it drops what has not begun. */
  imap<Item, Result>(
    target: Target<[Item], Result>,
    items: Iterable<NoInfer<Item>> | AsyncIterable<NoInfer<Item>>,
    options: FlowingMapOptions = {},
  ): AsyncGenerator<Awaited<Result>, void, void> {
    return this.flow(target, items, options, true);
  }

  /** As `imap`, in the order in which the results come. */
  imapUnordered<Item, Result>(
    target: Target<[Item], Result>,
    items: Iterable<NoInfer<Item>> | AsyncIterable<NoInfer<Item>>,
    options: FlowingMapOptions = {},
  ): AsyncGenerator<Awaited<Result>, void, void> {
    return this.flow(target, items, options, false);
  }

  /** Takes no more tasks; the processes end when none is left. Idempotent. */
  close(): void {
    this.dispatcher.close();
  }

  /** Kills the processes; tasks that are left reject with `TERMINATED`. Idempotent.
   *  Resolves when they have ended. */
  terminate(): Promise<void> {
    this.dispatcher.destroy(new ProcessError('TERMINATED', this.name));
    return this.dispatcher.join();
  }

  /** Resolves when the processes have ended, after `close` or `terminate`; rejects with {ProcessError}
   *  `NOT_CLOSED` before. */
  async join(): Promise<void> {
    await this.dispatcher.join();
  }

  /** Terminates, as leaving a pool does in Python. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.terminate();
  }

  private submit(
    kind: TaskKind,
    target: TargetAddress,
    values: readonly unknown[],
    options: TaskOptions,
  ): Task {
    this.dispatcher.assertOpen();
    options.signal?.throwIfAborted();
    const task = new Task(this.dispatcher, this.name, kind, target, values, options);
    this.dispatcher.submit(task);
    return task;
  }

  private async mapChunks(
    kind: TaskKind,
    target: Target<never, unknown>,
    items: Iterable<unknown>,
    options: MapOptions,
  ): Promise<unknown[]> {
    const all = Array.isArray(items) ? items : [...items];
    const chunkSize = options.chunkSize ?? (Math.ceil(all.length / (4 * this.processCount)) || 1);
    assertPositive({ chunkSize });
    const address = this.intern(target);
    const tasks: Task[] = [];
    for (let from = 0; from < all.length; from += chunkSize) {
      const chunk: unknown[] = [];
      // Not a slice: that has holes where V8 believes that the whole has, and is cloned slowly then.
      for (let index = from; index < from + chunkSize && index < all.length; index++) {
        chunk.push(all[index]);
      }
      tasks.push(this.submit(kind, address, chunk, options));
    }
    try {
      return joined(await Promise.all(tasks.map(({ promise }) => promise as Promise<unknown[]>)));
    } catch (error) {
      for (const task of tasks) task.drop();
      throw error;
    }
  }

  private async *flow<Item, Result>(
    target: Target<[Item], Result>,
    items: Iterable<Item> | AsyncIterable<Item>,
    options: FlowingMapOptions,
    isOrdered: boolean,
  ): AsyncGenerator<Awaited<Result>, void, void> {
    const { chunkSize = 1, chunksAhead = 2 * this.concurrency } = options;
    assertPositive({ chunkSize, chunksAhead });
    const address = this.intern(target);
    const chunks = flow<unknown[], unknown>({
      items: chunksOf(items, chunkSize),
      aheadMax: chunksAhead,
      isOrdered,
      submit: (chunk) => this.submit('each', address, chunk, options),
    });
    for await (const results of chunks) yield* results as Awaited<Result>[];
  }

  /** One object for each target: processes know them by number. */
  private intern(target: Target<never, unknown>): TargetAddress {
    const address = addressOf(target);
    const key = `${address.name} ${address.module}`;
    const known = this.addresses.get(key);
    if (known) return known;
    this.addresses.set(key, address);
    return address;
  }
}

/** More arguments than the stack has room for cannot be given at once. */
const CONCAT_MAX = 10_000;

/** `concat` copies chunks whole: a million numbers in 4 ms where `flat` takes 85. */
function joined(chunks: unknown[][]): unknown[] {
  return chunks.length > CONCAT_MAX ? chunks.flat() : ([] as unknown[]).concat(...chunks);
}

function assertPositive(numbers: Readonly<Record<string, number>>): void {
  for (const [name, number] of Object.entries(numbers)) {
    const isWhole = Number.isInteger(number) || number === Number.POSITIVE_INFINITY;
    if (!isWhole || number < 1) throw new RangeError(`${name} must be a whole number from 1 on`);
  }
}
