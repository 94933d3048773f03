// What can go wrong with shared objects: a class for what programs catch, each with its code.
import { SyncError, type SyncErrorCode } from '../../coordinator/sync/index.ts';

/** What the coordinator's own table has not: it is about the way to the coordinator. */
export const groupErrors = {
  AUTHENTICATION: 'The coordinator belongs to another user, or the key is wrong.',
  NO_GROUP: 'This process belongs to no group: start one with Group.start(), or fork it from one.',
  DISCONNECTED: 'The coordinator cannot be reached.',
  GROUP_CLOSED: 'The group is closed in this process.',
} as const satisfies Record<string, string>;

export type GroupErrorCode = keyof typeof groupErrors;

/** The group cannot be used. `AUTHENTICATION` is an {AuthenticationError}. */
export class GroupError extends Error {
  override readonly name: string = 'GroupError';
  readonly code: GroupErrorCode;

  constructor(code: GroupErrorCode, cause?: unknown) {
    super(groupErrors[code], cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export class AuthenticationError extends GroupError {
  override readonly name = 'AuthenticationError';

  constructor(cause?: unknown) {
    super('AUTHENTICATION', cause);
  }
}

/** Time is over: `TIMEOUT`; of a put `FULL`, of a get `EMPTY`. */
export class TimeoutError extends SyncError {
  override readonly name = 'TimeoutError';
}

/** To wait would never end. The message names the circle. */
export class DeadlockError extends SyncError {
  override readonly name = 'DeadlockError';
}

export class BrokenBarrierError extends SyncError {
  override readonly name = 'BrokenBarrierError';
}

const classes: Partial<Record<SyncErrorCode, typeof SyncError>> = {
  TIMEOUT: TimeoutError,
  FULL: TimeoutError,
  EMPTY: TimeoutError,
  DEADLOCK: DeadlockError,
  BROKEN_BARRIER: BrokenBarrierError,
};

/** The error that a failed request is told by. */
export function errorOf(code: SyncErrorCode, detail = ''): SyncError {
  return new (classes[code] ?? SyncError)(code, detail);
}
