// All shared objects as a function of their inputs: no clock, no I/O, the same when fed the same.
import { Capture } from './capture.ts';
import { Context } from './context.ts';
import type { SyncErrorCode } from './errors.ts';
import type { Timed } from './heap.ts';
import { OVERHEAD_BYTES, type SyncLimits, syncLimits } from './limits.ts';
import { makeObject, refusalToOpen } from './make-object.ts';
import type { Reply, Request, RequestOf, SyncInput } from './messages.ts';
import { Owner } from './owner.ts';
import { sizeOf } from './plain.ts';
import { refusalOf } from './ranges.ts';
import { joinSlices, type SavedSync } from './saved.ts';
import type { SyncObject } from './sync-object.ts';
import type { Waiter } from './waiters.ts';

export interface SyncOptions {
  readonly limits?: Partial<SyncLimits>;
  /** Fencing numbers are above this. Whoever cannot restore the last state passes a number that has
   *  not been reached, as one made of the time: those of before must not come again. */
  readonly fence?: number;
}

/** Locks, semaphores, events, conditions, barriers, values and queues, by name. What is given to
 *  it is its own from then on, the values in inputs too; what it gives must not be changed.
 *
 *  Owners number their requests, and get numbered replies. Both are kept until the other side has
 *  them, so that a link or a coordinator that dies loses and doubles nothing: after `attach` the
 *  owner sends again what is newer than `lastRequest`, and has got what it had missed. */
export class SyncState {
  private readonly context: Context;
  readonly owners = new Map<string, Owner>();
  private readonly objects = new Map<string, SyncObject>();
  private grace: Timed | undefined;
  /** Some of what is to be saved may not have been yet. */
  private saving: Capture | undefined;

  constructor(options: SyncOptions = {}) {
    this.context = new Context({ ...syncLimits, ...options.limits }, options.fence ?? 0);
  }

  /** One step: what became due until `now`, then the input.
   *  @param now ms, of a clock that outlives restarts. It counts as standing where it goes back.
   *  @returns the replies, in the order in which each owner has to receive its own. */
  apply(now: number, input: SyncInput): Reply[] {
    const { context } = this;
    if (now > context.now) context.now = now;
    context.replies = [];
    if (context.deadlines.length > 0) this.expire();
    this.applyInput(input);
    return context.replies;
  }

  /** When `expire` has to be applied, unless another input is by then. */
  nextDeadline(): number | undefined {
    return this.context.deadlines.first?.at;
  }

  /** For metrics. */
  get counts(): { readonly owners: number; readonly objects: number; readonly bytes: number } {
    return { owners: this.owners.size, objects: this.objects.size, bytes: this.context.bytes };
  }

  /** The state as it is now, in slices, which may be read while inputs go on. It replaces the
   *  capture before. */
  capture(): Capture {
    const { now, order, fence, reclaimsOnly } = this.context;
    const grace = this.grace ? { at: this.grace.at, order: this.grace.order } : null;
    const rest = { now, order, fence, reclaimsOnly, grace };
    this.saving?.[Symbol.dispose]();
    const capture = new Capture(rest, this.owners.values(), this.objects.values(), () => {
      if (this.saving === capture) this.saving = undefined;
    });
    this.saving = capture;
    return capture;
  }

  /** A state that behaves as this one from here on. */
  save(): SavedSync {
    const capture = this.capture();
    return joinSlices(capture.rest, capture);
  }

  /** The state as it was when `saved` was taken, which becomes its own. */
  static restore(saved: SavedSync, limits: Partial<SyncLimits> = {}): SyncState {
    const state = new SyncState({ limits, fence: saved.fence });
    state.load(saved);
    return state;
  }

  private load(saved: SavedSync): void {
    const { context, owners, objects } = this;
    context.now = saved.now;
    context.order = saved.order;
    context.reclaimsOnly = saved.reclaimsOnly;
    if (saved.grace) this.startGrace(saved.grace);
    for (const owner of saved.owners) owners.set(owner.id, Owner.restore(owner, context));
    const find = { owner: (id: string) => owners.get(id)! };
    // In the order in which they were made: a condition after its lock.
    for (const { name, spec, order, openers } of saved.objects) {
      const object = makeObject(context, name, spec, order, objects);
      objects.set(name, object);
      for (const [id, count] of openers) find.owner(id).opens.set(object, count);
      object.openers = openers.length;
    }
    for (const { id, opens = [] } of saved.owners) {
      for (const [name, count] of opens) {
        const object = objects.get(name)!;
        find.owner(id).opens.set(object, count);
        object.openers++;
      }
    }
    for (const { name, state } of saved.objects) objects.get(name)!.load(state, find);
  }

  private applyInput(input: SyncInput): void {
    switch (input.kind) {
      case 'attach':
        this.attach(input.owner, input.received);
        return;
      case 'gone':
        this.gone(this.owners.get(input.owner));
        return;
      case 'received':
        this.owners.get(input.owner)?.receive(input.received);
        return;
      case 'restarted':
        this.restarted(input.graceMs, input.forgot);
        return;
      case 'expire':
        return;
      default:
        this.applyOfOwner(input);
    }
  }

  private applyOfOwner(input: Request | Extract<SyncInput, { kind: 'cancel' }>): void {
    const owner = this.owners.get(input.owner);
    if (!owner) {
      this.refuseStranger(input);
      return;
    }
    owner.receive(input.received);
    if (input.request <= owner.lastRequest) return;
    owner.lastRequest = input.request;
    if (input.kind === 'cancel') {
      this.saving?.beforeAllChange();
      const waiter = owner.waiting.get(input.target);
      waiter?.line?.place.giveUp(waiter, 'ABORTED');
    } else {
      this.request(owner, input);
    }
  }

