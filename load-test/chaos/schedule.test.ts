import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultKindNames, rowOf } from './kinds.ts';
import { type PlannedFault, type ScheduleOptions, scheduleOf } from './schedule.ts';

const options = fc.record({
  seed: fc.integer({ min: 0, max: 0x7fff_ffff }),
  kinds: fc.uniqueArray(fc.constantFrom(...faultKindNames), { minLength: 1 }),
  intervalMs: fc.integer({ min: 0, max: 10_000 }),
});

function take(of: ScheduleOptions, count: number): PlannedFault[] {
  const schedule = scheduleOf(of);
  return Array.from({ length: count }, () => schedule.next().value as PlannedFault);
}

describe('A schedule of faults', () => {
  it('is the same for the same seed', () => {
    fc.assert(
      fc.property(options, (of) => {
        expect(take(of, 50)).toEqual(take(of, 50));
      }),
    );
  });

  it('differs with the seed', () => {
    const of = (seed: number) => take({ seed, kinds: faultKindNames, intervalMs: 2000 }, 20);
    expect(of(1)).not.toEqual(of(2));
  });

  it('has every kind once before any comes again as the first of its moment', () => {
    fc.assert(
      fc.property(options, (of) => {
        const firsts = take(of, of.kinds.length * 2).map(({ kinds }) => kinds[0]!);
        const half = of.kinds.length;
        expect(firsts.slice(0, half).sort()).toEqual([...of.kinds].sort());
        expect(firsts.slice(half).sort()).toEqual([...of.kinds].sort());
      }),
    );
  });

  it('has two at once only of kinds that may come so, each but once', () => {
    fc.assert(
      fc.property(options, (of) => {
        for (const { kinds } of take(of, 60)) {
          expect(kinds.every((kind) => of.kinds.includes(kind))).toBe(true);
          if (kinds.length === 1) continue;
          expect(new Set(kinds).size).toBe(2);
          expect(kinds.every((kind) => rowOf(kind).pairs)).toBe(true);
        }
      }),
    );
    const all = take({ seed: 1, kinds: faultKindNames, intervalMs: 0 }, 200);
    expect(all.some(({ kinds }) => kinds.length === 2)).toBe(true);
  });

  it('waits half to one and a half of the interval', () => {
    fc.assert(
      fc.property(options, (of) => {
        for (const { afterMs } of take(of, 30)) {
          expect(afterMs).toBeGreaterThanOrEqual(Math.floor(of.intervalMs * 0.5));
          expect(afterMs).toBeLessThanOrEqual(Math.ceil(of.intervalMs * 1.5));
        }
      }),
    );
  });
});
