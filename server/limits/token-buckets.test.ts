// Rate limits by key: each key alone, never more than burst and rate allow, in bounded memory.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBuckets } from './token-buckets.ts';

describe('Token buckets', () => {
  it('give each key over any time at most its burst, and its rate times the time', () => {
    const step = fc.record({
      key: fc.nat(3),
      pause: fc.nat(300),
      count: fc.integer({ min: 1, max: 3 }),
    });
    const steps = fc.array(step, { minLength: 1, maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 3, max: 30 }),
        steps,
        (rate, burst, all) => {
          const buckets = new TokenBuckets({ perSecond: rate, capacity: burst });
          const taken: { key: number; now: number; count: number }[] = [];
          let now = 0;
          for (const { key, pause, count } of all) {
            now += pause;
            if (buckets.take(`${key}`, now, count)) taken.push({ key, now, count });
          }
          for (const [from, first] of taken.entries()) {
            let sum = 0;
            for (const { key, now: at, count } of taken.slice(from)) {
              if (key !== first.key) continue;
              sum += count;
              expect(sum).toBeLessThanOrEqual(burst + (rate * (at - first.now)) / 1000 + 1e-6);
            }
          }
        },
      ),
    );
  });

  it('say of what is lent in advance when it is there: no two at once beyond the burst', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.nat(200), { minLength: 1 }),
        (rate, pauses) => {
          const buckets = new TokenBuckets({ perSecond: rate, capacity: 2 });
          let now = 0;
          const due: number[] = [];
          for (const pause of pauses) {
            now += pause;
            due.push(now + buckets.reserve('a', now));
          }
          expect(due).toEqual([...due].sort((a, b) => a - b));
          for (let i = 3; i < due.length; i++) {
            // Waits are whole milliseconds.
            expect(due[i]! - due[i - 3]!).toBeGreaterThanOrEqual(1000 / rate - 1);
          }
        },
      ),
    );
  });

  it('do not reset by another key, nor by being left alone for less than it takes to fill', () => {
    const buckets = new TokenBuckets({ perSecond: 1, capacity: 2 });
    expect([buckets.take('a', 0), buckets.take('a', 0), buckets.take('a', 0)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(buckets.take('b', 0)).toBe(true);
    expect([buckets.take('a', 1000), buckets.take('a', 1000)]).toEqual([true, false]);
  });

  it('forget keys whose bucket is full again, and never hold more than may be', () => {
    const buckets = new TokenBuckets({ perSecond: 1, capacity: 2, keysMax: 100 });
    for (let i = 0; i < 1000; i++) buckets.take(`${i}`, i);
    expect(buckets.size).toBeLessThanOrEqual(100);
    for (let i = 0; i < 60; i++) buckets.take(`late ${i}`, 10_000);
    expect(buckets.size).toBeLessThanOrEqual(60);
  });
});
