// The undo log of a room: each change that game code makes in a transaction, so that a rollback takes it back.

/** A part of a room that game code changes. It notes each change, and can take it back. */
export interface Undoable {
  /** Takes one change back. Later changes were taken back before it. */
  undo(subject: unknown, what: number, before: unknown, more: number): void;
  /** @returns the change in the words of the game's author: `painter 3 x`. */
  describe(subject: unknown, what: number): string;
}

/** Elements of one change: its owner, and the four arguments of `undo`. */
const STRIDE = 5;
/** A longer log is let go of, so that one large command does not keep its memory. */
const KEPT_MAX = 1000 * STRIDE;
const LATE =
  'the room can be changed by commands, hooks and ticks only while they run: not after an `await`, and not ' +
  'by timers';

export class UndoLog {
  /** Whether changes are to be noted: a transaction is open, or nothing may change. */
  isOpen = false;
  /** Whether nothing may change. */
  isLocked = false;
  /** Counts the transactions, for owners that note only the first change of each. */
  number = 0;
  /** One flat array: an object for each change would cost more than the change. */
  private readonly changes: unknown[] = [];
  private length = 0;

  begin(): void {
    this.isOpen = true;
    this.number++;
  }

  /** To be called before the change.
   *  @throws {Error} while nothing may change. */
  note(owner: Undoable, subject: unknown, what: number, before: unknown, more: number): void {
    this.check();
    const { changes } = this;
    let at = this.length;
    changes[at++] = owner;
    changes[at++] = subject;
    changes[at++] = what;
    changes[at++] = before;
    changes[at++] = more;
    this.length = at;
  }

  /** @throws {Error} while nothing may change. */
  check(): void {
    if (this.isLocked) throw new Error(LATE);
  }

  /** Nothing may change until `unlock`. */
  lock(): void {
    this.isOpen = this.isLocked = true;
  }

  unlock(): void {
    this.isOpen = this.isLocked = false;
  }

  /** Ends the transaction. Its changes stay. */
  commit(): void {
    this.isOpen = false;
    this.length = 0;
    if (this.changes.length > KEPT_MAX) this.changes.length = 0;
  }

  /** Ends the transaction. Its changes are taken back, the latest first.
   *  @returns whether there were any. */
  rollback(): boolean {
    const { changes, length } = this;
    for (let at = length - STRIDE; at >= 0; at -= STRIDE) {
      const owner = changes[at] as Undoable;
      const what = changes[at + 2] as number;
      owner.undo(changes[at + 1], what, changes[at + 3], changes[at + 4] as number);
    }
    this.commit();
    return length > 0;
  }

  /** @returns the changes of the open transaction in the words of the game's author, each once. */
  describe(): string[] {
    const described = new Set<string>();
    for (let at = 0; at < this.length; at += STRIDE) {
      const [owner, subject, what] = this.changes.slice(at, at + 3);
      described.add((owner as Undoable).describe(subject, what as number));
    }
    return [...described];
  }
}
