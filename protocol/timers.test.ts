// Timers near and beyond the longest time that the platform's own keep.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkDuration, TIMER_MS_MAX, Timer } from './timers.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('A timer', () => {
  it.each([1, 20, TIMER_MS_MAX, TIMER_MS_MAX + 1, 3 * TIMER_MS_MAX + 5])(
    'fires after %d ms, and not before',
    (ms) => {
      let fired = 0;
      new Timer(ms, () => fired++);
      vi.advanceTimersByTime(ms - 1);
      expect(fired).toBe(0);
      vi.advanceTimersByTime(1);
      expect(fired).toBe(1);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('never fires after Infinity', () => {
    let fired = 0;
    const timer = new Timer(Number.POSITIVE_INFINITY, () => fired++);
    vi.advanceTimersByTime(10 * TIMER_MS_MAX);
    expect(fired).toBe(0);
    timer.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not fire once it was stopped, also after a part of a long wait', () => {
    let fired = 0;
    const timer = new Timer(2 * TIMER_MS_MAX, () => fired++).unref();
    vi.advanceTimersByTime(1.5 * TIMER_MS_MAX);
    timer.stop();
    vi.advanceTimersByTime(TIMER_MS_MAX);
    expect(fired).toBe(0);
  });
});

describe('A time to wait', () => {
  it.each([Number.NaN, -1, Number.NEGATIVE_INFINITY, '5', null])('is refused as %s', (value) => {
    expect(() => checkDuration('timeoutMs', value)).toThrow(
      /^timeoutMs must be a number of milliseconds from 0 on, or Infinity for no limit; it was /,
    );
  });

  it.each([0, 0.5, TIMER_MS_MAX + 1, Number.POSITIVE_INFINITY])('may be %d', (value) => {
    checkDuration('timeoutMs', value);
  });
});
