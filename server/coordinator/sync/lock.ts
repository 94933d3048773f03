// Lock and RLock: free, or held by one task of one owner; the others wait in line.
//
// free → held: acquire, a waiter's turn, or reclaim. held → held: an rlock's task again, or
// straight to the first who waits. held → free: as many releases as acquires, the lease is over,
// the owner is gone, or a condition's wait; nobody waits then.
import { findCircle } from './deadlock.ts';
import type { SyncErrorCode } from './errors.ts';
import type { Timed } from './heap.ts';
import type { Request, RequestOf } from './messages.ts';
import type { Owner } from './owner.ts';
import { type Finder, SyncObject, saveLine } from './sync-object.ts';
import type { GivenUp, SavedWaiter, Waiter, WaitingRequest } from './waiters.ts';

interface SavedLock {
  readonly holder: string | null;
  readonly task: number;
  readonly levels: number;
  readonly fence: number;
  readonly leaseMs: number;
  readonly lease: { readonly at: number; readonly order: number } | null;
  readonly waiters: readonly SavedWaiter[];
}

export class LockState extends SyncObject {
  holder: Owner | undefined = undefined;
  task = 0;
  levels = 0;
  /** Of the present or the last hold. */
  fence = 0;
  leaseMs = 0;
  /** Those that are made with this lock. */
  readonly conditions = new Set<SyncObject>();
  private readonly lease = new Lease(() => this.leaseIsOver());
  private readonly waiters = this.newLine();

  apply(owner: Owner, input: Request): void {
    switch (input.kind) {
      case 'acquire':
        this.acquire(owner, input);
        return;
      case 'release':
        this.releaseOne(owner, input);
        return;
      case 'reclaim':
        this.reclaim(owner, input);
        return;
      default:
        this.refuseKind(owner, input);
    }
  }

  look(): unknown {
    return { held: this.holder !== undefined, fence: this.fence, waiters: this.waiters.length };
  }

  isHeldBy(owner: Owner, task: number): boolean {
    return this.holder === owner && this.task === task;
  }

  /** For people. */
  get holderText(): string {
    const { holder, task } = this;
    if (!holder) return 'nobody';
    return task === 0 ? holder.id : `${holder.id}#${task}`;
  }

  /** Frees all levels, for a condition's wait or because its owner is gone. */
  free(): void {
    this.deadlines.remove(this.lease);
    this.holder!.holds.delete(this);
    this.holder = undefined;
    this.grantNext();
  }

  /** Lets a condition's waiter wait for the lock as it held it, and without a timeout. There is no
   *  bound: the condition's line had one. */
  takeBack(waiter: Waiter): void {
    waiter.at = Number.POSITIVE_INFINITY;
    this.context.enter(this.waiters, waiter);
    this.countWait(waiter);
    this.grantNext();
  }

  /** Gives the free lock to the first who waits. */
  private grantNext(): void {
    const { first } = this.waiters;
    if (this.holder || !first || this.context.reclaimsOnly) return;
    this.leaveLine(first);
    const { owner, input } = first;
    this.grant(owner, taskOf(input), first.levels, first.leaseMs);
    if (input.kind === 'acquire') this.context.done(owner, input, this.fence);
    else if (first.outcome === 'aborted') this.context.fail(owner, input, 'ABORTED');
    else {
      const notified = first.outcome === 'notified';
      this.context.done(owner, input, { fence: this.fence, notified });
    }
    if (this.spec.kind === 'rlock') this.enterFromLine(owner, taskOf(input));
  }

  /** Who waits for a condition needs its lock again, however the wait ended. */
  override giveUp(waiter: Waiter, why: GivenUp): void {
    if (waiter.input.kind === 'wait' && why !== 'gone') {
      waiter.outcome = 'aborted';
      return;
    }
    this.uncountWait(waiter);
    super.giveUp(waiter, why);
  }

  override needOf(owner: Owner): SyncErrorCode | undefined {
    for (const condition of this.conditions) if (owner.opens.has(condition)) return 'IN_USE';
    return undefined;
  }

  override graceIsOver(): void {
    this.grantNext();
  }

  release(owner: Owner): void {
    if (this.holder === owner) this.free();
  }

  save(): SavedLock {
    const { task, levels, fence, leaseMs, lease } = this;
    const waiters = saveLine(this.waiters);
    const due = lease.heapIndex < 0 ? null : { at: lease.at, order: lease.order };
    return { holder: this.holder?.id ?? null, task, levels, fence, leaseMs, lease: due, waiters };
  }

  load(saved: SavedLock, find: Finder): void {
    this.task = saved.task;
    this.levels = saved.levels;
    this.fence = saved.fence;
    this.leaseMs = saved.leaseMs;
    if (saved.holder !== null) {
      this.holder = find.owner(saved.holder);
      this.holder.holds.add(this);
    }
    if (saved.lease) {
      Object.assign(this.lease, saved.lease);
      this.deadlines.add(this.lease);
    }
    this.loadLine(this.waiters, saved.waiters, find);
    for (const waiter of this.waiters) this.countWait(waiter);
  }

