// Which of a process's flows of asynchronous work takes a lock: they are to locks what threads are.
import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<number>();
let last = 0;

/** Runs `work` as a task of its own. A lock is held by a task: an RLock can be acquired again by its
 *  task alone, and tasks that wait for each other's locks are told of the deadlock. What does not
 *  run in a task of its own is all one task: a process that does one thing at a time needs none. */
export function runTask<T>(work: () => T): T {
  return storage.run(++last, work);
}

/** 0 outside of every task. */
export function currentTask(): number {
  return storage.getStore() ?? 0;
}
