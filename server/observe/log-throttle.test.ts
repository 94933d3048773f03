import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LogThrottle } from './log-throttle.ts';

let now = 0;
beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

it('A log line that repeats is due once in ten seconds for each key, with the number of times in between', () => {
  const throttle = new LogThrottle<string>();
  expect(throttle.isRecent).toBe(false);
  expect(['a', 'a', 'b', 'a'].map((key) => throttle.timesIfDue(key))).toEqual([1, 0, 1, 0]);
  now += 9_999;
  expect(throttle.isDue('a')).toBe(false);
  expect(throttle.isRecent).toBe(true);
  now += 1;
  expect(throttle.isRecent).toBe(false);
  expect(throttle.timesIfDue('a')).toBe(4);
  expect(throttle.isDue('b')).toBe(true);
});

it('A log line is due at once when the trouble is over and begins again', () => {
  const throttle = new LogThrottle();
  expect([throttle.isDue(undefined), throttle.isDue(undefined)]).toEqual([true, false]);
  throttle.reset();
  expect(throttle.timesIfDue(undefined)).toBe(1);
});
