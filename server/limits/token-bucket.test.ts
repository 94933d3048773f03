// The rate limit: never more than its burst and its rate allow, and never less.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

describe('A token bucket', () => {
  it('gives its capacity at once, and no more', () => {
    const bucket = new TokenBucket(10, 20, 500);
    const taken = Array.from({ length: 25 }, () => bucket.take(500)).filter(Boolean);
    expect(taken).toHaveLength(20);
  });

  it('gives one more each time one has been earned', () => {
    const bucket = new TokenBucket(10, 1, 0);
    expect([bucket.take(0), bucket.take(99), bucket.take(100), bucket.take(199)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('keeps no more than its capacity, however long nobody asks', () => {
    const bucket = new TokenBucket(10, 3, 0);
    const taken = Array.from({ length: 9 }, () => bucket.take(1e9)).filter(Boolean);
    expect(taken).toHaveLength(3);
  });

  it('gives over any time what its burst and rate allow, to within one', () => {
    // Rates and times that floats carry exactly.
    const pauses = fc.array(fc.nat(400), { minLength: 1, maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(fc.nat(6), fc.integer({ min: 1, max: 50 }), pauses, (log2, capacity, times) => {
        const perSecond = 1000 / 2 ** log2;
        const bucket = new TokenBucket(perSecond, capacity, 0);
        let [now, taken, tokens] = [0, 0, capacity];
        for (const pause of times) {
          now += pause;
          tokens = Math.min(capacity, tokens + (pause * perSecond) / 1000);
          const gives = bucket.take(now);
          expect(gives).toBe(tokens >= 1);
          if (gives) [taken, tokens] = [taken + 1, tokens - 1];
        }
        expect(taken).toBeLessThanOrEqual(capacity + (now * perSecond) / 1000);
      }),
    );
  });
});
