// What waits for replies is found by its number, as in a map.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Numbered } from './numbered.ts';

describe('What has numbers that rise', () => {
  it('is found by them and removed once, however many there are and whichever go first', () => {
    const step = fc.record({ skipped: fc.nat({ max: 200 }), leaves: fc.nat({ max: 9 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
        const numbered = new Numbered<{ number: number }>();
        let all: { number: number }[] = [];
        let number = 2 ** 32 - 1000;
        for (const { skipped, leaves } of steps) {
          number += 1 + skipped;
          const one = { number };
          numbered.add(one);
          all.push(one);
          const left = all[leaves];
          if (left) {
            expect(numbered.remove(left.number)).toBe(left);
            expect(numbered.remove(left.number)).toBeUndefined();
            all = all.filter((other) => other !== left);
          }
          expect(numbered.size).toBe(all.length);
          expect(numbered.all).toEqual(all);
        }
      }),
    );
  });
});
