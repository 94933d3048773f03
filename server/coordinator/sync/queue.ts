// Queue and JoinableQueue: items go from producers to consumers, both first come, first served.
//
// open → closed: close; never back. Open, puts wait while it is full and gets while it is empty.
// Closed, puts are refused, and gets end when no item is left that could still be theirs.
import type { SyncErrorCode } from './errors.ts';
import type { Request, RequestOf } from './messages.ts';
import type { Owner } from './owner.ts';
import { fits } from './plain.ts';
import { itemBytes, QueueItems, type SavedItems } from './queue-items.ts';
import { type Finder, SyncObject, saveLine } from './sync-object.ts';
import type { GivenUp, SavedWaiter, Waiter } from './waiters.ts';

interface SavedQueue {
  readonly closed: boolean;
  readonly items: SavedItems;
  readonly putters: readonly SavedWaiter[];
  readonly getters: readonly SavedWaiter[];
  readonly joiners: readonly SavedWaiter[];
}

export class QueueState extends SyncObject {
  private readonly maxSize =
    (this.spec as { maxSize: number }).maxSize || this.context.limits.itemsMax;
  private readonly joinable = this.spec.kind === 'joinableQueue';
  private closed = false;
  private readonly items = new QueueItems((bytes) => this.charge(bytes));
  /** Nobody waits here unless the queue is full. */
  private readonly putters = this.newLine();
  /** Nobody waits here while there are items. */
  private readonly getters = this.newLine();
  /** Nobody waits here unless items are unfinished. */
  private readonly joiners = this.newLine();

  override get holdsSomething(): boolean {
    return this.items.size > 0;
  }

  apply(owner: Owner, input: Request): void {
    switch (input.kind) {
      case 'put':
        this.put(owner, input);
        return;
      case 'get':
        this.get(owner, input);
        return;
      case 'confirm':
      case 'putBack':
        this.settle(owner, input, 'NO_SUCH_ITEM');
        return;
      case 'close':
        this.close(owner, input);
        return;
      case 'taskDone':
        if (this.joinable) this.settle(owner, input, 'TASK_DONE_TOO_OFTEN');
        else this.refuseKind(owner, input);
        return;
      case 'join':
        if (!this.joinable) this.refuseKind(owner, input);
        else if (this.items.unfinished === 0) this.context.done(owner, input);
        else this.waitOr('TIMEOUT', this.joiners, owner, input);
        return;
      default:
        this.refuseKind(owner, input);
    }
  }

  look(): unknown {
    const { maxSize, closed, items, getters, putters } = this;
    const { size, unfinished } = items;
    const waiting = { getters: getters.length, putters: putters.length };
    return { size, maxSize, unfinished, closed, ...waiting };
  }

  /** Items that the owner has not confirmed go back to the front. One that closes the queue for
   *  itself has used what it was given automatically. */
  release(owner: Owner, clean: boolean): void {
    if (clean) this.items.confirmReceived(owner);
    this.items.putAllBack(owner);
    this.serve();
  }

  save(): SavedQueue {
    return {
      closed: this.closed,
      items: this.items.save(),
      putters: saveLine(this.putters),
      getters: saveLine(this.getters),
      joiners: saveLine(this.joiners),
    };
  }

  load(saved: SavedQueue, find: Finder): void {
    this.closed = saved.closed;
    this.items.load(saved.items, find);
    for (const { owner } of saved.items.taken) find.owner(owner).holds.add(this);
    this.loadLine(this.putters, saved.putters, find);
    this.loadLine(this.getters, saved.getters, find);
    this.loadLine(this.joiners, saved.joiners, find);
  }

  protected override codeFor(waiter: Waiter, why: Exclude<GivenUp, 'gone'>): SyncErrorCode {
    if (why === 'TIMEOUT' && waiter.line !== this.joiners) {
      if (waiter.input.kind === 'put') return 'FULL';
      if (waiter.input.kind === 'get') return 'EMPTY';
    }
    return why;
  }

