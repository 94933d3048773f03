// What all objects share: the time, the counters, the deadlines, and the replies of this step.
import type { SyncErrorCode } from './errors.ts';
import { Heap, type Timed } from './heap.ts';
import type { SyncLimits } from './limits.ts';
import type { NumberedReply, Reply, Request } from './messages.ts';
import type { Owner } from './owner.ts';
import type { Item } from './queue-items.ts';
import { type Line, Waiter, type WaitingRequest } from './waiters.ts';

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
    waiter.owner.waiting.set(waiter.input.request, waiter);
    if (waiter.at < Number.POSITIVE_INFINITY) this.deadlines.add(waiter);
  }

  leave(waiter: Waiter): void {
    waiter.line!.remove(waiter);
    waiter.owner.waiting.delete(waiter.input.request);
    this.deadlines.remove(waiter);
  }

  private say(owner: Owner, reply: NumberedReply): void {
    if (owner.isGone) return;
    owner.keep(reply, this.limits.repliesMax);
    this.replies.push(reply);
  }
}
