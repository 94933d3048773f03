// Work with a limit inside of other work with a limit: each has an end of its own.
import { describe, expect, it } from 'vitest';
import { GameHangError, Guard } from './guard.ts';
import { ReplayGuard } from './replay-guard.ts';
import { runLimited } from './run-limited.ts';

const LIMIT_MS = 40;
const LONG_MS = 10_000;

const loop = () => {
  for (;;);
};
const limited = (work: () => void, timeout = LIMIT_MS) =>
  runLimited(work, { timeout, displayErrors: false });

describe('Work with a limit', () => {
  it('that is stopped lets the work around it go on', () => {
    let inner: number | undefined;
    let isDone = false;
    const outer = limited(() => {
      inner = limited(loop);
      isDone = true;
    }, LONG_MS);
    expect(inner).toBeGreaterThan(0);
    expect([outer, isDone]).toEqual([undefined, true]);
  });

  it('ends with the work around it, and leaves nothing behind for the next', () => {
    expect(limited(() => void limited(loop, LONG_MS))).toBeGreaterThan(0);
    let isDone = false;
    expect(
      limited(() => {
        isDone = true;
      }),
    ).toBeUndefined();
    expect(isDone).toBe(true);
  });

  it('that throws inside of other work, which catches that, is no failure of the other', () => {
    const error = new Error('no');
    const thrower = () => {
      throw error;
    };
    const outer = limited(() => expect(() => limited(thrower)).toThrow(error), LONG_MS);
    expect(outer).toBeUndefined();
    expect(() => limited(thrower)).toThrow(error);
  });
});

describe('A replay', () => {
  it('has ten times the limit of a step, and is stopped with its place like one', () => {
    const replay = new ReplayGuard(new Guard(LIMIT_MS / 10), LONG_MS);
    expect(replay.limitMs).toBe(LIMIT_MS);
    expect(() => replay.run(loop)).toThrow(GameHangError);
  });

  it('has no limit where steps have none', () => {
    const replay = new ReplayGuard(new Guard(0), LONG_MS);
    const startedAt = performance.now();
    replay.run(() => {
      while (performance.now() < startedAt + LIMIT_MS);
    });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(LIMIT_MS);
  });
});
