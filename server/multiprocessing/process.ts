// A process of its own that runs one function and ends.
import type { Socket } from 'node:net';
import { checkDuration, Timer } from '../../protocol/timers.ts';
import { assertMayStart, currentProcess, nextName } from './current-process.ts';
import { type ProcessEnd, ProcessError, WorkerCrashedError } from './errors.ts';
import { birthFrame, failureOf } from './failures.ts';
import { KeepAlive } from './keep-alive.ts';
import type { FromChild } from './messages.ts';
import { SpawnedProcess } from './spawned-process.ts';
import { addressOf, type Target } from './target.ts';

export interface ProcessOptions<Args extends readonly unknown[], Result> {
  readonly target: Target<Args, Result>;
  /** Copied: each arrives as it is, or is refused; `messageBytesMax` at most. */
  readonly args?: NoInfer<Args>;
  /** Default: `Process-N`. */
  readonly name?: string;
  /** Whether it ends with this process, and does not keep this one from ending. */
  readonly daemon?: boolean;
  /** A connection that goes with the process, which has it as `givenSocket()`; closed here. Nothing may
   *  have been read from it: accept it with `pauseOnConnect`. */
  readonly socket?: Socket;
}

const RESPONSE_MS = 1000;

/** Has the standard output and error of this process, and no input. It ends when its function has
 *  returned (exit code 0) or thrown (1). */
export class Process<Args extends readonly unknown[], Result> implements AsyncDisposable {
  readonly name: string;
  readonly isDaemon: boolean;
  private readonly options: ProcessOptions<Args, Result>;
  private readonly outcome = Promise.withResolvers<Awaited<Result>>();
  private readonly over = Promise.withResolvers<true>();
  private readonly keepAlive = new KeepAlive();
  private spawned: SpawnedProcess | undefined;
  private failure: Error | undefined;
  private isAsked = false;
  private isClosed = false;

  constructor(options: ProcessOptions<Args, Result>) {
    this.options = options;
    this.name = options.name ?? nextName('Process');
    this.isDaemon = options.daemon ?? false;
    // Who does not ask for the result reads of an error on standard error.
    this.outcome.promise.catch(() => {});
  }

  /** Starts it. Returns at once, before its module is loaded. Where the system starts no process, such as
   *  for want of descriptors, it ends at once, and `result` says why.
   *  @throws {ProcessError} `ALREADY_STARTED`, `NOT_CLONEABLE` (the arguments), `TARGET_NOT_FOUND` (no
   *  absolute module), `STARTED_WHILE_LOADING`; {MessageTooLargeError}. */
  start(): this {
    const { name, isDaemon } = this;
    if (this.spawned) throw new ProcessError('ALREADY_STARTED', name);
    if (this.isClosed) throw new ProcessError('CLOSED', name);
    assertMayStart(name);
    const { target, args = [], socket } = this.options;
    const hasSocket = socket !== undefined;
    const birth = { name, isDaemon, parent: currentProcess(), hasSocket };
    this.spawned = new SpawnedProcess({
      name,
      birth: birthFrame(name, ['run', birth, addressOf(target), args]),
      socket,
      orphanSignal: isDaemon ? 'SIGTERM' : undefined,
      message: (message) => this.receive(message),
      unsendable: () => {},
      ended: (end, cause) => this.ended(end, cause),
    });
    if (!isDaemon) this.keepAlive.hold();
    return this;
  }

  /** Undefined before it is started. */
  get pid(): number | undefined {
    return this.spawned?.pid;
  }

  /** Undefined until it has ended, and where a signal ended it. */
  get exitCode(): number | undefined {
    return this.spawned?.end?.exitCode;
  }

  /** What ended it; undefined until then, and where it ended by itself. */
  get signal(): NodeJS.Signals | undefined {
    return this.spawned?.end?.signal;
  }