  private put(owner: Owner, input: RequestOf<'put'>): void {
    const { context } = this;
    const max = context.limits.valueBytesMax;
    if (this.closed) {
      context.fail(owner, input, 'QUEUE_CLOSED');
    } else if (!fits(input.value, max)) {
      context.fail(owner, input, 'MESSAGE_TOO_LARGE', `an item has ${max} bytes at most`);
    } else if (context.refusesToKeep(owner, input, this, itemBytes(input.value))) {
      return;
    } else if (this.items.size < this.maxSize) {
      this.items.put(input.value);
      context.done(owner, input);
      this.serve();
    } else if (input.timeoutMs === 0) {
      context.fail(owner, input, 'FULL');
    } else if (!context.refusesToOwe(owner, input, itemBytes(input.value))) {
      context.wait(this.putters, owner, input);
    }
  }

  private get(owner: Owner, input: RequestOf<'get'>): void {
    const { items, context } = this;
    items.confirmReceived(owner);
    if (items.takenBy(owner) >= context.limits.unconfirmedMax) {
      context.fail(owner, input, 'TOO_MANY_UNCONFIRMED');
    } else if (items.size > 0) {
      if (!context.refusesToOwe(owner, input, items.nextBytes)) this.give(owner, input);
    } else if (this.isOverFor(owner)) {
      context.fail(owner, input, 'QUEUE_CLOSED');
    } else {
      this.waitOr('EMPTY', this.getters, owner, input);
    }
    this.serve();
  }

  /** Ends that an owner has an item: it is done with it, or puts it back. */
  private settle(
    owner: Owner,
    input: RequestOf<'confirm' | 'putBack' | 'taskDone'>,
    refusal: SyncErrorCode,
  ): void {
    const item = this.items.release(owner, input.item);
    if (!item) {
      this.context.fail(owner, input, refusal);
      return;
    }
    if (input.kind === 'putBack') this.items.putBack(item);
    this.context.done(owner, input);
    this.serve();
  }

  private close(owner: Owner, input: RequestOf<'close'>): void {
    this.closed = true;
    for (const waiter of this.putters) {
      this.context.leave(waiter);
      this.context.fail(waiter.owner, waiter.input, 'QUEUE_CLOSED');
    }
    this.context.done(owner, input);
    this.serve();
  }

  /** Serves whom it can: items to those who wait for some, room to those who wait with one. */
  private serve(): void {
    const { items, getters, putters, context } = this;
    for (;;) {
      const getter = items.size > 0 ? getters.first : undefined;
      const putter = items.size < this.maxSize ? putters.first : undefined;
      if (getter) {
        context.leave(getter);
        const { owner, input } = getter;
        if (context.refusesToOwe(owner, input, items.nextBytes)) continue;
        this.give(owner, input as RequestOf<'get'>);
      } else if (putter) {
        context.leave(putter);
        items.put((putter.input as RequestOf<'put'>).value);
        context.done(putter.owner, putter.input);
      } else {
        break;
      }
    }
    if (this.closed && getters.first) this.endGetters();
    if (items.unfinished === 0) this.endJoiners();
  }

  private give(owner: Owner, input: RequestOf<'get'>): void {
    const item = this.items.take(owner, input.auto && !this.joinable);
    owner.holds.add(this);
    this.context.give(owner, input, item);
  }

  /** Nothing is left, and nobody else has an item that may come back. What the owner has itself
   *  does not count: it may be waiting for the end before it confirms. */
  private isOverFor(owner: Owner): boolean {
    const { items } = this;
    if (!this.closed || items.size > 0) return false;
    return items.takers === 0 || (items.takers === 1 && items.takenBy(owner) > 0);
  }

  private endGetters(): void {
    if (this.items.takers > 1) return;
    for (const waiter of this.getters) {
      if (!this.isOverFor(waiter.owner)) continue;
      this.context.leave(waiter);
      this.context.fail(waiter.owner, waiter.input, 'QUEUE_CLOSED');
    }
  }

  private endJoiners(): void {
    for (const waiter of this.joiners) {
      this.context.leave(waiter);
      this.context.done(waiter.owner, waiter.input);
    }
  }
}
