// One process of a pool, and the tasks that it was given.
import { currentProcess } from './current-process.ts';
import { type ProcessEnd, ProcessError } from './errors.ts';
import { birthFrame, type Failure, failureOf, unsentArgumentsOf } from './failures.ts';
import {
  type FromChild,
  type Initializer,
  MAIN_TASK,
  type TargetAddress,
  type ToChild,
} from './messages.ts';
import type { Pace } from './pace.ts';
import { SpawnedProcess } from './spawned-process.ts';
import type { Task } from './task.ts';

export interface PoolProcessOptions {
  readonly name: string;
  readonly initializer: Initializer | undefined;
  readonly concurrentTasks: number;
  /** Tasks that it is given at most. */
  readonly tasksMax: number;
  readonly pace: Pace;
  /** It takes tasks, or more of them. */
  free(process: PoolProcess): void;
  unusable(process: PoolProcess, error: Error): void;
  ended(process: PoolProcess, end: ProcessEnd, cause: Error | undefined): void;
}

/** Invariant: of the tasks given the first `concurrentTasks` may have begun, and no other has: the
 *  process takes them in order, and answers one before it begins the next. */
export class PoolProcess {
  readonly name: string;
  isReady = false;
  /** It is given nothing more. */
  isEnding = false;
  /** What it has not answered yet, in order. */
  readonly given: Task[] = [];
  private readonly options: PoolProcessOptions;
  private readonly spawned: SpawnedProcess;
  private readonly targets = new Map<TargetAddress, number>();
  private begun = 0;
  private tasks = 0;
  private busySince = 0;

  constructor(options: PoolProcessOptions) {
    const { name, initializer, concurrentTasks } = options;
    this.options = options;
    this.name = name;
    const birth = { name, isDaemon: true, parent: currentProcess(), hasSocket: false };
    this.spawned = new SpawnedProcess({
      name,
      birth: birthFrame(name, ['serve', birth, initializer, concurrentTasks]),
      orphanSignal: 'SIGKILL',
      message: (message) => this.receive(message),
      unsendable: (message, error) => this.unsendable(message, error),
      ended: (end, cause) => options.ended(this, end, cause),
    });
  }

  get pid(): number | undefined {
    return this.spawned.pid;
  }

  get isFree(): boolean {
    const { concurrentTasks, pace } = this.options;
    if (!this.isReady || this.isEnding || this.given[0]?.isAlone) return false;
    return this.given.length < concurrentTasks + pace.ahead;
  }

  /** It was given all the tasks that it may have, and has answered them. */
  get isSpent(): boolean {
    return this.tasks >= this.options.tasksMax && this.given.length === 0;
  }

  give(task: Task): void {
    if (this.given.length === 0) this.busySince = performance.now();
    let target = this.targets.get(task.target);
    if (target === undefined) {
      target = this.targets.size;
      this.targets.set(task.target, target);
      this.spawned.send(['target', target, task.target]);
    }
    this.given.push(task);
    this.spawned.send([task.kind, task.id, target, task.values]);
    if (++this.tasks >= this.options.tasksMax) this.isEnding = true;
    this.beginNext();
  }

  skip(task: Task): void {
    this.spawned.send(['skip', task.id]);
  }

  /** It ends when it hears of it. */
  finish(): void {
    this.isEnding = true;
    this.spawned.finish();
  }

  kill(): void {
    this.isEnding = true;
    this.spawned.kill('SIGKILL');
  }

  private beginNext(): void {
    while (this.begun < this.options.concurrentTasks && this.begun < this.given.length) {
      this.given[this.begun++]!.begin();
    }
  }

  private receive(message: FromChild): void {
    switch (message[0]) {
      case 'ready':
        this.isReady = true;
        this.options.free(this);
        return;
      case 'done':
        this.take(message[1])?.resolve(message[2]);
        break;
      case 'failed':
      case 'tooLarge':
      case 'notCloneable':
        if (message[1] === MAIN_TASK) {
          const { cause, remoteStack } = failureOf(this.name, message) as ProcessError;
          const error = new ProcessError('INITIALIZER_FAILED', this.name, cause, remoteStack);
          this.options.unusable(this, error);
          return;
        }
        this.fail(message);
        break;
      // Heard before.
      case 'pong':
      case 'failing':
        return;
      default:
        message satisfies never;
    }
    this.options.free(this);
  }

  private fail(message: Failure): void {
    this.take(message[1])?.reject(failureOf(this.name, message));
  }

  private unsendable(message: ToChild, error: unknown): void {
    this.take(message[1] as number)?.reject(unsentArgumentsOf(this.name, error));
    this.options.free(this);
  }

  private take(id: number): Task | undefined {
    const index = this.given.findIndex((task) => task.id === id);
    if (index < 0) return undefined;
    const [task] = this.given.splice(index, 1);
    const now = performance.now();
    this.options.pace.took(now - this.busySince);
    this.busySince = now;
    if (index < this.begun) this.begun--;
    task!.stop();
    this.beginNext();
    return task;
  }
}
