// The game's own memory, `room.state`: given to game code, and put back where a transaction fails.
import { copyOfPlain } from './plain-value.ts';
import { checkMemory } from './state-check.ts';
import { StateCopy } from './state-copy.ts';
import type { UndoLog } from './undo-log.ts';

/** A state of at most so many values is copied in every transaction, since that costs less than 0.5 µs. A larger
 *  one is copied when game code first reads `room.state` in the transaction. */
const SMALL_MAX = 32;

/** A state that had at most so many values is checked at the end of each transaction that can have changed it,
 *  for some 10 ns a value. */
const CHECKED_MAX = 256;

export class RoomMemory {
  private readonly undo: UndoLog;
  private readonly copy = new StateCopy();
  private root: unknown;
  /** Whether the open transaction can put the memory back. */
  private isCopied = false;
  /** Whether each transaction copies the memory at its beginning, and notes what game code has changed of a large
   *  one by references from earlier calls. */
  findsStaleReferences = false;
  /** Whether game code has read the memory in the open transaction. */
  private isRead = false;
  private stale: readonly string[] = NONE;

  constructor(root: unknown, undo: UndoLog) {
    this.root = root;
    this.undo = undo;
  }

  /** As the engine reads it. */
  get value(): unknown {
    return this.root;
  }

  /** As game code reads it: what it then does to it is not seen. */
  get state(): unknown {
    if (this.undo.isLocked) return copyOfPlain(this.root);
    if (this.undo.isOpen && !this.isRead) this.beginReading();
    return this.root;
  }

  set state(root: unknown) {
    this.undo.check();
    if (this.undo.isOpen && !this.isRead) this.beginReading();
    this.root = root;
  }

  begin(): void {
    const isSmall = this.copy.size <= SMALL_MAX;
    this.isRead = isSmall;
    this.isCopied = isSmall || this.findsStaleReferences;
    if (this.isCopied) this.copy.take(this.root);
  }

  /** @returns what the open transaction has changed of a large memory before it read `room.state`: only with
   *  `findsStaleReferences` such changes are undone. */
  staleChanges(): readonly string[] {
    if (!this.findsStaleReferences) return NONE;
    if (!this.isRead) this.beginReading();
    const { stale } = this;
    this.stale = NONE;
    return stale;
  }

  /** To be called at the end of a transaction. A larger state is checked after the step, which ends the room.
   *  @throws {StateError} */
  check(): void {
    if (this.isCopied && this.copy.size <= CHECKED_MAX) checkMemory(this.root);
  }

  /** Puts the memory back to how it was when the transaction began.
   *  @param anew into new objects, for code that still runs has the old ones. */
  rollback(anew: boolean): void {
    if (anew && !this.isCopied) this.beginReading();
    if (this.isCopied) this.root = anew ? this.copy.replace() : this.copy.restore();
  }

  /** @returns what the open transaction has changed, as paths. */
  changes(): string[] {
    return this.isCopied ? this.copy.differences(this.root) : [];
  }

  private beginReading(): void {
    this.isRead = true;
    if (this.isCopied) this.stale = this.copy.differences(this.root);
    else this.copy.take(this.root);
    this.isCopied = true;
  }
}

const NONE: readonly string[] = [];
