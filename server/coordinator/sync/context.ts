// What all objects share: the time, the counters, the deadlines, and the replies of this step.
import type { SyncErrorCode } from './errors.ts';
import { Heap, type Timed } from './heap.ts';
import type { SyncLimits } from './limits.ts';
import type { NumberedReply, Reply, Request } from './messages.ts';
import type { Owner } from './owner.ts';
import type { Item } from './queue-items.ts';
import { type Line, Waiter, type WaitingRequest } from './waiters.ts';

/** Something with bytes of its own. */
interface Kept {
  readonly name: string;
  readonly bytes: number;
}

export class Context {
  readonly limits: SyncLimits;
  readonly deadlines = new Heap<Timed>();
  now = 0;
  /** The last number given to a waiter, a lease or an object. */
  order = 0;
  /** The last fencing number. One counter for all names: it outlives objects that are forgotten. */
  fence: number;
  /** After a restart that forgot: locks are only reclaimed. */
  reclaimsOnly = false;
  replies: Reply[] = [];
  /** What all objects and owners take. */
  bytes = 0;

  constructor(limits: SyncLimits, fence: number) {
    this.limits = limits;
    this.fence = fence;
  }

  done(owner: Owner, input: Request, value: unknown = null): void {
    if (input.quiet) return;
    const { id } = owner;
    const { request } = input;
    this.say(owner, { kind: 'done', owner: id, serial: ++owner.serial, request, value });
  }

  give(owner: Owner, { request }: Request, { at: item, value, deliveries }: Item): void {
    const { id } = owner;
    const serial = ++owner.serial;
    this.say(owner, { kind: 'given', owner: id, serial, request, item, value, deliveries });
  }

  fail(owner: Owner, input: Request, code: SyncErrorCode, detail = ''): void {
    const { id } = owner;
    const { request } = input;
    this.say(owner, { kind: 'failed', owner: id, serial: ++owner.serial, request, code, detail });
  }

  lost(owner: Owner, name: string, fence: number): void {
    this.say(owner, { kind: 'lost', owner: owner.id, serial: ++owner.serial, name, fence });
  }

  /** Refuses a request for which an object would have to keep `bytes` more.
   *  @returns whether it did. */
  refusesToKeep(owner: Owner, input: Request, object: Kept, bytes: number): boolean {
    const { objectBytesMax, bytesMax } = this.limits;
    if (object.bytes + bytes > objectBytesMax) {
      const text = `${object.name} has ${object.bytes} bytes of at most ${objectBytesMax}`;
      this.fail(owner, input, 'TOO_MANY_BYTES', text);
    } else if (this.bytes + bytes > bytesMax) {
      const text = `all objects together have ${this.bytes} bytes of at most ${bytesMax}`;
      this.fail(owner, input, 'TOO_MANY_BYTES', text);
    } else return false;
    return true;
  }

  /** Refuses a request that waits with `bytes`, or whose reply has that size.
   *  @returns whether it did. */
  refusesToOwe(owner: Owner, input: Request, bytes: number): boolean {
    const { ownerBytesMax } = this.limits;
    if (owner.bytes + bytes <= ownerBytesMax) return false;
    const text = `${owner.bytes} bytes of at most ${ownerBytesMax} wait for this process: await some first`;
    this.fail(owner, input, 'TOO_MANY_BYTES', text);
    return true;
  }

  /** Lets a request wait at the end of `line`, or refuses it where the line is full.
   *  @returns undefined when it was refused. */
  wait(line: Line, owner: Owner, input: WaitingRequest): Waiter | undefined {
    if (line.length >= this.limits.waitersMax) {
      this.fail(owner, input, 'TOO_MANY_WAITERS');
      return undefined;
    }
    const { timeoutMs } = input;
    const at = timeoutMs === null ? Number.POSITIVE_INFINITY : this.now + timeoutMs;
    const waiter = new Waiter(owner, input, at, ++this.order);
    this.enter(line, waiter);
    return waiter;
  }

  enter(line: Line, waiter: Waiter): void {
    line.push(waiter);
    waiter.owner.charge(waiter.bytes);
    waiter.owner.waiting.set(waiter.input.request, waiter);
    if (waiter.at < Number.POSITIVE_INFINITY) this.deadlines.add(waiter);
  }

  leave(waiter: Waiter): void {
    waiter.line!.remove(waiter);
    waiter.owner.charge(-waiter.bytes);
    waiter.owner.waiting.delete(waiter.input.request);
    this.deadlines.remove(waiter);
  }

  private say(owner: Owner, reply: NumberedReply): void {
    if (owner.isGone) return;
    owner.keep(reply, this.limits.repliesMax);
    this.replies.push(reply);
  }
}
