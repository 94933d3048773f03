// When a thread counts as hung, by what it did and what it waited for.
import { describe, expect, it } from 'vitest';
import { Judge, type Stretch } from './judge.ts';
import { mainThreadTimes, ownThreadTimes, parseSchedule, parseStat } from './thread-times.ts';

const INTERVAL_MS = 250;

/** What the thread does in one interval; the rest of it goes by in `state`. */
interface Interval {
  readonly cpuMs?: number;
  readonly waitMs?: number;
  readonly state?: string;
  readonly passedMs?: number;
  readonly progress?: number;
}

/** Looks once, and then after each of `count` intervals.
 *  @returns what the last look says. */
function afterIntervals(count: number, of: Interval, judge = new Judge(INTERVAL_MS)) {
  const { cpuMs = 0, waitMs = 0, state = 'S', passedMs = INTERVAL_MS, progress = 0 } = of;
  let stretch: Stretch | undefined;
  for (let i = 0; i <= count; i++) {
    stretch = judge.look({
      atMs: i * passedMs,
      progress: i * progress,
      times: { state, cpuMs: i * cpuMs, waitMs: i * waitMs },
    });
  }
  return stretch;
}

describe('A thread without progress', () => {
  it('that computes all the time is held by a loop for that time', () => {
    const stretch = afterIntervals(8, { cpuMs: 250, state: 'R' });
    expect(stretch).toEqual({ heldMs: 2000, cpuMs: 2000, cause: 'loop' });
  });

  it('that sleeps is blocked for that time', () => {
    expect(afterIntervals(8, {})).toEqual({ heldMs: 2000, cpuMs: 0, cause: 'blocked' });
  });

  it('that a signal has stopped is stopped for that time', () => {
    expect(afterIntervals(8, { state: 'T' })).toMatchObject({ heldMs: 2000, cause: 'stopped' });
  });

  it('that gets a tenth of a processor has only that time counted', () => {
    const stretch = afterIntervals(8, { cpuMs: 25, waitMs: 225, state: 'R' });
    expect(stretch).toEqual({ heldMs: 200, cpuMs: 200, cause: 'loop' });
  });

  it('that can run and does not get to is not held at all, whether or not the kernel counts the wait', () => {
    expect(afterIntervals(40, { waitMs: 250, state: 'R' })?.heldMs).toBe(0);
    expect(afterIntervals(40, { state: 'R' })?.heldMs).toBe(0);
  });

  it('that waits for the disk is not held: its successor would wait for the same disk', () => {
    expect(afterIntervals(40, { state: 'D' })?.heldMs).toBe(0);
  });

  it('that reads and computes by turns is held for both', () => {
    expect(afterIntervals(8, { cpuMs: 150 })).toMatchObject({ heldMs: 2000, cause: 'loop' });
    expect(afterIntervals(8, { cpuMs: 100 })).toMatchObject({ heldMs: 2000, cause: 'blocked' });
  });

  it('on a machine that was suspended is held for two intervals at most', () => {
    const stretch = afterIntervals(1, { passedMs: 3_600_000 });
    expect(stretch?.heldMs).toBe(2 * INTERVAL_MS);
  });

  it('is judged by time alone where the system tells nothing', () => {
    const judge = new Judge(INTERVAL_MS);
    const look = (atMs: number) => judge.look({ atMs, progress: 0, times: undefined });
    for (let atMs = 0; atMs < 2000; atMs += INTERVAL_MS) look(atMs);
    expect(look(2000)).toMatchObject({ heldMs: 2000, cause: 'loop' });
  });
});

describe('A thread with progress', () => {
  it('is not held, however much it computes', () => {
    expect(afterIntervals(100, { cpuMs: 250, state: 'R', progress: 1 })).toBeUndefined();
  });

  it('starts from zero after each piece of work', () => {
    const judge = new Judge(INTERVAL_MS);
    afterIntervals(7, { cpuMs: 250, state: 'R' }, judge);
    const times = { state: 'R', cpuMs: 2000, waitMs: 0 };
    expect(judge.look({ atMs: 2000, progress: 1, times })).toBeUndefined();
    const later = { ...times, cpuMs: 2250 };
    expect(judge.look({ atMs: 2250, progress: 1, times: later })?.heldMs).toBe(250);
  });
});

describe('The times of a thread', () => {
  const fields = `R 1 2 3 4 5 6 7 8 9 10 150 25 ${'0 '.repeat(30)}`;

  it('come from the scheduler where it counts them', () => {
    const times = { cpuMs: 1500, waitMs: 250 };
    expect(parseSchedule('1500000000 250000000 17\n')).toEqual(times);
  });

  it('come from the clock ticks elsewhere', () => {
    expect(parseSchedule('')).toBeUndefined();
    const times = { state: 'R', cpuMs: 1750, waitMs: 0 };
    expect(parseStat(`7 (a) b) ${fields}`)).toEqual(times);
  });

  it.runIf(process.platform === 'linux')('of this process are known, with its state', () => {
    const times = mainThreadTimes(process.pid);
    expect(times?.cpuMs).toBeGreaterThan(0);
    expect(times?.state).toMatch(/^[RSD]$/);
  });

  it.runIf(process.platform === 'linux')('of this process can be asked for again and again', () => {
    const timesOf = ownThreadTimes();
    const first = timesOf()!;
    const until = performance.now() + 20;
    while (performance.now() < until);
    const { cpuMs, state } = timesOf()!;
    expect(cpuMs).toBeGreaterThan(first.cpuMs);
    expect(cpuMs).toBeLessThanOrEqual(mainThreadTimes(process.pid)!.cpuMs);
    expect(state).toMatch(/^[RSD]$/);
  });

  it('of no process are unknown', () => {
    expect(mainThreadTimes(0)).toBeUndefined();
  });
});
