// Barrier: lets nobody pass before all of its parties are there.
//
// filling → filling: the last party comes, all pass, and it fills again. filling → broken: a party
// that waits times out, aborts or dies, or anyone aborts the barrier. Any → filling: reset.
import type { Request, RequestOf } from './messages.ts';
import type { Owner } from './owner.ts';
import { type Finder, SyncObject, saveLine } from './sync-object.ts';
import type { GivenUp, SavedWaiter, Waiter } from './waiters.ts';

interface SavedBarrier {
  readonly broken: boolean;
  readonly waiters: readonly SavedWaiter[];
}

export class BarrierState extends SyncObject {
  private readonly parties = (this.spec as { parties: number }).parties;
  private broken = false;
  private readonly waiters = this.newLine();

  apply(owner: Owner, input: Request): void {
    const { context } = this;
    switch (input.kind) {
      case 'wait':
        this.wait(owner, input);
        return;
      case 'reset':
        this.endAll('it was reset');
        this.broken = false;
        context.done(owner, input);
        return;
      case 'abort':
        this.break('it was aborted');
        context.done(owner, input);
        return;
      default:
        this.refuseKind(owner, input);
    }
  }

  look(): unknown {
    return { parties: this.parties, waiting: this.waiters.length, broken: this.broken };
  }

  release(): void {}

  /** As in Python, who times out gets the same error as those who waited with it. */
  override giveUp(waiter: Waiter, why: GivenUp): void {
    if (why !== 'TIMEOUT') super.giveUp(waiter, why);
    this.break(BREAKS[why]);
  }

  save(): SavedBarrier {
    return { broken: this.broken, waiters: saveLine(this.waiters) };
  }

  load(saved: SavedBarrier, find: Finder): void {
    this.broken = saved.broken;
    this.loadLine(this.waiters, saved.waiters, find);
  }

  /** Answers 0 to who came first, and so on to `parties` - 1. */
  private wait(owner: Owner, input: RequestOf<'wait'>): void {
    const { context, waiters } = this;
    if (this.broken) {
      context.fail(owner, input, 'BROKEN_BARRIER');
    } else if (waiters.length + 1 === this.parties) {
      let index = 0;
      for (const waiter of waiters) {
        context.leave(waiter);
        context.done(waiter.owner, waiter.input, index++);
      }
      context.done(owner, input, index);
    } else if (input.timeoutMs === 0) {
      this.break(BREAKS.TIMEOUT);
      context.fail(owner, input, 'BROKEN_BARRIER', BREAKS.TIMEOUT);
    } else {
      context.wait(waiters, owner, input);
    }
  }

  private break(why: string): void {
    this.broken = true;
    this.endAll(why);
  }

  private endAll(why: string): void {
    for (const waiter of this.waiters) {
      this.context.leave(waiter);
      this.context.fail(waiter.owner, waiter.input, 'BROKEN_BARRIER', why);
    }
  }
}

const BREAKS = {
  TIMEOUT: 'a party waited too long',
  ABORTED: 'a party aborted its wait',
  gone: 'a party has gone',
} as const satisfies Record<GivenUp, string>;
