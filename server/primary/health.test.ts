// What the health checks say of a server whose processes do not get ready, or whose disk takes nothing.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Health } from './health.ts';
import { PrimaryState } from './primary-state.ts';

const START_MS = 15_000;
let now = 0;
beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => void vi.restoreAllMocks());

function healthOf() {
  const of = {
    state: PrimaryState.Serving,
    ready: new Set(['coordinator', 'worker']),
    renewing: false,
  };
  const health = new Health({
    startMs: START_MS,
    state: () => of.state,
    isReady: (role) => of.ready.has(role),
    isRenewingCoordinator: () => of.renewing,
  });
  return { of, health };
}

describe('The health checks', () => {
  it('say that a server is healthy and ready while a coordinator and a worker are ready', () => {
    const { health } = healthOf();
    expect([health.unreadyReason(), health.unhealthyReason()]).toEqual([undefined, undefined]);
  });

  it('name the process that is missing, and call a server unhealthy in which none gets ready', () => {
    const { of, health } = healthOf();
    of.ready.delete('worker');
    health.look();
    expect(health.unreadyReason()).toMatch(/worker/);
    now += 3 * START_MS - 1;
    health.look();
    expect(health.unhealthyReason()).toBe(undefined);
    now += 1;
    expect(health.unhealthyReason()).toMatch(/No worker has been ready for 45 s/);
    of.ready.add('worker');
    health.look();
    expect(health.unhealthyReason()).toBe(undefined);
  });

  it('are the same while a coordinator is renewed as planned', () => {
    const { of, health } = healthOf();
    of.ready.delete('coordinator');
    of.renewing = true;
    expect(health.unreadyReason()).toBe(undefined);
  });

  it('say why a server is not ready whose disk takes nothing, which is no reason to start it again', () => {
    const { health } = healthOf();
    health.trouble = 'The data directory cannot be written: the disk is full.';
    now += 100 * START_MS;
    expect(health.unreadyReason()).toMatch(/disk is full/);
    expect(health.unhealthyReason()).toBe(undefined);
  });

  it('say with a coordinator that does not start what it could not write', () => {
    const { of, health } = healthOf();
    health.trouble = 'No coordinator can start: the disk is full.';
    of.ready.delete('coordinator');
    health.look();
    expect(health.unreadyReason()).toMatch(/No coordinator is ready.*disk is full/);
  });
});
