// A heap in which each entry knows its place, so that any can leave: deadlines, returned items.

export interface Ranked {
  /** What comes first: the least. It must not change while the entry is in a heap. */
  readonly at: number;
  /** Decides between entries of the same `at`. */
  readonly order: number;
  /** Where it is in the heap; -1: in none. */
  heapIndex: number;
}

/** Something that becomes due `at` a time, in ms of the inputs' time. */
export interface Timed extends Ranked {
  due(): void;
}

/** Adding and removing cost O(log n), asking for the first O(1). */
export class Heap<T extends Ranked> implements Iterable<T> {
  private readonly heap: T[] = [];

  get length(): number {
    return this.heap.length;
  }

  get first(): T | undefined {
    return this.heap[0];
  }

  add(entry: T): void {
    this.heap.push(entry);
    this.rise(entry, this.heap.length - 1);
  }

  /** Nothing, when it is not there. */
  remove(entry: T): void {
    const at = entry.heapIndex;
    if (at < 0) return;
    entry.heapIndex = -1;
    const last = this.heap.pop()!;
    if (last === entry) return;
    this.sink(last, at);
    this.rise(last, last.heapIndex);
  }

  /** In no order. */
  [Symbol.iterator](): Iterator<T> {
    return this.heap[Symbol.iterator]();
  }

  private rise(entry: T, from: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.heap[above]!;
      if (!isBefore(entry, parent)) break;
      this.place(parent, at);
      at = above;
    }
    this.place(entry, at);
  }

  private sink(entry: T, from: number): void {
    const { heap } = this;
    let at = from;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (!isBefore(heap[below]!, entry)) break;
      this.place(heap[below]!, at);
      at = below;
    }
    this.place(entry, at);
  }

  private place(entry: T, at: number): void {
    this.heap[at] = entry;
    entry.heapIndex = at;
  }
}

function isBefore(a: Ranked, b: Ranked): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
