// What lies below the primitives: heap and deque do what sorted and plain lists do.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deque } from './deque.ts';
import { Heap, type Ranked } from './heap.ts';

describe('A heap', () => {
  it('gives the least first, whichever entries leave it', () => {
    const step = fc.record({ at: fc.integer({ min: 0, max: 9 }), leaves: fc.nat({ max: 99 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const heap = new Heap<Ranked>();
        let all: Ranked[] = [];
        steps.forEach(({ at, leaves }, order) => {
          const entry = { at, order, heapIndex: -1 };
          heap.add(entry);
          all.push(entry);
          const left = leaves % 3 === 0 ? all[leaves % all.length]! : undefined;
          if (left) {
            heap.remove(left);
            heap.remove(left);
            all = all.filter((one) => one !== left);
          }
          const sorted = all.toSorted((a, b) => a.at - b.at || a.order - b.order);
          expect(heap.first).toBe(sorted[0]);
          expect(heap.length).toBe(all.length);
        });
        for (const entry of all.toSorted((a, b) => a.at - b.at || a.order - b.order)) {
          expect(heap.first).toBe(entry);
          heap.remove(entry);
        }
      }),
    );
  });
});

describe('A deque', () => {
  it('gives values in the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 100, size: 'max' }), (pushes) => {
        const deque = new Deque<number>();
        const list: number[] = [];
        pushes.forEach((push, i) => {
          if (push) {
            deque.push(i);
            list.push(i);
          } else {
            expect(deque.shift()).toBe(list.shift());
          }
          expect([[...deque], deque.first, deque.length]).toEqual([list, list[0], list.length]);
        });
      }),
    );
  });
});
