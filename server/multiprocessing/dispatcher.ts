// A pool's processes and the tasks that wait for them; a process that dies is replaced.
import { type ProcessEnd, ProcessError, WorkerCrashedError } from './errors.ts';
import { KeepAlive } from './keep-alive.ts';
import type { Initializer } from './messages.ts';
import { Pace } from './pace.ts';
import { PoolProcess } from './pool-process.ts';
import type { Task, TaskOwner } from './task.ts';

export interface DispatcherOptions {
  readonly name: string;
  readonly processes: number;
  readonly initializer: Initializer | undefined;
  readonly concurrentTasks: number;
  readonly tasksPerChild: number;
}

/** So many processes that end before they are ready, one after another, are no accident. */
const FALSE_STARTS_MAX = 3;

/** Invariant: while tasks wait, a process runs that will take them, or one is being started. */
export class Dispatcher implements TaskOwner {
  private readonly options: DispatcherOptions;
  private readonly processes = new Set<PoolProcess>();
  /** Those that wait, oldest first, from `head` on. */
  private queue: Task[] = [];
  private head = 0;
  private readonly unsettled = new Set<Task>();
  private readonly pace = new Pace();
  private readonly keepAlive = new KeepAlive();
  private readonly over = Promise.withResolvers<void>();
  private falseStarts = 0;
  private started = 0;
  private isClosed = false;
  /** Why nothing is taken any more. */
  private failure: Error | undefined;

  constructor(options: DispatcherOptions) {
    this.options = options;
    for (let count = 0; count < options.processes; count++) this.startProcess();
  }

  /** Of the processes that run. */
  get pids(): number[] {
    return [...this.processes].flatMap(({ pid }) => pid ?? []);
  }

  get isOpen(): boolean {
    return !this.isClosed && this.failure === undefined;
  }

  /** @throws why it takes no more tasks. */
  assertOpen(): void {
    if (this.failure) throw this.failure;
    if (this.isClosed) throw new ProcessError('CLOSED', this.options.name);
  }

  submit(task: Task): void {
    if (this.unsettled.size === 0) this.keepAlive.hold();
    this.unsettled.add(task);
    this.queue.push(task);
    this.dispatch();
  }

  /** Takes no more tasks, and ends when none is left. Idempotent. */
  close(): void {
    this.isClosed = true;
    this.finishIfDone();
  }

  /** Kills every process and rejects every task. Idempotent. */
  destroy(error: Error): void {
    if (this.failure) return;
    this.failure = error;
    for (const task of [...this.unsettled]) task.reject(error);
    this.queue = [];
    for (const process of this.processes) process.kill();
    this.finishIfDone();
  }

  /** Resolves when it was closed or destroyed and its processes have ended.
   *  @throws {ProcessError} `NOT_CLOSED`. */
  join(): Promise<void> {
    const isEnding = this.isClosed || this.failure !== undefined;
    if (!isEnding) throw new ProcessError('NOT_CLOSED', this.options.name);
    return this.keepAlive.during(this.over.promise);
  }

  settled(task: Task): void {
    this.unsettled.delete(task);
    if (this.unsettled.size > 0) return;
    this.keepAlive.release();
    this.finishIfDone();
  }

  givenUp(task: Task): void {
    // One that waits here is left out when its turn comes.
    this.processOf(task)?.skip(task);
  }

  overdue(task: Task): void {
    this.processOf(task)?.kill();
  }

  private processOf(task: Task): PoolProcess | undefined {
    for (const process of this.processes) if (process.given.includes(task)) return process;
    return undefined;
  }

  private startProcess(): void {
    const { name, initializer, concurrentTasks, tasksPerChild } = this.options;
    const process = new PoolProcess({
      name: `${name}-${++this.started}`,
      initializer,
      concurrentTasks,
      tasksMax: tasksPerChild,
      pace: this.pace,
      free: (process) => this.free(process),
      unusable: (_, error) => this.destroy(error),
      ended: (process, end, cause) => this.ended(process, end, cause),
    });
    this.processes.add(process);
  }

  private free(process: PoolProcess): void {
    this.falseStarts = 0;
    if (process.isSpent) process.finish();
    this.dispatch();
  }

  private dispatch(): void {
    while (this.head < this.queue.length) {
      const task = this.queue[this.head]!;
      if (!task.isSettled) {
        const process = this.leastBusy(task);
        if (!process) return;
        process.give(task);
      }
      this.head++;
    }
    this.queue = [];
    this.head = 0;
  }

  private leastBusy(task: Task): PoolProcess | undefined {
    let best: PoolProcess | undefined;
    for (const process of this.processes) {
      if (process.isFree && (!best || process.given.length < best.given.length)) best = process;
    }
    if (task.isAlone && best && best.given.length > 0) return undefined;
    return best;
  }

  private ended(process: PoolProcess, end: ProcessEnd, cause: Error | undefined): void {
    this.processes.delete(process);
    if (!process.isReady && !process.isEnding) this.falseStarts++;
    const again: Task[] = [];
    for (const task of process.given) {
      if (task.retry()) again.push(task);
      else task.reject(new WorkerCrashedError(process.name, end, cause));
      task.stop();
    }
    this.queue = [...again, ...this.queue.slice(this.head)];
    this.head = 0;
    if (this.falseStarts >= FALSE_STARTS_MAX && !this.failure) {
      this.destroy(new WorkerCrashedError(process.name, end, cause));
    }
    const isNeeded = !this.isClosed || this.unsettled.size > 0;
    if (isNeeded && !this.failure) this.startProcess();
    this.dispatch();
    this.finishIfDone();
  }

  private finishIfDone(): void {
    if (!this.failure && !(this.isClosed && this.unsettled.size === 0)) return;
    for (const process of this.processes) if (!this.failure) process.finish();
    if (this.processes.size > 0) return;
    this.keepAlive.close();
    this.over.resolve();
  }
}
