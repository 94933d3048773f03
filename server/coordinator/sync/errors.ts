// What can go wrong with the shared primitives: one code each, with a sentence for people.

export const syncErrors = {
  TIMEOUT: 'The time that was given for it is over.',
  ABORTED: 'The request was aborted by its owner.',
  DEADLOCK: 'To wait would close a circle of owners that wait for each other’s locks.',
  NOT_OWNER: 'It is not held by this owner, or not any more.',
  RELEASED_TOO_OFTEN: 'A bounded semaphore cannot be released beyond its first value.',
  FULL: 'The queue is full.',
  EMPTY: 'The queue is empty.',
  CLOSED: 'The queue is closed.',
  NO_SUCH_ITEM: 'The owner has no such item of this queue that it could confirm or put back.',
  TASK_DONE_TOO_OFTEN: 'taskDone was called more often than this owner has taken items.',
  TOO_MANY_UNCONFIRMED: 'The owner has taken too many items that it has not confirmed.',
  BROKEN_BARRIER: 'The barrier is broken: reset it before it is waited for again.',
  NOT_A_NUMBER: 'Only numbers can be added to, and only numbers can be added.',
  TOO_MANY_WAITERS: 'Too many requests wait there already: try later.',
  TOO_MANY_OBJECTS: 'There are too many objects already: close those that nobody needs.',
  TOO_LARGE: 'The value is larger than its limit.',
  WRONG_KIND: 'The object of this name is of another kind.',
  DIFFERENT: 'The object of this name was made with other parameters.',
  NOT_OPEN: 'The owner has not opened an object of this name.',
  IN_USE: 'The owner has a condition of this lock open: close that first.',
  BAD_ARGUMENT: 'An argument is outside its range.',
  UNKNOWN_OWNER: 'The owner is not known, or was given up: attach again, as a new one.',
} as const satisfies Record<string, string>;

export type SyncErrorCode = keyof typeof syncErrors;

/** A failed request of a shared primitive. `message` is the table's sentence and, after a colon,
 *  what in particular was wrong: of `DEADLOCK` the circle. */
export class SyncError extends Error {
  override readonly name: string = 'SyncError';
  readonly code: SyncErrorCode;

  constructor(code: SyncErrorCode, detail = '') {
    const text = syncErrors[code];
    super(detail ? `${text.replace(/\.$/, '')}: ${detail}` : text);
    this.code = code;
  }
}
