// When processes are not replaced after all.
import { expect, it, vi } from 'vitest';
import { RollingRestart, type RollingRestartOptions } from './rolling-restart.ts';

/** A restart of one worker, whose successor is in slot 2 and dies whenever it starts. */
function restartOf(isServing: boolean) {
  const calls: string[] = [];
  const beat = { clients: 0 };
  const old = { identity: { role: 'worker', slot: 1 }, beat, isReady: true, isRetiring: false };
  const note = (text: string) => (of: unknown) => calls.push(`${text} ${of}`);
  const restart = new RollingRestart({
    config: { startMs: 30 },
    log: { info() {}, error() {} },
    children: {
      all: [old],
      inSlot: (_role: string, slot: number) => (slot === 1 ? old : undefined),
      renewCode: async () => () => calls.push('take the code back'),
      spares: { patiently: (act: () => Promise<void>) => act() },
    },
    supervisor: { remove: note('remove') },
    workers: { replace: () => [2], keep: note('keep') },
    isServing: () => isServing,
  } as unknown as RollingRestartOptions);
  return { restart, old, calls };
}

it('A worker stays whose successor dies whenever it starts; the successor and its code go', async () => {
  const { restart, old, calls } = restartOf(true);
  expect(restart.begin().state).toBe('restarting');
  expect(restart.isBusy).toBe(true);
  await vi.waitUntil(() => restart.status.state === 'idle');
  expect(restart.status).toMatchObject({
    replaced: 0,
    error: 'a new worker was not ready in time',
  });
  expect(calls).toEqual(['keep 1', 'remove worker-2', 'take the code back']);
  expect([old.isRetiring, restart.isBusy]).toEqual([false, false]);
});

it('A server that does not serve refuses to replace its processes', () => {
  const { restart, calls } = restartOf(false);
  expect(restart.begin()).toMatchObject({ state: 'idle', error: 'the server is not serving' });
  expect(calls).toEqual([]);
});
