// Game code that does not come to an end is stopped, wherever it is, and the process goes on.
import { describe, expect, it } from 'vitest';
import { GameHangError, Guard, mark, suspect, suspectField } from './guard.ts';

const LIMIT_MS = 40;
const guard = new Guard(LIMIT_MS);

function hangOf(run: () => void): GameHangError {
  try {
    guard.run(run);
  } catch (error) {
    if (error instanceof GameHangError) return error;
    throw error;
  }
  throw new Error('it was not stopped');
}

const forEver = () => {
  for (;;);
};

describe('A guard', () => {
  it.each<[string, () => void]>([
    ['an endless loop', forEver],
    [
      'a loop in a finally that catches everything',
      () => {
        for (;;) {
          try {
            forEver();
          } finally {
          }
        }
      },
    ],
    ['a regular expression that goes back and forth', () => /^(a+)+$/.test(`${'a'.repeat(40)}b`)],
    [
      'a loop that never stops to fill memory',
      () => {
        for (const kept: object[] = []; ; ) kept[kept.length % 1000] = { size: kept.length };
      },
    ],
    ['calls without end of what the engine itself does', () => loopOverNative()],
  ])('stops %s, which has computed all that time', (_what, run) => {
    const startedAt = performance.now();
    const hang = hangOf(run);
    expect(performance.now() - startedAt).toBeLessThan(20 * LIMIT_MS);
    expect(hang.message).toContain('--step-ms-max');
  });

  it('says how much the code has computed', () => {
    expect(hangOf(sleepForEver).cpuMs).toBeLessThan(LIMIT_MS / 2);
    expect(hangOf(forEver).cpuMs).toBeGreaterThan(0);
  });

  it('says which input it was', () => {
    const run = () => {
      mark(7, 20, 3);
      forEver();
    };
    expect(hangOf(run).place).toEqual({ room: 7, tick: 20, index: 3 });
  });

  it('lets another thread see that it is open, and what runs', () => {
    const step = () => suspect[suspectField.step]! & 1;
    const seen: number[] = [step()];
    guard.run(() => seen.push(step()));
    hangOf(() => {
      seen.push(step());
      forEver();
    });
    seen.push(step());
    expect(seen).toEqual([0, 1, 1, 0]);
    expect(suspect.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('passes on what the code throws, and what it gives', () => {
    const error = new Error('no');
    expect(() =>
      guard.run(() => {
        throw error;
      }),
    ).toThrow(error);
    let given = 0;
    guard.run(() => {
      given = 5;
    });
    expect(given).toBe(5);
  });

  it('leaves code to the guard that it runs under already', () => {
    const inner = new Guard(1);
    let isDone = false;
    guard.run(() => {
      inner.run(() => {
        const endsAt = performance.now() + 5;
        while (performance.now() < endsAt);
        isDone = true;
      });
    });
    expect(isDone).toBe(true);
  });

  it('with no limit lets code run as long as it takes', () => {
    const none = new Guard(0);
    expect(none.limitMs).toBe(0);
    const startedAt = performance.now();
    none.run(() => {
      while (performance.now() < startedAt + 3 * LIMIT_MS);
    });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(3 * LIMIT_MS);
  });
});

function sleepForEver(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function loopOverNative(): void {
  for (;;) JSON.parse(JSON.stringify({ deep: [1, 2, 3] }));
}
