// Condition: who holds its lock waits, without the lock, until another holder notifies.
import { MultiprocessingError } from '../errors.ts';
import type { Hold } from './belongings.ts';
import type { Link } from './link.ts';
import { refusal } from './refusal.ts';
import { SharedObject, timeoutOf, type WaitOptions } from './shared-object.ts';
import { currentTask } from './task.ts';

/** Made by `group.condition(name, lock)`. All of it needs the lock, held by the same task; and
 *  however a wait ends, the task has the lock again then. */
export class Condition extends SharedObject {
  private readonly lockName: string;

  constructor(link: Link, name: string, lockName: string) {
    super(link, name);
    this.lockName = lockName;
  }

  /** @throws {TimeoutError} after `timeoutMs`.
   *  @throws {SyncError} `NOT_OWNER` without the lock. */
  async wait(options: WaitOptions = {}): Promise<void> {
    const { link, name, lockName } = this;
    const task = currentTask();
    const hold = link.belongings.holdOf(lockName, task);
    if (!hold) throw refusal('NOT_OWNER', { name: lockName });
    const asked = { kind: 'wait', name, task, timeoutMs: timeoutOf(options) } as const;
    options.signal?.throwIfAborted();
    link.belongings.forget(hold);
    const ended = (answer: unknown) => {
      const { fence, notified } = answer as { fence: number; notified: boolean };
      link.belongings.remember(hold, fence);
      return notified;
    };
    const asking = link.ask(asked, options.signal, ended);
    const notified = await asking.catch((error) => this.failed(error, hold));
    if (!notified) throw refusal('TIMEOUT', asked);
  }

  /** Waits until `predicate` is true; asks it with the lock held, first at once. `timeoutMs` is for
   *  all of it.
   *  @throws {TimeoutError} */
  async waitFor(
    predicate: () => boolean | Promise<boolean>,
    { timeoutMs, signal }: WaitOptions = {},
  ): Promise<void> {
    const limitMs = timeoutOf({ timeoutMs });
    const until = limitMs === null ? undefined : performance.now() + limitMs;
    while (!(await predicate())) {
      const leftMs = until === undefined ? undefined : Math.max(0, until - performance.now());
      await this.wait({ timeoutMs: leftMs, signal });
    }
  }

  /** Wakes the first `count` that wait; they go on when they have the lock.
   *  @returns how many waited. */
  async notify(count = 1): Promise<number> {
    const asked = { kind: 'notify', name: this.name, task: currentTask(), count } as const;
    return (await this.link.ask(asked)) as number;
  }

  notifyAll(): Promise<number> {
    return this.notify(0);
  }

  /** An aborted wait has the lock again, with a number that its failure does not say. One that was
   *  refused never was without it. */
  private async failed(error: unknown, hold: Hold): Promise<never> {
    const { link, lockName } = this;
    const refused = error instanceof MultiprocessingError;
    if (refused && error.code === 'UNKNOWN_OWNER') hold.lost = true;
    else if (refused) link.belongings.remember(hold, hold.fence);
    else {
      const { fence } = (await link.ask({ kind: 'look', name: lockName })) as { fence: number };
      link.belongings.remember(hold, fence);
    }
    throw error;
  }
}