  private acquire(owner: Owner, input: RequestOf<'acquire'>): void {
    const { context } = this;
    if (this.spec.kind === 'rlock' && this.isHeldBy(owner, input.task)) {
      this.enterAgain(owner, input);
      return;
    }
    if (!this.holder && !context.reclaimsOnly) {
      this.grant(owner, input.task, 1, input.leaseMs);
      context.done(owner, input, this.fence);
      return;
    }
    if (input.timeoutMs === 0) {
      context.fail(owner, input, 'TIMEOUT');
      return;
    }
    const circle = findCircle(this, owner, input.task);
    if (circle) {
      context.fail(owner, input, 'DEADLOCK', circle);
      return;
    }
    const waiter = context.wait(this.waiters, owner, input);
    if (!waiter) return;
    waiter.leaseMs = input.leaseMs;
    this.countWait(waiter);
  }

  private enterAgain(owner: Owner, input: RequestOf<'acquire'>): void {
    this.levels++;
    if (input.leaseMs > 0) this.startLease(input.leaseMs);
    this.context.done(owner, input, this.fence);
  }

  /** A task that asked twice before it had the lock must not wait for itself. */
  private enterFromLine(owner: Owner, task: number): void {
    for (const waiter of owner.lockWaits.get(task) ?? []) {
      if (waiter.line !== this.waiters || waiter.input.kind !== 'acquire') continue;
      this.leaveLine(waiter);
      this.enterAgain(owner, waiter.input);
    }
  }

  /** A fencing number that is not the present one is of a hold that is over. */
  private releaseOne(owner: Owner, input: RequestOf<'release'>): void {
    const { context } = this;
    const stale = input.fence !== 0 && input.fence !== this.fence;
    if (stale || !this.isHeldBy(owner, input.task)) {
      context.fail(owner, input, 'NOT_OWNER', `${this.name} is held by ${this.holderText}`);
      return;
    }
    if (--this.levels === 0) this.free();
    context.done(owner, input);
  }

  /** Of two who say that they held it, the one with the newer fencing number did. */
  private reclaim(owner: Owner, input: RequestOf<'reclaim'>): void {
    const { context, holder } = this;
    const { task, fence, levels, leaseMs } = input;
    if (this.isHeldBy(owner, task) && this.fence === fence) {
      context.done(owner, input, fence);
      return;
    }
    if (!context.reclaimsOnly || (holder && this.fence >= fence)) {
      context.fail(owner, input, 'NOT_OWNER', `${this.name} is held by ${this.holderText}`);
      return;
    }
    if (holder) {
      context.lost(holder, this.name, this.fence);
      this.free();
    }
    context.fence = Math.max(context.fence, fence - 1);
    this.grant(owner, task, levels, leaseMs);
    this.fence = fence;
    context.done(owner, input, fence);
    if (this.spec.kind === 'rlock') this.enterFromLine(owner, task);
  }

  private grant(owner: Owner, task: number, levels: number, leaseMs: number): void {
    this.holder = owner;
    this.task = task;
    this.levels = levels;
    this.leaseMs = leaseMs;
    this.fence = ++this.context.fence;
    owner.holds.add(this);
    if (leaseMs > 0) this.startLease(leaseMs);
  }

  private startLease(leaseMs: number): void {
    this.deadlines.remove(this.lease);
    this.leaseMs = leaseMs;
    this.lease.at = this.context.now + leaseMs;
    this.lease.order = ++this.context.order;
    this.deadlines.add(this.lease);
  }

  private leaseIsOver(): void {
    this.context.lost(this.holder!, this.name, this.fence);
    this.free();
  }

  private leaveLine(waiter: Waiter): void {
    this.uncountWait(waiter);
    this.context.leave(waiter);
  }

  private countWait(waiter: Waiter): void {
    const { lockWaits } = waiter.owner;
    const task = taskOf(waiter.input);
    const waits = lockWaits.get(task);
    if (waits) waits.add(waiter);
    else lockWaits.set(task, new Set([waiter]));
  }

  private uncountWait(waiter: Waiter): void {
    const { lockWaits } = waiter.owner;
    const task = taskOf(waiter.input);
    const waits = lockWaits.get(task)!;
    waits.delete(waiter);
    if (waits.size === 0) lockWaits.delete(task);
  }

  private get deadlines() {
    return this.context.deadlines;
  }
}

class Lease implements Timed {
  at = 0;
  order = 0;
  heapIndex = -1;
  readonly due: () => void;

  constructor(due: () => void) {
    this.due = due;
  }
}

const taskOf = (input: WaitingRequest): number => (input as RequestOf<'acquire' | 'wait'>).task;
