// A steady rate from timers that are not steady: late, early, or held up by long steps.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../multiprocessing/index.ts';
import { Pacer } from './pacer.ts';

const INTERVAL_MS = 50;

/** Time in which timers go off late by as much as the test says. */
class LateClock implements Clock {
  time = 0;
  private readonly lateness: () => number;
  private due: { at: number; run: () => void } | undefined;

  constructor(lateness: () => number) {
    this.lateness = lateness;
  }

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): () => void {
    expect(ms).toBeGreaterThanOrEqual(0);
    const timer = { at: this.time + ms + this.lateness(), run };
    this.due = timer;
    return () => {
      if (this.due === timer) this.due = undefined;
    };
  }

  runUntil(end: number): void {
    while (this.due && this.due.at <= end) {
      const { at, run } = this.due;
      this.due = undefined;
      this.time = Math.max(this.time, at);
      run();
    }
    this.time = Math.max(this.time, end);
  }
}

/** A pacer in a world where timers are late and steps take time. */
function run(lateness: () => number = () => 0, stepMs: () => number = () => 0) {
  const clock = new LateClock(lateness);
  const seen = { steps: 0, lags: [] as number[], skipped: 0 };
  const pacer = new Pacer(
    {
      intervalMs: INTERVAL_MS,
      step() {
        seen.steps++;
        clock.time += stepMs();
      },
      late: (lagMs) => seen.lags.push(lagMs),
      skipped(steps) {
        seen.skipped += steps;
      },
    },
    clock,
  );
  return { clock, seen, pacer };
}

/** Calls give the numbers one after another, and begin again. */
function inTurn(numbers: readonly number[]): () => number {
  let i = 0;
  return () => numbers[i++ % numbers.length]!;
}

describe('A pacer', () => {
  it('steps first after one interval', () => {
    const { clock, seen } = run();
    clock.runUntil(INTERVAL_MS - 1);
    expect(seen.steps).toBe(0);
    clock.runUntil(INTERVAL_MS);
    expect(seen.steps).toBe(1);
  });

  it('keeps its rate over time, however late timers are and however long steps take', () => {
    const lateness = fc.array(
      fc.integer({ min: -9, max: 600 }).map((n) => n / 10),
      { minLength: 1 },
    );
    const stepTimes = fc.array(fc.nat(45), { minLength: 1 });
    fc.assert(
      fc.property(lateness, stepTimes, (late, took) => {
        const { clock, seen } = run(inTurn(late), inTurn(took));
        clock.runUntil(20_000);
        const due = Math.floor(clock.time / INTERVAL_MS);
        // Less than six wait when a step ends; until the next one has, a late timer (60 ms) and the
        // step itself (45 ms) hide up to three more.
        expect(seen.steps + seen.skipped).toBeGreaterThanOrEqual(due - 9);
        expect(seen.steps + seen.skipped).toBeLessThanOrEqual(due + 1);
      }),
    );
  });

  it('makes up for a few missed steps, one after another', () => {
    let isFirst = true;
    const { clock, seen } = run(undefined, () => {
      const took = isFirst ? INTERVAL_MS * 5 : 0;
      isFirst = false;
      return took;
    });
    clock.runUntil(INTERVAL_MS * 6);
    expect([seen.steps, seen.skipped]).toEqual([6, 0]);
  });

  it('leaves out what it missed when that is much, and goes on at its rate', () => {
    let isFirst = true;
    const { clock, seen } = run(undefined, () => {
      const took = isFirst ? INTERVAL_MS * 100 : 0;
      isFirst = false;
      return took;
    });
    clock.runUntil(INTERVAL_MS * 101);
    expect(seen.skipped).toBe(99);
    expect(seen.steps).toBe(2);
    clock.runUntil(INTERVAL_MS * 111);
    expect(seen.steps).toBe(12);
  });

  it('says how late a step began, never less than zero', () => {
    const { clock, seen } = run(inTurn([7, -0.5]));
    clock.runUntil(INTERVAL_MS * 2);
    expect(seen.lags).toEqual([7, 0]);
  });

  it('stops, also in a step', () => {
    const { clock, seen, pacer } = run(undefined, () => {
      if (seen.steps === 2) pacer.stop();
      return 0;
    });
    clock.runUntil(10_000);
    expect(seen.steps).toBe(2);
    const other = run();
    other.pacer.stop();
    other.clock.runUntil(10_000);
    expect(other.seen.steps).toBe(0);
  });

  it('that is told to hurry steps at once, and then at its rate', () => {
    const { clock, seen, pacer } = run();
    clock.runUntil(INTERVAL_MS + 10);
    pacer.hurry();
    clock.runUntil(INTERVAL_MS + 10);
    expect(seen.steps).toBe(2);
    clock.runUntil(INTERVAL_MS * 2 + 9);
    expect(seen.steps).toBe(2);
    clock.runUntil(INTERVAL_MS * 2 + 10);
    expect(seen).toMatchObject({ steps: 3, skipped: 0, lags: [0, 0, 0] });
    pacer.stop();
    pacer.hurry();
    clock.runUntil(10_000);
    expect(seen.steps).toBe(3);
  });

  it('runs on the system’s time where it is given none', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const options = { intervalMs: 1, step: resolve, late: () => {}, skipped: () => {} };
    const pacer = new Pacer(options);
    await promise;
    pacer.stop();
  });
});
