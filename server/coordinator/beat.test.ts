// A steady rate for each room from timers that are not steady, and one guard for all that are due.
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Clock } from '../multiprocessing/index.ts';
import { Beat, type Stepped } from './beat.ts';
import { type GameHangError, Guard } from './guard.ts';

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

/** A room that is stepped in a world where timers are late and steps take time. */
function run(lateness: () => number = () => 0, stepMs: () => number = () => 0) {
  const clock = new LateClock(lateness);
  const seen = { steps: 0, lags: [] as number[], skipped: 0 };
  const room: Stepped = {
    intervalMs: INTERVAL_MS,
    begin: () => true,
    apply() {
      seen.steps++;
      clock.time += stepMs();
    },
    conclude() {},
    cut() {},
    late: (lagMs) => seen.lags.push(lagMs),
    skipped(steps) {
      seen.skipped += steps;
    },
  };
  const pace = new Beat(new Guard(0), clock).add(room);
  return { clock, seen, pace };
}

/** Calls give the numbers one after another, and begin again. */
function inTurn(numbers: readonly number[]): () => number {
  let i = 0;
  return () => numbers[i++ % numbers.length]!;
}

describe('The beat of a room', () => {
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
    const { clock, seen, pace } = run(undefined, () => {
      if (seen.steps === 2) pace.stop();
      return 0;
    });
    clock.runUntil(10_000);
    expect(seen.steps).toBe(2);
    const other = run();
    other.pace.stop();
    other.clock.runUntil(10_000);
    expect(other.seen.steps).toBe(0);
  });

  it('that is told to hurry steps at once, and then at its rate', () => {
    const { clock, seen, pace } = run();
    clock.runUntil(INTERVAL_MS + 10);
    pace.hurry();
    clock.runUntil(INTERVAL_MS + 10);
    expect(seen.steps).toBe(2);
    clock.runUntil(INTERVAL_MS * 2 + 9);
    expect(seen.steps).toBe(2);
    clock.runUntil(INTERVAL_MS * 2 + 10);
    expect(seen).toMatchObject({ steps: 3, skipped: 0, lags: [0, 0, 0] });
    pace.stop();
    pace.hurry();
    clock.runUntil(10_000);
    expect(seen.steps).toBe(3);
  });

  it('is on the grid of five milliseconds that all rooms share, also where the rate does not fit', () => {
    const clock = new LateClock(() => 0);
    const beat = new Beat(new Guard(0), clock);
    const times = new Set<number>();
    const counts = [0, 0, 0];
    for (const [i, rate] of [20, 30, 60].entries()) {
      clock.runUntil(i * 3);
      beat.add(
        roomOf(1000 / rate, () => {
          times.add(clock.time);
          counts[i]!++;
        }),
      );
    }
    clock.runUntil(60_000);
    expect([...times].filter((at) => at % 5 !== 0)).toEqual([]);
    expect(counts).toEqual([1200, 1800, 3600].map((count) => expect.closeTo(count, -1)));
  });

  it('runs on the system’s time where it is given none', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const pace = new Beat(new Guard(0)).add(roomOf(1, resolve));
    await promise;
    pace.stop();
  });
});

/** A room of which only the code matters. */
function roomOf(intervalMs: number, apply: () => void, changes: Partial<Stepped> = {}): Stepped {
  const nothing = () => {};
  const begin = () => true;
  return {
    intervalMs,
    begin,
    apply,
    conclude: nothing,
    cut: nothing,
    late: nothing,
    skipped: nothing,
    ...changes,
  };
}

describe('Rooms that are due together', () => {
  const LIMIT_MS = 60;

  /** Rooms that note what is done with them, of which some have code of their own. */
  function due(applies: readonly (() => void)[], clock: Clock, limitMs = LIMIT_MS) {
    const done: string[] = [];
    const hangs: GameHangError[] = [];
    const guard = new Guard(limitMs);
    const guards = vi.spyOn(guard, 'run');
    const beat = new Beat(guard, clock);
    for (const [i, apply] of applies.entries()) {
      beat.add(
        roomOf(INTERVAL_MS, apply, {
          begin: () => done.push(`begin ${i}`) > 0,
          conclude: () => done.push(`conclude ${i}`),
          cut: (hang) => {
            done.push(`cut ${i}`);
            hangs.push(hang);
          },
        }),
      );
    }
    return { done, hangs, guards };
  }
  const nothing = () => {};
  const forEver = () => {
    for (;;);
  };

  it('are written down first, then applied under one guard, then told', () => {
    const clock = new LateClock(() => 0);
    const { done, guards } = due([nothing, nothing, nothing], clock);
    clock.runUntil(INTERVAL_MS);
    const order = ['begin', 'conclude'].flatMap((what) => [0, 1, 2].map((i) => `${what} ${i}`));
    expect(done).toEqual(order);
    expect(guards).toHaveBeenCalledOnce();
  });

  it('cost one of them its step where its code hangs, and no other', () => {
    const clock = new LateClock(() => 0);
    const { done, hangs } = due([nothing, forEver, nothing], clock);
    const startedAt = performance.now();
    clock.runUntil(INTERVAL_MS);
    expect(performance.now() - startedAt).toBeLessThan(5 * LIMIT_MS);
    expect(done.slice(3)).toEqual(['conclude 0', 'cut 1', 'conclude 2']);
    expect(hangs).toHaveLength(1);
  });

  it('are told before one of them steps again whose code was stopped, which does so alone', async () => {
    let isOver = false;
    let told = 0;
    const toldBefore: number[] = [];
    const beat = new Beat(new Guard(LIMIT_MS));
    const hung = beat.add(
      roomOf(
        5,
        () => {
          toldBefore.push(told);
          if (toldBefore.length < 3) forEver();
          isOver = true;
        },
        // It is there again at once.
        { cut: () => hung.hurry() },
      ),
    );
    const other = beat.add(roomOf(5, nothing, { conclude: () => told++ }));
    while (!isOver) await setImmediate();
    hung.stop();
    other.stop();
    expect(toldBefore[1]).toBeGreaterThan(toldBefore[0]!);
    expect(toldBefore[2]).toBeGreaterThan(toldBefore[1]!);
  });

  it('are no hang where many take long together, and are told as soon as a guard ends', () => {
    const clock = new LateClock(() => 0);
    const busy = () => {
      clock.time += 30;
    };
    const { done, guards } = due([busy, busy, busy, busy], clock, 500);
    clock.runUntil(INTERVAL_MS);
    expect(guards).toHaveBeenCalledTimes(2);
    expect(done.slice(4)).toEqual([0, 1, 2, 3].map((i) => `conclude ${i}`));
  });

  it('without ticks are stepped at the end of the turn in which something came, all together', async () => {
    const beat = new Beat(new Guard(0));
    const done: number[] = [];
    const paces = [0, 1].map((i) => beat.add(roomOf(0, () => done.push(i))));
    paces[1]!.wake();
    paces[0]!.wake();
    paces[1]!.wake();
    expect(done).toEqual([]);
    await setImmediate();
    expect(done).toEqual([1, 0]);
  });
});
