// Lock and RLock: one task of one process has it; the others wait in the order in which they came.

import type { Hold } from './belongings.ts';
import type { Link } from './link.ts';
import { refusal } from './refusal.ts';
import { SharedObject, timeoutOf, type WaitOptions } from './shared-object.ts';
import { currentTask } from './task.ts';

export interface AcquireOptions extends WaitOptions {
  /** 1..60_000: after this the lock frees itself. Without: it is held until it is released, or the
   *  process has ended. */
  readonly leaseMs?: number | undefined;
}

/** A lock that was acquired. `using` and `await using` release it. */
export class Held implements Disposable, AsyncDisposable {
  private readonly link: Link;
  private readonly hold: Hold;
  private released = false;

  constructor(link: Link, hold: Hold) {
    this.link = link;
    this.hold = hold;
  }

  /** Above that of every earlier holder: what is written under the lock can be refused where a
   *  higher number has written. */
  get fence(): number {
    return this.hold.fence;
  }

  /** False once it was released, or lost by its lease. */
  get isHeld(): boolean {
    return !this.released && !this.hold.lost;
  }

  /** At once, without waiting for the coordinator: what this process asks later comes after it.
   *  @throws {SyncError} `NOT_OWNER` when the lock was lost, or this was called before. */
  release(): void {
    const { name, task, fence } = this.hold;
    if (!this.isHeld) throw refusal('NOT_OWNER', { name });
    this.released = true;
    this.link.post({ kind: 'release', name, task, fence, count: 1 });
    this.link.belongings.released(this.hold);
  }

  /** Releases what is still held. */
  [Symbol.dispose](): void {
    if (this.isHeld) this.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
  }
}

/** Made by `group.lock(name)`. */
export class Lock extends SharedObject {
  /** Waits for the lock. Released when the process ends, however it ends.
   *  @throws {TimeoutError} after `timeoutMs`.
   *  @throws {DeadlockError} at once, when the wait would close a circle of tasks that wait for
   *  each other's locks; also where the task itself holds it, unless it is an RLock. */
  async acquire(options: AcquireOptions = {}): Promise<Held> {
    const { link, name } = this;
    const { leaseMs = 0, signal } = options;
    const task = currentTask();
    const timeoutMs = timeoutOf(options);
    const asked = { kind: 'acquire', name, task, timeoutMs, leaseMs } as const;
    const acquired = (fence: unknown) =>
      new Held(link, link.belongings.acquired(name, task, fence as number, leaseMs));
    return link.ask(asked, signal, acquired);
  }

  /** Whether anyone holds it. */
  async isLocked(): Promise<boolean> {
    return ((await this.look()) as { held: boolean }).held;
  }

  /** How many wait for it. */
  async waiting(): Promise<number> {
    return ((await this.look()) as { waiters: number }).waiters;
  }
}

/** Made by `group.rlock(name)`. Its task can acquire it again; it is free after as many releases. */
export class RLock extends Lock {}
