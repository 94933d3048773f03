// Condition: the holder of its lock waits, without the lock, until another holder notifies it.
//
// A wait is in the condition's line, then in the lock's (notified, timed out or aborted), and is
// answered when it has the lock again. Whatever the answer, the owner holds the lock then.
import type { Context } from './context.ts';
import type { LockState } from './lock.ts';
import type { ObjectSpec, Request, RequestOf } from './messages.ts';
import type { Owner } from './owner.ts';
import { type Finder, SyncObject, saveLine } from './sync-object.ts';
import type { GivenUp, Outcome, SavedWaiter, Waiter } from './waiters.ts';

interface SavedCondition {
  readonly waiters: readonly SavedWaiter[];
}

export class ConditionState extends SyncObject {
  readonly lock: LockState;
  private readonly waiters = this.newLine();

  constructor(context: Context, name: string, spec: ObjectSpec, order: number, lock: LockState) {
    super(context, name, spec, order);
    this.lock = lock;
    lock.conditions.add(this);
  }

  apply(owner: Owner, input: Request): void {
    switch (input.kind) {
      case 'wait':
        if (this.mayUse(owner, input)) this.wait(owner, input);
        return;
      case 'notify':
        if (this.mayUse(owner, input)) this.notify(owner, input);
        return;
      default:
        this.refuseKind(owner, input);
    }
  }

  look(): unknown {
    return { waiters: this.waiters.length };
  }

  release(): void {}

  override get changesToo(): SyncObject {
    return this.lock;
  }

  override forgotten(): void {
    this.lock.conditions.delete(this);
  }

  override giveUp(waiter: Waiter, why: GivenUp): void {
    if (why === 'gone') super.giveUp(waiter, why);
    else this.sendBack(waiter, why === 'TIMEOUT' ? 'timedOut' : 'aborted');
  }

  save(): SavedCondition {
    return { waiters: saveLine(this.waiters) };
  }

  load(saved: SavedCondition, find: Finder): void {
    this.loadLine(this.waiters, saved.waiters, find);
  }

  private mayUse(owner: Owner, input: RequestOf<'wait' | 'notify'>): boolean {
    const { lock } = this;
    if (lock.isHeldBy(owner, input.task)) return true;
    const detail = `${lock.name}, the lock of ${this.name}, is held by ${lock.holderText}`;
    this.context.fail(owner, input, 'NOT_OWNER', detail);
    return false;
  }

  private wait(owner: Owner, input: RequestOf<'wait'>): void {
    const { lock } = this;
    const waiter = this.context.wait(this.waiters, owner, input);
    if (!waiter) return;
    waiter.levels = lock.levels;
    waiter.leaseMs = lock.leaseMs;
    lock.free();
    if (input.timeoutMs === 0) this.sendBack(waiter, 'timedOut');
  }

  /** Answers how many were notified. */
  private notify(owner: Owner, input: RequestOf<'notify'>): void {
    const count = input.count === 0 ? this.waiters.length : input.count;
    let notified = 0;
    for (const waiter of this.waiters) {
      if (notified === count) break;
      this.sendBack(waiter, 'notified');
      notified++;
    }
    this.context.done(owner, input, notified);
  }

  private sendBack(waiter: Waiter, outcome: Outcome): void {
    this.context.leave(waiter);
    waiter.outcome = outcome;
    this.lock.takeBack(waiter);
  }
}
