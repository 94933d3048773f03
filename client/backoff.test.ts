import { describe, expect, test } from 'vitest';
import { Backoff } from './backoff.ts';

describe('the wait before an attempt', () => {
  test('is nothing, then doubles up to its maximum, and begins anew after reset', () => {
    const backoff = new Backoff(500, () => 1);
    const waits = () => Array.from({ length: 6 }, () => backoff.nextMs());
    expect(waits()).toEqual([0, 100, 200, 400, 500, 500]);
    backoff.reset();
    expect(waits()).toEqual([0, 100, 200, 400, 500, 500]);
  });

  test('is a random part of that', () => {
    const backoff = new Backoff(5_000, () => 0.25);
    backoff.nextMs();
    expect([backoff.nextMs(), backoff.nextMs()]).toEqual([25, 50]);
  });

  test('stays within its maximum after any number of attempts', () => {
    const backoff = new Backoff(5_000, () => 1);
    for (let i = 0; i < 5_000; i++) backoff.nextMs();
    expect(backoff.nextMs()).toBe(5_000);
  });
});
