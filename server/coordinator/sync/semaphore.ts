// Semaphore and BoundedSemaphore: a number of permits; who finds none waits in line.
//
// Permits free + permits held = the first number, and what a semaphore that is not bounded was
// released beyond it. Whoever waits, there is no free permit.
import type { Request, RequestOf } from './messages.ts';
import type { Owner } from './owner.ts';
import { type Finder, SyncObject, saveLine } from './sync-object.ts';
import type { SavedWaiter } from './waiters.ts';

interface SavedSemaphore {
  readonly free: number;
  /** Owners and how many each holds; who has held longest comes first. */
  readonly held: readonly (readonly [string, number])[];
  readonly waiters: readonly SavedWaiter[];
}

export class SemaphoreState extends SyncObject {
  private free = (this.spec as { permits: number }).permits;
  private readonly held = new Map<Owner, number>();
  private heldTotal = 0;
  private readonly waiters = this.newLine();

  apply(owner: Owner, input: Request): void {
    switch (input.kind) {
      case 'acquire':
        if (this.free > 0) this.grant(owner, input);
        else this.waitOr('TIMEOUT', this.waiters, owner, input);
        return;
      case 'release':
        this.releaseSome(owner, input);
        return;
      default:
        this.refuseKind(owner, input);
    }
  }

  look(): unknown {
    return { permits: this.free, waiters: this.waiters.length };
  }

  release(owner: Owner): void {
    const count = this.held.get(owner) ?? 0;
    this.takeOff(owner, count);
    this.give(count);
  }

  save(): SavedSemaphore {
    const held = [...this.held].map(([owner, count]) => [owner.id, count] as const);
    return { free: this.free, held, waiters: saveLine(this.waiters) };
  }

  load(saved: SavedSemaphore, find: Finder): void {
    this.free = saved.free;
    for (const [id, count] of saved.held) this.hold(find.owner(id), count);
    this.loadLine(this.waiters, saved.waiters, find);
  }

  private grant(owner: Owner, input: RequestOf<'acquire'>): void {
    this.free--;
    this.hold(owner, 1);
    this.context.done(owner, input);
  }

  private hold(owner: Owner, count: number): void {
    this.held.set(owner, (this.held.get(owner) ?? 0) + count);
    this.heldTotal += count;
    owner.holds.add(this);
  }

  /** Permits are all the same: who releases more than it holds, releases those that others have
   *  held longest. So a bounded semaphore never has more than it began with, and a consumer that
   *  dies returns none that a producer has already given again. */
  private releaseSome(owner: Owner, input: RequestOf<'release'>): void {
    const { count } = input;
    if (this.spec.kind === 'boundedSemaphore' && count > this.heldTotal) {
      this.context.fail(owner, input, 'RELEASED_TOO_OFTEN', `${this.heldTotal} are held`);
      return;
    }
    let rest = count - this.takeOff(owner, count);
    for (const other of this.held.keys()) {
      if (rest === 0) break;
      rest -= this.takeOff(other, rest);
    }
    this.give(count);
    this.context.done(owner, input);
  }

  /** @returns how many of `count` the owner held, and holds no more. */
  private takeOff(owner: Owner, count: number): number {
    const had = this.held.get(owner) ?? 0;
    const taken = Math.min(had, count);
    this.heldTotal -= taken;
    if (taken < had) this.held.set(owner, had - taken);
    else if (this.held.delete(owner)) owner.holds.delete(this);
    return taken;
  }

  private give(count: number): void {
    this.free += count;
    while (this.free > 0 && this.waiters.first) {
      const { first } = this.waiters;
      this.context.leave(first);
      this.grant(first.owner, first.input as RequestOf<'acquire'>);
    }
  }
}
