// Event: clear or set; who waits for a clear one goes on when it is set.
import type { Request } from './messages.ts';
import type { Owner } from './owner.ts';
import { type Finder, SyncObject, saveLine } from './sync-object.ts';
import type { SavedWaiter } from './waiters.ts';

interface SavedEvent {
  readonly isSet: boolean;
  readonly waiters: readonly SavedWaiter[];
}

export class EventState extends SyncObject {
  private isSet = false;
  private readonly waiters = this.newLine();

  apply(owner: Owner, input: Request): void {
    const { context } = this;
    switch (input.kind) {
      case 'wait':
        if (this.isSet) context.done(owner, input);
        else this.waitOr('TIMEOUT', this.waiters, owner, input);
        return;
      case 'set':
        this.isSet = true;
        for (const waiter of this.waiters) {
          context.leave(waiter);
          context.done(waiter.owner, waiter.input);
        }
        context.done(owner, input);
        return;
      case 'clear':
        this.isSet = false;
        context.done(owner, input);
        return;
      default:
        this.refuseKind(owner, input);
    }
  }

  look(): unknown {
    return { isSet: this.isSet, waiters: this.waiters.length };
  }

  release(): void {}

  save(): SavedEvent {
    return { isSet: this.isSet, waiters: saveLine(this.waiters) };
  }

  load(saved: SavedEvent, find: Finder): void {
    this.isSet = saved.isSet;
    this.loadLine(this.waiters, saved.waiters, find);
  }
}
