// What can go wrong with processes: one code each, with a sentence that says what to do.

/** Every code of an error of `holdfast/multiprocessing`, and what it says. */
export const multiprocessingErrors = {
  TASK_FAILED: 'it has thrown',
  TARGET_NOT_FOUND: 'there is no such function: export it, and name its module by import.meta.url',
  NOT_CLONEABLE: 'functions and instances of classes do not cross processes: give plain values',
  NOT_STARTED: 'the process was not started: call start() first',
  ALREADY_STARTED: 'a process is started once: make another',
  STILL_RUNNING: 'the process runs: join() or kill() it first',
  STARTED_WHILE_LOADING:
    'a module that is loaded into a process starts another: put what is the program’s own ' +
    'behind `if (import.meta.main)`',
  CLOSED: 'it takes no more tasks: it was closed',
  TERMINATED: 'it was terminated',
  NOT_CLOSED: 'it may still be given tasks: close() or terminate() it first',
  INITIALIZER_FAILED: 'the initializer has thrown',
  WORKER_CRASHED: 'its process has ended',
  TIMEOUT: 'it took too long',
  MESSAGE_TOO_LARGE: 'it is too large to cross processes: give it in parts, or in a file',
} as const;

export type MultiprocessingErrorCode = keyof typeof multiprocessingErrors;

/** What every error here is: told apart by `code`. */
export class MultiprocessingError extends Error {
  readonly code: MultiprocessingErrorCode;

  /** @param subject what it is about, such as the name of a process. */
  constructor(code: MultiprocessingErrorCode, subject: string, cause?: unknown, detail = '') {
    const said = detail || multiprocessingErrors[code];
    super(`${subject}: ${said}`, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** A process or a pool cannot do what it was asked to, or what it ran has thrown. */
export class ProcessError extends MultiprocessingError {
  override readonly name = 'ProcessError';
  /** Where it was thrown in the other process; undefined where it was not thrown there. */
  readonly remoteStack: string | undefined;

  /** @param cause what was thrown; an error from another process has its own `cause` and `code`. */
  constructor(
    code: MultiprocessingErrorCode,
    subject: string,
    cause?: unknown,
    remoteStack?: string,
  ) {
    const said = remoteStack !== undefined && cause instanceof Error ? cause.message : '';
    super(code, subject, cause, said && `${multiprocessingErrors[code]}: ${said}`);
    this.remoteStack = remoteStack;
  }
}

/** How a process has ended. */
export interface ProcessEnd {
  /** Undefined where a signal ended it, or where it could not be started. */
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** A process has ended before it gave a result. What it was at may have been done in part. */
export class WorkerCrashedError extends MultiprocessingError implements ProcessEnd {
  override readonly name = 'WorkerCrashedError';
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;

  /** @param cause what nothing caught, where that ended the process. */
  constructor(subject: string, { exitCode, signal }: ProcessEnd, cause?: unknown) {
    const how = signal
      ? ` by ${signal}`
      : exitCode === undefined
        ? ''
        : ` with exit code ${exitCode}`;
    const why = cause instanceof Error ? ` (${cause.message})` : '';
    const said = `${multiprocessingErrors.WORKER_CRASHED}${how} before it gave a result${why}`;
    super('WORKER_CRASHED', subject, cause, said);
    this.exitCode = exitCode;
    this.signal = signal;
  }
}

/** What was waited for has not happened in time. */
export class TimeoutError extends MultiprocessingError {
  override readonly name = 'TimeoutError';
  readonly timeoutMs: number;

  constructor(subject: string, timeoutMs: number) {
    super('TIMEOUT', subject, undefined, `${multiprocessingErrors.TIMEOUT} (${timeoutMs} ms)`);
    this.timeoutMs = timeoutMs;
  }
}

/** Arguments or a result are above `messageBytesMax`. */
export class MessageTooLargeError extends MultiprocessingError {
  override readonly name = 'MessageTooLargeError';
  readonly bytes: number;

  constructor(subject: string, bytes: number) {
    const said = `${multiprocessingErrors.MESSAGE_TOO_LARGE} (${bytes} bytes)`;
    super('MESSAGE_TOO_LARGE', subject, undefined, said);
    this.bytes = bytes;
  }
}
