// Runs a pool's tasks inside one of its processes: in order, so many at a time.
import { setLoaded } from './current-process.ts';
import { type FromChild, type Initializer, MAIN_TASK, type ToChild } from './messages.ts';
import { errorTable } from './remote-error.ts';
import { type AnyFunction, loadTarget } from './target.ts';

type Task = Extract<ToChild, readonly ['task' | 'each' | 'spread', ...unknown[]]>;

export interface TaskRunnerOptions {
  readonly concurrentTasks: number;
  /** Sends at once. */
  send(message: FromChild): void;
  /** Whether all that was sent is out. The pool takes a task as begun from the answer to an earlier
   *  one on, and none may be held up, or lost, by what the next one does. */
  isClear(): boolean;
  whenClear(run: () => void): void;
}

export class TaskRunner {
  private readonly options: TaskRunnerOptions;
  private readonly functions = new Map<number, AnyFunction | Promise<AnyFunction>>();
  private waiting: Task[] = [];
  private running = 0;
  private isStarting = false;

  constructor(options: TaskRunnerOptions) {
    this.options = options;
  }

  /** Whether no task is in it, begun or waiting. */
  get isIdle(): boolean {
    return this.running === 0 && this.waiting.length === 0;
  }

  /** Whether nothing has begun that is not done: neither a task nor the initializer. */
  get isAtRest(): boolean {
    return this.running === 0 && !this.isStarting;
  }

  /** Runs the initializer, and says when tasks are taken. */
  async start(initializer: Initializer | undefined): Promise<void> {
    const { send } = this.options;
    this.isStarting = true;
    try {
      if (initializer) {
        const run = await loadTarget(initializer.module, initializer.name);
        setLoaded();
        await run(...initializer.args);
      }
      send(['ready']);
    } catch (error) {
      send(['failed', MAIN_TASK, errorTable(error)]);
    } finally {
      this.isStarting = false;
    }
  }

  receive(message: ToChild): void {
    switch (message[0]) {
      case 'target':
        this.load(message[1], message[2]);
        return;
      case 'task':
      case 'each':
      case 'spread':
        this.waiting.push(message);
        this.next();
        return;
      case 'skip':
        this.skip(message[1]);
        return;
      // Heard by the process itself.
      case 'run':
      case 'serve':
      case 'ping':
        return;
      default:
        message satisfies never;
    }
  }

  private load(number: number, { module, name }: { module: string; name: string }): void {
    const loading = loadTarget(module, name).then((loaded) => {
      setLoaded();
      this.functions.set(number, loaded);
      return loaded;
    });
    // Each of its tasks tells why.
    loading.catch(() => {});
    this.functions.set(number, loading);
  }

  private skip(id: number): void {
    const index = this.waiting.findIndex((task) => task[1] === id);
    if (index < 0) return;
    this.waiting.splice(index, 1);
    this.options.send(['done', id, undefined]);
  }

  private next(): void {
    const { concurrentTasks, isClear, whenClear } = this.options;
    while (this.running < concurrentTasks && this.waiting.length > 0) {
      if (!isClear()) {
        whenClear(() => this.next());
        return;
      }
      this.running++;
      this.begin(this.waiting.shift()!);
    }
  }

  /** Without a promise where the function gives none. */
  private begin(task: Task): void {
    const [, id, target] = task;
    const failed = (error: unknown) => this.settle(['failed', id, errorTable(error)]);
    const done = (value: unknown) => this.settle(['done', id, value]);
    const known = this.functions.get(target)!;
    let value: unknown;
    try {
      value = typeof known === 'function' ? call(known, task) : known.then((f) => call(f, task));
    } catch (error) {
      this.running--;
      this.options.send(['failed', id, errorTable(error)]);
      return;
    }
    if (isPromise(value)) {
      value.then(done, failed);
      return;
    }
    this.running--;
    this.options.send(['done', id, value]);
  }

  private settle(message: FromChild): void {
    this.running--;
    this.options.send(message);
    this.next();
  }
}

function call(run: AnyFunction, [type, , , values]: Task): unknown {
  if (type === 'task') return run(...values);
  return callEach(run, values, type === 'spread');
}

/** The results in an array that V8 clones quickly: one without holes. */
function callEach(run: AnyFunction, items: readonly unknown[], isSpread: boolean): unknown {
  const results: unknown[] = [];
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    const result = isSpread ? run(...(item as unknown[])) : run(item);
    if (isPromise(result)) return awaitEach(run, items, isSpread, results, result);
    results.push(result);
  }
  return results;
}

/** Goes on from the first result that is a promise. */
async function awaitEach(
  run: AnyFunction,
  items: readonly unknown[],
  isSpread: boolean,
  results: unknown[],
  first: PromiseLike<unknown>,
): Promise<unknown[]> {
  results.push(await first);
  while (results.length < items.length) {
    const item = items[results.length];
    results.push(await (isSpread ? run(...(item as unknown[])) : run(item)));
  }
  return results;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function';
}
