// Time that stands still until a test moves it.
import { vi } from 'vitest';

/** @param now what the steady clock and the calendar show first, in ms. */
export function stopTime(now = 1_000_000): void {
  vi.useFakeTimers({
    now,
    toFake: [
      'Date',
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'setImmediate',
      'clearImmediate',
    ],
  });
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now());
}

/** Runs what is due in the next `ms` milliseconds. */
export function pass(ms: number): void {
  vi.advanceTimersByTime(ms);
}

/** Every promise that can be kept in this moment has been when this resolves. */
export async function settlePromises(): Promise<void> {
  for (let i = 0; i < 20; i++) await null;
}

export function startTime(): void {
  vi.useRealTimers();
  vi.restoreAllMocks();
}
