// A room's time when the machine's clock is set.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTime } from './fake-time.ts';
import { RoomClock } from './room-clock.ts';

const HOUR_MS = 3_600_000;
const NOW = 1_700_000_000_000;

let steady = 0;
beforeEach(() => {
  steady = 0;
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
  vi.spyOn(performance, 'now').mockImplementation(() => steady);
});
afterEach(startTime);

function pass(ms: number): void {
  steady += ms;
  vi.setSystemTime(Date.now() + ms);
}

describe('The time of a room', () => {
  it('is the calendar’s', () => {
    const clock = new RoomClock(NOW);
    pass(50);
    expect(clock.next()).toBe(NOW + 50);
  });

  it('goes on, a little slower, when the clock is set back, until both agree', () => {
    const clock = new RoomClock(NOW);
    pass(50);
    const before = clock.next();
    vi.setSystemTime(Date.now() - HOUR_MS);
    let last = before;
    for (let passed = 0; passed < 12 * HOUR_MS; passed += 1000) {
      pass(1000);
      const now = clock.next();
      expect(now - last).toBeGreaterThanOrEqual(899);
      expect(now - last).toBeLessThanOrEqual(1000);
      last = now;
    }
    expect(last).toBe(Date.now());
  });

  it('goes with the clock when that is set forward, and not back with it', () => {
    const clock = new RoomClock(NOW);
    vi.setSystemTime(NOW + HOUR_MS);
    expect(clock.next()).toBe(NOW + HOUR_MS);
    vi.setSystemTime(NOW);
    pass(100);
    expect(clock.next()).toBe(NOW + HOUR_MS + 90);
  });

  it('does not go back either when another process goes on with the room, whose clock is behind', () => {
    const clock = new RoomClock(NOW + HOUR_MS);
    pass(10);
    expect(clock.next()).toBe(NOW + HOUR_MS + 9);
  });
});
