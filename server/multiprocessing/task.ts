// One task of a pool, from being given to it until somebody knows what came of it.
import { checkDuration, Timer } from '../../protocol/timers.ts';
import { TimeoutError } from './errors.ts';
import type { TargetAddress } from './messages.ts';

export interface TaskOptions {
  /** Ends the task: one that runs is ended with its process. */
  readonly signal?: AbortSignal;
  /** From its beginning, not counting the time that it waits for a process. Default, and `Infinity`:
   *  no limit. */
  readonly timeoutMs?: number;
  /** How many times it may begin again when its process dies while it runs. Default: 0. */
  readonly retries?: number;
}

/** How its values are given to the function. */
export type TaskKind = 'task' | 'each' | 'spread';

/** Who is told what becomes of it. */
export interface TaskOwner {
  /** Its promise is, or will be in a moment. */
  settled(task: Task): void;
  /** It was given up: its process need not begin it. */
  givenUp(task: Task): void;
  /** It was given up while it runs: JavaScript is not interrupted but by the end of its process. */
  overdue(task: Task): void;
}

let lastId = 0;

export class Task {
  /** From 1: 0 is what is no task. */
  readonly id = ++lastId;
  readonly target: TargetAddress;
  readonly kind: TaskKind;
  readonly values: readonly unknown[];
  readonly promise: Promise<unknown>;
  isSettled = false;
  /** In a process, as far as is known: nothing before it in that process is left. */
  isRunning = false;
  /** Its process has died before: it begins again with no other beside it, so that of the tasks which
   *  ran there the one that kills takes no other with it twice. */
  isAlone = false;
  private retriesLeft: number;
  private readonly subject: string;
  private readonly options: TaskOptions;
  private readonly settlers: PromiseWithResolvers<unknown>;
  private readonly owner: TaskOwner;
  private timer: Timer | undefined;

  constructor(
    owner: TaskOwner,
    subject: string,
    kind: TaskKind,
    target: TargetAddress,
    values: readonly unknown[],
    options: TaskOptions,
  ) {
    if (options.timeoutMs !== undefined) checkDuration('timeoutMs', options.timeoutMs);
    this.owner = owner;
    this.subject = subject;
    this.kind = kind;
    this.target = target;
    this.values = values;
    this.options = options;
    this.retriesLeft = options.retries ?? 0;
    this.settlers = Promise.withResolvers();
    this.promise = this.settlers.promise;
    options.signal?.addEventListener('abort', this.aborted);
  }

  begin(): void {
    this.isRunning = true;
    const { timeoutMs } = this.options;
    if (timeoutMs === undefined || this.isSettled) return;
    this.timer = new Timer(timeoutMs, () => {
      this.reject(new TimeoutError(this.subject, timeoutMs));
      this.owner.overdue(this);
    });
  }

  /** It does not run any more: it was answered, or its process has died. */
  stop(): void {
    this.isRunning = false;
    this.timer?.stop();
  }

  /** @returns whether it may begin again after the death of its process. */
  retry(): boolean {
    if (!this.isRunning) return true;
    this.isAlone = true;
    return this.retriesLeft-- > 0;
  }

  resolve(value: unknown): void {
    if (this.settle()) this.settlers.resolve(value);
  }

  reject(error: unknown): void {
    if (this.settle()) this.settlers.reject(error);
  }

  /** Nobody waits for it any more. What runs may go on. */
  drop(): void {
    if (this.isSettled) return;
    this.promise.catch(() => {});
    this.reject(undefined);
    this.owner.givenUp(this);
  }

  private readonly aborted = (): void => {
    const { isRunning } = this;
    this.reject(this.options.signal!.reason);
    if (isRunning) this.owner.overdue(this);
    else this.owner.givenUp(this);
  };

  private settle(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    this.timer?.stop();
    this.options.signal?.removeEventListener('abort', this.aborted);
    this.owner.settled(this);
    return true;
  }
}
