// A first-in-first-out list that costs O(1) at both ends, however long it is.

export class Deque<T> implements Iterable<T> {
  private ring: (T | undefined)[] = new Array(4).fill(undefined);
  private head = 0;
  length = 0;

  get first(): T | undefined {
    return this.ring[this.head];
  }

  push(value: T): void {
    if (this.length === this.ring.length) this.grow();
    this.ring[(this.head + this.length) & (this.ring.length - 1)] = value;
    this.length++;
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const value = this.ring[this.head];
    this.ring[this.head] = undefined;
    this.head = (this.head + 1) & (this.ring.length - 1);
    this.length--;
    return value;
  }

  /** A copy: far quicker than one member after another. */
  toArray(): T[] {
    const { ring, head, length } = this;
    const end = head + length;
    const first = ring.slice(head, end);
    return (end <= ring.length ? first : first.concat(ring.slice(0, end - ring.length))) as T[];
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.length; i++) {
      yield this.ring[(this.head + i) & (this.ring.length - 1)] as T;
    }
  }

  private grow(): void {
    const values: (T | undefined)[] = this.toArray();
    this.ring = values.concat(new Array(values.length).fill(undefined));
    this.head = 0;
  }
}
