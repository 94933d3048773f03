// Requests that wait: lines in the order in which they came, from which any can leave at once.
import type { Timed } from './heap.ts';
import { OVERHEAD_BYTES } from './limits.ts';
import type { RequestOf } from './messages.ts';
import type { Owner } from './owner.ts';
import { sizeOf } from './plain.ts';

/** Why a wait ends without what it waited for. `gone`: with its owner, and without a reply. */
export type GivenUp = 'TIMEOUT' | 'ABORTED' | 'gone';

/** A request that can wait. */
export type WaitingRequest = RequestOf<'acquire' | 'wait' | 'put' | 'get' | 'join'>;

/** An object at which requests wait. */
export interface Place {
  giveUp(waiter: Waiter, why: GivenUp): void;
}

/** How a wait for a condition went, while the waiter queues for the lock again. */
export type Outcome = 'waiting' | 'notified' | 'timedOut' | 'aborted';

export interface SavedWaiter {
  readonly owner: string;
  readonly input: WaitingRequest;
  /** `null`: without a timeout. */
  readonly at: number | null;
  readonly order: number;
  readonly levels: number;
  readonly leaseMs: number;
  readonly outcome: Outcome;
}

export class Waiter implements Timed {
  readonly owner: Owner;
  /** The request itself: all that has to be known when its turn comes. */
  readonly input: WaitingRequest;
  readonly order: number;
  at: number;
  heapIndex = -1;
  line: Line | undefined = undefined;
  previous: Waiter | undefined = undefined;
  next: Waiter | undefined = undefined;
  /** Of a lock, to be held when the turn comes. */
  levels = 1;
  leaseMs = 0;
  outcome: Outcome = 'waiting';
  /** What it takes while it waits. */
  readonly bytes: number;

  constructor(owner: Owner, input: WaitingRequest, at: number, order: number) {
    this.owner = owner;
    this.input = input;
    this.at = at;
    this.order = order;
    this.bytes = OVERHEAD_BYTES + (input.kind === 'put' ? sizeOf(input.value) : 0);
  }

  due(): void {
    this.line?.place.giveUp(this, 'TIMEOUT');
  }

  save(): SavedWaiter {
    const { input, order, levels, leaseMs, outcome } = this;
    const at = this.at === Number.POSITIVE_INFINITY ? null : this.at;
    return { owner: this.owner.id, input, at, order, levels, leaseMs, outcome };
  }

  static restore(saved: SavedWaiter, owner: Owner): Waiter {
    const at = saved.at ?? Number.POSITIVE_INFINITY;
    const waiter = new Waiter(owner, saved.input, at, saved.order);
    waiter.levels = saved.levels;
    waiter.leaseMs = saved.leaseMs;
    waiter.outcome = saved.outcome;
    return waiter;
  }
}

/** First come, first served. Each waiter is in one line at most; all steps cost O(1). */
export class Line implements Iterable<Waiter> {
  readonly place: Place;
  first: Waiter | undefined = undefined;
  length = 0;
  private last: Waiter | undefined = undefined;

  constructor(place: Place) {
    this.place = place;
  }

  push(waiter: Waiter): void {
    waiter.line = this;
    waiter.previous = this.last;
    if (this.last) this.last.next = waiter;
    else this.first = waiter;
    this.last = waiter;
    this.length++;
  }

  remove(waiter: Waiter): void {
    const { previous, next } = waiter;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
    waiter.line = waiter.previous = waiter.next = undefined;
    this.length--;
  }

  /** The waiter at hand may leave meanwhile; its successors may not. */
  *[Symbol.iterator](): Iterator<Waiter> {
    for (let waiter = this.first; waiter; ) {
      const { next } = waiter;
      yield waiter;
      waiter = next;
    }
  }
}
