// The state of a disk that refuses writes, and the moment at which it takes them again.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskHealth } from './disk-health.ts';
import { pass, settlePromises, startTime, stopTime } from './fake-time.ts';

beforeEach(() => stopTime());
afterEach(startTime);

const full = new Error('rooms/1/journal: the disk is full: free some space');

describe('A disk that refuses', () => {
  it('the batch of a room is in trouble until each such room goes on or is over', () => {
    const health = new DiskHealth();
    expect([health.text, health.troubleMs(performance.now())]).toEqual(['', 0]);
    health.roomStalled(1, full);
    health.roomStalled(2, full);
    pass(500);
    expect(health.text).toMatch(/the disk is full: free some space\. 2 rooms stand still/);
    expect(health.troubleMs(performance.now())).toBe(500);
    health.roomGoesOn(1);
    expect(health.text).toMatch(/1 room stands still/);
    health.roomGoesOn(2);
    expect([health.text, health.stalledRooms]).toEqual(['', 0]);
  });

  it('anything else is in trouble until a probe succeeds, one at a time and once a second', async () => {
    const health = new DiskHealth();
    const probes: PromiseWithResolvers<void>[] = [];
    const beat = async (ms = 0) => {
      pass(ms);
      health.beat(performance.now(), () => {
        probes.push(Promise.withResolvers<void>());
        return probes.at(-1)!.promise;
      });
      await settlePromises();
    };
    await beat();
    expect(probes).toHaveLength(0);
    health.failed('session', full);
    await beat();
    await beat(5000);
    expect(probes).toHaveLength(1);
    probes[0]!.reject(new Error('the disk failed'));
    await settlePromises();
    expect(health.text).toMatch(/the disk failed/);
    await beat(999);
    await beat(1001);
    expect(probes).toHaveLength(2);
    probes[1]!.resolve();
    await settlePromises();
    expect(health.text).toBe('');
  });

  it('is counted by what it has refused', () => {
    const health = new DiskHealth();
    health.roomStalled(1, full);
    health.roomStalled(1, full);
    health.failed('account', full);
    expect(health.takeFailures()).toEqual([
      ['room', 2],
      ['account', 1],
    ]);
    expect(health.takeFailures()).toEqual([]);
  });
});
