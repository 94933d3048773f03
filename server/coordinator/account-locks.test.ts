// An account belongs to one session at a time, and a newer hold has a higher number.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccountLocks, type Fences } from './account-locks.ts';

/** What outlives processes. */
class KeptFences implements Fences {
  fence = 0;
  given = 0;

  reserve(fence: number): void {
    if (fence > this.given) this.given = fence + 10;
  }

  restart(): AccountLocks {
    this.fence = this.given;
    return new AccountLocks(this);
  }
}

describe('The lock of an account', () => {
  it('is given to one session, and to another when that is over', () => {
    const locks = new AccountLocks(new KeptFences());
    const first = locks.take('a', 1);
    expect(() => locks.take('a', 2)).toThrow('not free');
    locks.free(1);
    expect(locks.take('a', 2)).toBeGreaterThan(first);
    expect(locks.take('b', 3)).toBeGreaterThan(0);
  });

  it('is the session’s again after a restart; of two that claim it, the newer hold counts', () => {
    const fences = new KeptFences();
    const locks = fences.restart();
    const old = locks.take('a', 1);
    locks.free(1);
    const fence = locks.take('a', 2);
    const next = fences.restart();
    expect(next.reclaim('a', 2, fence)).toBe(true);
    expect(next.reclaim('a', 1, old)).toBe(false);
    expect(() => next.take('a', 4)).toThrow('not free');
    expect(next.take('b', 5)).toBeGreaterThan(fence);
  });

  it('is free where its number cannot be written down', () => {
    const fences = new KeptFences();
    let isFull = true;
    const reserve = (): void => {
      if (isFull) throw new Error('the disk is full');
    };
    const locks = new AccountLocks(Object.assign(fences, { reserve }));
    expect(() => locks.take('a', 1)).toThrow('full');
    isFull = false;
    expect(locks.take('a', 2)).toBeGreaterThan(0);
  });
});

describe('Fencing numbers', () => {
  it('of an account only grow, whatever happens, through any number of processes', () => {
    const step = fc.record({
      account: fc.constantFrom('a', 'b'),
      act: fc.constantFrom('take', 'free', 'restart'),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const fences = new KeptFences();
        let locks = fences.restart();
        let session = 0;
        const held = new Map<string, { session: number; fence: number }>();
        const last = new Map<string, number>();
        for (const { account, act } of steps) {
          const holder = held.get(account);
          if (act === 'restart') {
            locks = fences.restart();
            for (const [name, { session, fence }] of held) {
              expect(locks.reclaim(name, session, fence)).toBe(true);
            }
          } else if (act === 'free' && holder) {
            locks.free(holder.session);
            held.delete(account);
          } else if (act === 'take' && !holder) {
            const fence = locks.take(account, ++session);
            expect(fence).toBeGreaterThan(last.get(account) ?? 0);
            last.set(account, fence);
            held.set(account, { session, fence });
          }
        }
      }),
    );
  });
});
