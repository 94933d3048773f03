// Things with numbers that only rise, most of which go soon.

/** A power of two. */
const SLOTS = 256;

/** Maps numbers to what has them. A `Map` that many come into and leave costs several times more:
 *  V8 has each table that a map has outgrown refer to the next, so one that has become old keeps
 *  all the later ones, and what was in them, from being collected while they are young. */
export class Numbered<T extends { readonly number: number }> {
  size = 0;
  /** The newest of each slot. */
  private readonly recent = new Array<T | undefined>(SLOTS).fill(undefined);
  /** Those whose slot a newer one needed. */
  private readonly older = new Map<number, T>();

  /** By their numbers. */
  get all(): T[] {
    const recent = this.recent.filter((one) => one !== undefined);
    return [...this.older.values(), ...recent].sort((a, b) => a.number - b.number);
  }

  /** @param one has a higher number than all before. */
  add(one: T): void {
    const slot = one.number & (SLOTS - 1);
    const before = this.recent[slot];
    if (before) this.older.set(before.number, before);
    this.recent[slot] = one;
    this.size++;
  }

  /** @returns what was removed. */
  remove(number: number): T | undefined {
    const slot = number & (SLOTS - 1);
    let found = this.recent[slot];
    if (found?.number === number) {
      this.recent[slot] = undefined;
    } else {
      found = this.older.get(number);
      this.older.delete(number);
    }
    if (found) this.size--;
    return found;
  }
}
