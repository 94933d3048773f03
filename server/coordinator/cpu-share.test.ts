// Work in the background takes its share of a processor and no more, over each second.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CpuShare } from './cpu-share.ts';

const SHARE = 1 / 6;

let now = 0;
let usedMs = 0;
beforeEach(() => {
  now = 0;
  usedMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  vi.spyOn(process, 'cpuUsage').mockImplementation((before) => ({
    user: usedMs * 1000 - (before?.user ?? 0),
    system: 0,
  }));
});
afterEach(() => void vi.restoreAllMocks());

/** Work that rests as it is told to. @returns when each ms of it was done. */
function workFor(ms: number, turnMs: number): number[] {
  const share = new CpuShare(SHARE);
  const done: number[] = [];
  while (now < ms) {
    for (let i = 0; i < turnMs; i++) {
      now++;
      usedMs++;
      done.push(now);
    }
    const { restMs } = share;
    if (restMs === 0) continue;
    now += restMs;
    share.rested();
  }
  return done;
}

describe('A share of a processor', () => {
  it.each([1, 5, 40])('is held over each second, in turns of %i ms', (turnMs) => {
    const done = workFor(20_000, turnMs);
    // The burst that is allowed before a rest adds to the share, at the beginning and at the end.
    const most = 1000 * SHARE + 2 * Math.max(turnMs, 20);
    for (let from = 0; from < 19_000; from += 50) {
      expect(done.filter((at) => at > from && at <= from + 1000).length).toBeLessThan(most);
    }
    expect(done.length / 20_000).toBeGreaterThan(0.8 * SHARE);
  });

  it('does not save up what was not used', () => {
    const share = new CpuShare(SHARE);
    now += 60_000;
    usedMs += 20;
    expect(share.restMs).toBe(0);
    usedMs += 100;
    expect(share.restMs).toBeGreaterThan(500);
  });

  it('has little work done without a rest', () => {
    const share = new CpuShare(SHARE);
    usedMs += 10;
    expect(share.restMs).toBe(0);
  });
});
