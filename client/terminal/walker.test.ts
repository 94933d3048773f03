import { describe, expect, it } from 'vitest';
import { type Direction, EAST, NORTH } from './directions.ts';
import { stepMsOf, Walker } from './walker.ts';

const STEP_MS = 100;
const REPEAT_MS = 33;

/** Presses keys at their times and takes every step that is due in `untilMs` milliseconds. */
function walk(presses: readonly (readonly [number, Direction])[], untilMs: number) {
  const walker = new Walker();
  walker.stepMs = STEP_MS;
  const steps: (readonly [number, Direction])[] = [];
  for (let nowMs = 0; nowMs <= untilMs; nowMs++) {
    for (const [atMs, direction] of presses) if (atMs === nowMs) walker.press(direction, nowMs);
    const direction = walker.step(nowMs);
    if (direction !== undefined) steps.push([nowMs, direction]);
  }
  return steps;
}

/** A key that is held down from `fromMs`: a terminal repeats it after half a second. */
function held(direction: Direction, fromMs: number, repeats: number) {
  const again = Array.from({ length: repeats }, (_, i) => fromMs + 500 + i * REPEAT_MS);
  return [fromMs, ...again].map((atMs) => [atMs, direction] as const);
}

describe('A key', () => {
  it('that is tapped is one step, at once', () => {
    expect(walk([[7, EAST]], 1000)).toEqual([[7, EAST]]);
  });

  it('that is tapped again is as many steps, none sooner than the last is done', () => {
    const taps = [0, 130, 260].map((atMs) => [atMs, EAST] as const);
    expect(walk(taps, 1000).map(([atMs]) => atMs)).toEqual([0, 130, 260]);
    const turn = [...taps, [270, NORTH] as const];
    expect(walk(turn, 1000).at(-1)).toEqual([260 + STEP_MS, NORTH]);
  });

  it('that is held is steady steps, which end soon after it is released', () => {
    const presses = held(EAST, 0, 31);
    const steps = walk(presses, 3000).map(([atMs]) => atMs);
    const [first, ...repeated] = steps;
    expect(first).toBe(0);
    for (let i = 2; i < repeated.length; i++) {
      expect(repeated[i]! - repeated[i - 1]!).toBe(STEP_MS);
    }
    const released = presses.at(-1)![0];
    expect(steps.at(-1)!).toBeGreaterThan(released - STEP_MS);
    expect(steps.at(-1)!).toBeLessThanOrEqual(released + STEP_MS);
  });

  it('that is pressed while walking turns at once, and walking goes on', () => {
    const presses = [...held(EAST, 0, 31), [1500, NORTH] as const];
    const north = walk(presses, 3000).filter(([, direction]) => direction === NORTH);
    expect(north[0]![0]).toBeLessThanOrEqual(1500 + STEP_MS);
    expect(north.length).toBeGreaterThan(2);
    expect(north.at(-1)![0]).toBeLessThan(2000);
  });

  it('is forgotten when nothing can be done', () => {
    const walker = new Walker();
    walker.press(EAST, 0);
    walker.stop();
    expect([walker.step(0), walker.waitMs(0)]).toEqual([undefined, undefined]);
  });
});

describe('The time of a step', () => {
  it('is what the game says, less a tick, so that no step comes late', () => {
    expect(stepMsOf({ stepTicks: 3 }, 50)).toBe(100);
    expect(stepMsOf({ stepTicks: 1 }, 50)).toBe(50);
  });

  it('is a guess where the game says nothing', () => {
    for (const about of [undefined, null, {}, 'rules']) expect(stepMsOf(about, 50)).toBe(150);
  });
});