  /** What the function returns; who asks for it waits for it, also that of a daemon. Rejects with
   *  {ProcessError} `TASK_FAILED` (`cause`: what was thrown, `remoteStack`: where) or `NOT_CLONEABLE`;
   *  {MessageTooLargeError}; {WorkerCrashedError} when the process ends without a result; {ProcessError}
   *  `NOT_SPAWNED` when the system has not started it. What it has thrown, and why it was not started, is
   *  written to standard error where the result was not asked for by then. */
  get result(): Promise<Awaited<Result>> {
    if (!this.isAsked) this.keepAlive.during(this.outcome.promise).catch(() => {});
    this.isAsked = true;
    return this.outcome.promise;
  }

  /** Whether the process exists. */
  isAlive(): boolean {
    return this.spawned !== undefined && this.spawned.end === undefined;
  }

  /** Whether its event loop turns: false for one that is in an endless loop or stopped, or has
   *  ended. */
  async isResponsive(timeoutMs = RESPONSE_MS): Promise<boolean> {
    checkDuration('timeoutMs', timeoutMs);
    return this.spawned?.isResponsive(timeoutMs) ?? false;
  }

  /** Waits for its end, at most for `timeoutMs`; rejects with {ProcessError} `NOT_STARTED`, and with
   *  {RangeError} for a `timeoutMs` that is no time.
   *  @returns whether it has ended. */
  async join(timeoutMs?: number): Promise<boolean> {
    this.running();
    if (timeoutMs === undefined) return this.keepAlive.during(this.over.promise);
    const late = Promise.withResolvers<false>();
    checkDuration('timeoutMs', timeoutMs);
    const timer = new Timer(timeoutMs, () => late.resolve(false));
    const hasEnded = await Promise.race([this.over.promise, late.promise]);
    timer.stop();
    return hasEnded;
  }

  /** Asks it to end by `SIGTERM`, which its function may handle.
   *  @throws {ProcessError} `NOT_STARTED`. */
  terminate(): void {
    this.running().kill('SIGTERM');
  }

  /** Ends it, whatever it does.
   *  @throws {ProcessError} `NOT_STARTED`. */
  kill(): void {
    this.running().kill('SIGKILL');
  }

  /** Says that it is no longer needed: from then on it cannot be started.
   *  @throws {ProcessError} `STILL_RUNNING`. */
  close(): void {
    if (this.isAlive()) throw new ProcessError('STILL_RUNNING', this.name);
    this.isClosed = true;
    this.keepAlive.close();
  }

  /** Kills it if it has not ended, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isAlive()) {
      this.kill();
      await this.join();
    }
    this.close();
  }

  private running(): SpawnedProcess {
    if (!this.spawned) throw new ProcessError('NOT_STARTED', this.name);
    return this.spawned;
  }

  private receive(message: FromChild): void {
    switch (message[0]) {
      case 'done':
        this.outcome.resolve(message[2] as Awaited<Result>);
        return;
      case 'failed':
      case 'tooLarge':
      case 'notCloneable':
        this.failure = failureOf(this.name, message);
        this.outcome.reject(this.failure);
        return;
      // No business of a process that runs one function.
      case 'pong':
      case 'failing':
      case 'ready':
        return;
      default:
        message satisfies never;
    }
  }

  private ended(end: ProcessEnd, cause: Error | undefined): void {
    if (!this.isDaemon) this.keepAlive.release();
    if (this.pid === undefined) {
      this.failure = new ProcessError('NOT_SPAWNED', this.name, cause);
      this.outcome.reject(this.failure);
    }
    // Has no effect after a result.
    this.outcome.reject(new WorkerCrashedError(this.name, end, cause));
    this.over.resolve(true);
    const { failure } = this;
    if (failure && !this.isAsked) {
      const stack = failure instanceof ProcessError ? failure.remoteStack : undefined;
      const text = stack === undefined ? failure.message : `${this.name}: ${stack}`;
      process.stderr.write(`${text}\n`);
    }
  }
}