  /** Nothing is kept for it: serial 0. */
  private refuseStranger({ owner, request }: { owner: string; request: number }): void {
    const code: SyncErrorCode = 'UNKNOWN_OWNER';
    this.context.replies.push({ kind: 'failed', owner, serial: 0, request, code, detail: '' });
  }

  private request(owner: Owner, input: Request): void {
    const refusal = refusalOf(input, this.context.limits);
    if (refusal) {
      this.context.fail(owner, input, 'BAD_ARGUMENT', refusal);
      return;
    }
    if (input.kind === 'open') {
      this.open(owner, input);
      return;
    }
    const object = this.objects.get(input.name);
    if (!object || !owner.opens.has(object)) {
      this.context.fail(owner, input, 'NOT_OPEN', input.name);
    } else if (input.kind === 'look') {
      this.context.done(owner, input, object.look());
    } else if (input.kind === 'drop') {
      this.saving?.beforeAllChange();
      this.drop(owner, input, object);
    } else {
      this.saving?.beforeChange(object);
      object.apply(owner, input);
    }
  }

  private open(owner: Owner, input: RequestOf<'open'>): void {
    const { context, objects } = this;
    const refusal = refusalToOpen(owner, input, objects, context.limits);
    if (refusal) {
      context.fail(owner, input, ...refusal);
      return;
    }
    const { name, spec } = input;
    const bytes = OVERHEAD_BYTES + sizeOf(spec);
    const isNew = !objects.has(name);
    if (isNew && context.refusesToKeep(owner, input, { name, bytes: 0 }, bytes)) return;
    const object = objects.get(name) ?? makeObject(context, name, spec, ++context.order, objects);
    objects.set(name, object);
    const count = owner.opens.get(object) ?? 0;
    if (count === 0) object.openers++;
    owner.opens.set(object, count + 1);
    context.done(owner, input, object.opened(spec));
  }

  private drop(owner: Owner, input: RequestOf<'drop'>, object: SyncObject): void {
    const { context } = this;
    const count = owner.opens.get(object)!;
    const need = count === 1 ? object.needOf(owner) : undefined;
    if (need) {
      context.fail(owner, input, need);
      return;
    }
    if (count > 1) owner.opens.set(object, count - 1);
    else {
      this.endWaits(owner, object);
      object.release(owner, true);
      owner.holds.delete(object);
      this.shut(owner, object);
    }
    context.done(owner, input);
  }

  /** Whoever waits where it has nothing open could never be answered. */
  private endWaits(owner: Owner, object: SyncObject): void {
    for (const waiter of waitsOf(owner)) {
      if (waiter.line?.place !== object) continue;
      this.context.fail(owner, waiter.input, 'ABORTED', `${object.name} was closed`);
      object.giveUp(waiter, 'gone');
    }
  }

  private shut(owner: Owner, object: SyncObject): void {
    owner.opens.delete(object);
    object.openers--;
    if (object.openers > 0 || object.holdsSomething) return;
    this.objects.delete(object.name);
    object.charge(-object.bytes);
    object.forgotten();
  }

  /** An owner that lacks replies that are not kept any more begins anew. */
  private attach(id: string, received: number): void {
    const known = this.owners.get(id);
    const missed = known?.repliesAfter(received);
    if (!missed) this.gone(known);
    const owner = known && missed ? known : new Owner(id, this.context);
    this.owners.set(id, owner);
    owner.attached = true;
    owner.receive(received);
    const { lastRequest } = owner;
    const { replies } = this.context;
    replies.push({ kind: 'attached', owner: id, lastRequest, resumed: owner === known });
    if (missed) replies.push(...missed);
  }

  /** First all waits end, so that nothing which it held comes back to it. */
  private gone(owner: Owner | undefined): void {
    if (!owner) return;
    this.saving?.beforeAllChange();
    this.owners.delete(owner.id);
    owner.isGone = true;
    // A broken barrier may have ended others of its waits.
    for (const waiter of waitsOf(owner)) waiter.line?.place.giveUp(waiter, 'gone');
    for (const object of [...owner.holds].sort(byOrder)) object.release(owner, false);
    for (const object of [...owner.opens.keys()].sort(byOrder)) this.shut(owner, object);
    owner.charge(-owner.bytes);
  }

  private restarted(graceMs: number, forgot: boolean): void {
    const { context } = this;
    for (const owner of this.owners.values()) owner.attached = false;
    context.reclaimsOnly = forgot;
    if (this.grace) context.deadlines.remove(this.grace);
    this.startGrace({ at: context.now + graceMs, order: ++context.order });
  }

  private startGrace(when: { at: number; order: number }): void {
    this.grace = { ...when, heapIndex: -1, due: () => this.endGrace() };
    this.context.deadlines.add(this.grace);
  }

  private endGrace(): void {
    this.grace = undefined;
    this.context.reclaimsOnly = false;
    for (const owner of [...this.owners.values()]) if (!owner.attached) this.gone(owner);
    for (const object of this.objects.values()) object.graceIsOver();
  }

  private expire(): void {
    const { deadlines, now } = this.context;
    for (let { first } = deadlines; first && first.at <= now; { first } = deadlines) {
      this.saving?.beforeAllChange();
      deadlines.remove(first);
      first.due();
    }
  }
}

const byOrder = (a: { order: number }, b: { order: number }): number => a.order - b.order;
const waitsOf = (owner: Owner): Waiter[] => [...owner.waiting.values()].sort(byOrder);
