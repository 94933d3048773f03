// A pool's processes and the tasks that wait for them; a process that dies is replaced.
import { Timer } from '../../protocol/timers.ts';
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

/** A process that the system does not start is tried again after this, then after twice as long. */
const RESPAWN_MS = 50;
const RESPAWN_MS_MAX = 5000;
/** Where the system has started no process for so long, tasks that wait are told. */
const UNSPAWNED_MS_MAX = 10_000;

/** Invariant: while tasks wait, a process runs that will take them, one is being started, or a timer will
 *  start one. */
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
  /** Attempts in a row at which the system has started no process, and when the first was. */
  private unspawned = 0;
  private unspawnedSince = 0;
  private respawning: Timer | undefined;
  private started = 0;
  private isClosed = false;
  /** Why nothing is taken any more. */
  private failure: Error | undefined;

  constructor(options: DispatcherOptions) {
    this.options = options;
    this.fill();
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

  /** Starts the processes that are missing; none while the system starts none. */
  private readonly fill = (): void => {
    this.respawning = undefined;
    while (this.processes.size < this.options.processes) this.startProcess();
  };

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
    if (process.pid !== undefined) this.unspawned = 0;
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
    if (process.pid === undefined) {
      this.notSpawned(process, cause);
      return;
    }
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
    if (this.isNeeded && !this.respawning) this.fill();
    this.dispatch();
    this.finishIfDone();
  }

  private get isNeeded(): boolean {
    return !this.failure && (!this.isClosed || this.unsettled.size > 0);
  }

  /** That passes, as a rule: another process ends and frees what was short, or Node is back in its place. */
  private notSpawned(process: PoolProcess, cause: Error | undefined): void {
    const now = performance.now();
    if (this.unspawned === 0) this.unspawnedSince = now;
    if (this.isNeeded && !this.respawning) {
      const waitMs = Math.min(RESPAWN_MS_MAX, RESPAWN_MS * 2 ** this.unspawned++);
      this.respawning = new Timer(waitMs, this.fill).unref();
    }
    if (this.processes.size === 0 && now - this.unspawnedSince >= UNSPAWNED_MS_MAX) {
      for (const task of this.queue.slice(this.head)) {
        task.reject(new ProcessError('NOT_SPAWNED', process.name, cause));
      }
    }
    this.finishIfDone();
  }

  private finishIfDone(): void {
    if (!this.failure && !(this.isClosed && this.unsettled.size === 0)) return;
    for (const process of this.processes) if (!this.failure) process.finish();
    this.respawning?.stop();
    if (this.processes.size > 0) return;
    this.keepAlive.close();
    this.over.resolve();
  }
}
