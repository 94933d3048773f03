// What can go wrong with processes and what they share: classes to catch, each with its codes.
import { syncErrors } from '../coordinator/sync/errors.ts';

const { TIMEOUT, FULL, EMPTY, DEADLOCK, BROKEN_BARRIER, MESSAGE_TOO_LARGE, ...ofSync } = syncErrors;

/** Every error of `holdfast/multiprocessing`: its class, that one's codes, and what each says. */
export const multiprocessingErrors = {
  ProcessError: {
    TASK_FAILED: 'it has thrown',
    TARGET_NOT_FOUND:
      'there is no such function: export it, and name its module by import.meta.url',
    NOT_CLONEABLE: 'it would not arrive as it is',
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
    NOT_SPAWNED:
      'the system does not start its process: raise the limit of processes, open files or memory, or ' +
      'put Node back where it was',
  },
  WorkerCrashedError: { WORKER_CRASHED: 'its process has ended' },
  TimeoutError: { TIMEOUT, FULL, EMPTY },
  MessageTooLargeError: { MESSAGE_TOO_LARGE },
  EndOfStreamError: { END_OF_STREAM: 'the other end is closed, or its process has ended' },
  DeadlockError: { DEADLOCK },
  BrokenBarrierError: { BROKEN_BARRIER },
  AuthenticationError: {
    AUTHENTICATION: 'the coordinator belongs to another user, or the key is wrong',
  },
  GroupError: {
    NO_GROUP: 'there is none to join',
    DISCONNECTED: 'the coordinator cannot be reached',
    OTHER_VERSION: 'its coordinator is of another version: run both from the same',
    TOO_MANY_PROCESSES: 'as many processes as it may have are in it: close some first',
    GROUP_CLOSED: 'the group is closed in this process',
  },
  SyncError: ofSync,
} as const;

type Table = typeof multiprocessingErrors;

/** The codes of one class. */
export type CodeOf<Class extends keyof Table> = keyof Table[Class];

export type MultiprocessingErrorCode = { [Class in keyof Table]: CodeOf<Class> }[keyof Table];

const texts = Object.assign({}, ...Object.values(multiprocessingErrors)) as Readonly<
  Record<MultiprocessingErrorCode, string>
>;

/** What every error here is: told apart by `code`. */
export class MultiprocessingError extends Error {
  readonly code: MultiprocessingErrorCode;

  /** @param subject what it is about, such as the name of a process.
   *  @param detail what in particular. */
  constructor(code: MultiprocessingErrorCode, subject: string, cause?: unknown, detail = '') {
    const said = `${subject}: ${texts[code]}${detail}`;
    super(said, cause === undefined ? undefined : { cause });
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
    code: CodeOf<'ProcessError'>,
    subject: string,
    cause?: unknown,
    remoteStack?: string,
  ) {
    const tells = remoteStack !== undefined || code === 'NOT_SPAWNED' || code === 'NOT_CLONEABLE';
    const isTold = cause instanceof Error && tells;
    super(code, subject, cause, isTold ? detailOf(cause.message) : '');
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
    super('WORKER_CRASHED', subject, cause, `${how} before it gave a result${why}`);
    this.exitCode = exitCode;
    this.signal = signal;
  }
}

/** What was waited for has not happened in time: `FULL` of a put, `EMPTY` of a get. */
export class TimeoutError extends MultiprocessingError {
  override readonly name = 'TimeoutError';
  readonly timeoutMs: number;

  constructor(subject: string, timeoutMs: number, code: CodeOf<'TimeoutError'> = 'TIMEOUT') {
    super(code, subject, undefined, ` (${timeoutMs} ms)`);
    this.timeoutMs = timeoutMs;
  }
}

/** Arguments or a result are above `messageBytesMax`; a value or an item of a queue above 1 MiB. */
export class MessageTooLargeError extends MultiprocessingError {
  override readonly name = 'MessageTooLargeError';
  /** Undefined where it was not counted to the end. */
  readonly bytes: number | undefined;

  constructor(subject: string, bytes: number | undefined, detail = '') {
    const said = bytes === undefined ? detailOf(detail) : ` (${bytes} bytes)`;
    super('MESSAGE_TOO_LARGE', subject, undefined, said);
    this.bytes = bytes;
  }
}

/** Nothing more comes through a pipe. */
export class EndOfStreamError extends MultiprocessingError {
  override readonly name = 'EndOfStreamError';

  constructor(subject: string, cause?: unknown) {
    super('END_OF_STREAM', subject, cause);
  }
}

/** To wait would never end. The message names the circle: `ada → lock a → bob → lock b → ada`. */
export class DeadlockError extends MultiprocessingError {
  override readonly name = 'DeadlockError';

  constructor(subject: string, circle: string) {
    super('DEADLOCK', subject, undefined, detailOf(circle));
  }
}

/** The parties of a barrier will not come together. */
export class BrokenBarrierError extends MultiprocessingError {
  override readonly name = 'BrokenBarrierError';

  /** @param why '' where it was broken before. */
  constructor(subject: string, why: string) {
    super('BROKEN_BARRIER', subject, undefined, detailOf(why));
  }
}

/** A group is not this process's to join. */
export class AuthenticationError extends MultiprocessingError {
  override readonly name = 'AuthenticationError';

  constructor(subject: string, cause?: unknown) {
    super('AUTHENTICATION', subject, cause);
  }
}

/** A group cannot be used. */
export class GroupError extends MultiprocessingError {
  override readonly name = 'GroupError';

  /** @param detail what to do. */
  constructor(code: CodeOf<'GroupError'>, subject: string, cause?: unknown, detail = '') {
    super(code, subject, cause, detailOf(detail));
  }
}

/** A shared object cannot do what it was asked to. */
export class SyncError extends MultiprocessingError {
  override readonly name = 'SyncError';

  constructor(code: CodeOf<'SyncError'>, subject: string, detail = '') {
    super(code, subject, undefined, detailOf(detail));
  }
}

const detailOf = (detail: string): string => detail && `: ${detail}`;
