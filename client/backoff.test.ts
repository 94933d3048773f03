// The waits between attempts: how they grow, and how a crowd comes back after a planned stop.
import { describe, expect, test } from 'vitest';
import { Backoff } from './backoff.ts';

describe('the wait before an attempt', () => {
  test('is nothing, then doubles up to its maximum, and begins again after reset', () => {
    const backoff = new Backoff(500, () => 1);
    const waits = () => Array.from({ length: 6 }, () => backoff.nextMs(0));
    expect(waits()).toEqual([0, 100, 200, 400, 500, 500]);
    backoff.reset();
    expect(waits()).toEqual([0, 100, 200, 400, 500, 500]);
  });

  test('is a random part of that', () => {
    const backoff = new Backoff(5_000, () => 0.25);
    backoff.nextMs(0);
    expect([backoff.nextMs(0), backoff.nextMs(0)]).toEqual([25, 50]);
  });

  test('stays within its maximum after any number of attempts', () => {
    const backoff = new Backoff(5_000, () => 1);
    for (let i = 0; i < 5_000; i++) backoff.nextMs(0);
    expect(backoff.nextMs(0)).toBe(5_000);
  });
});

describe('after a planned stop', () => {
  test('the wait is what the server asks for and up to half of it more', () => {
    for (const random of [0, 0.5, 1]) {
      expect(new Backoff(5_000, () => random).plannedMs(0, 1_000)).toBe(1_000 + 500 * random);
    }
  });

  test('the waits stay short while the server is away, grow where it refuses, and grow after 30 s', () => {
    const backoff = new Backoff(5_000, () => 1);
    backoff.plannedMs(0, 1_000);
    const away = Array.from({ length: 20 }, (_, i) => backoff.nextMs(i * 1_000, true));
    expect(new Set(away)).toEqual(new Set([900]));
    const refused = Array.from({ length: 4 }, () => backoff.nextMs(20_000, false));
    expect(refused).toEqual([0, 100, 200, 400]);
    expect(backoff.nextMs(31_000, true)).toBe(800);
    expect(backoff.attempts).toBe(26);
  });

  test('of 2.8 s a thousand clients are back soon after the server, and not all at once', () => {
    const stopMs = 2_800;
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const back = Array.from({ length: 1_000 }, () => {
      const backoff = new Backoff(5_000, random);
      let at = backoff.plannedMs(0, 1_000);
      while (at < stopMs) at += backoff.nextMs(at, true);
      return at;
    }).sort((a, b) => a - b);
    expect(back[500]).toBeLessThan(3_300);
    expect(back.at(-1)).toBeLessThan(3_700);
    // In no tenth of a second more than a quarter of them.
    for (let i = 0; i + 250 < back.length; i++)
      expect(back[i + 250]! - back[i]!).toBeGreaterThan(100);
  });
});
