// What can go wrong with the shared primitives: one code each, with what it says to people.

export const syncErrors = {
  TIMEOUT: 'it took too long',
  ABORTED: 'the request was aborted by its owner',
  DEADLOCK: 'to wait would close a circle of owners that wait for each other’s locks',
  NOT_OWNER: 'it is not held by this owner, or not any more',
  RELEASED_TOO_OFTEN: 'a bounded semaphore cannot be released beyond its first value',
  FULL: 'the queue is full',
  EMPTY: 'the queue is empty',
  QUEUE_CLOSED: 'the queue is closed',
  NO_SUCH_ITEM: 'the owner has no such item of this queue that it could confirm or put back',
  TASK_DONE_TOO_OFTEN: 'taskDone was called more often than this owner has taken items',
  TOO_MANY_UNCONFIRMED: 'the owner has taken too many items that it has not confirmed',
  BROKEN_BARRIER: 'the barrier is broken: reset it before it is waited for again',
  NOT_A_NUMBER: 'only numbers can be added to, and only numbers can be added',
  TOO_MANY_WAITERS: 'too many requests wait there already: try later',
  TOO_MANY_OBJECTS: 'there are too many objects already: close those that nobody needs',
  MESSAGE_TOO_LARGE: 'it is too large to cross processes: give it in parts, or in a file',
  TOO_MANY_BYTES:
    'there is no room for it: take out what waits there, or put large values into files and share their paths',
  BAD_VALUE: 'the value cannot cross processes as it is',
  BREAKS_CONNECTION:
    'the connection has broken each time that this was sent, so it is not sent again: ' +
    'the log of the coordinator says why',
  WRONG_KIND: 'the object of this name is of another kind',
  DIFFERENT: 'the object of this name was made with other parameters',
  NOT_OPEN: 'the owner has not opened an object of this name',
  IN_USE: 'the owner has a condition of this lock open: close that first',
  BAD_ARGUMENT: 'an argument is outside its range',
  UNKNOWN_OWNER: 'the owner is not known, or was given up: attach again, as a new one',
} as const satisfies Record<string, string>;

export type SyncErrorCode = keyof typeof syncErrors;
