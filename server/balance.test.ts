// After the death of a worker the load is evened out, and nobody notices but for a moment.
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Client } from '../client/index.ts';
import type { ServerProcess } from '../load-test/server-process.ts';
import { killPid, players, startServer, workersOf } from './test-server.ts';

const CLIENTS = 200;
/** The difference is 32 at most, where each has so few. */
const MOST = CLIENTS / 2 + 17;
const CALL_MS = 100;

/** Clients who ask all the time, and what they have seen. */
async function crowd(server: ServerProcess) {
  const areReady = async () => (await workersOf(server)).every(({ ready }) => ready);
  await expect.poll(areReady).toBe(true);
  const clients: Client[] = [];
  // All at once, the quicker worker would be given more of them.
  while (clients.length < CLIENTS) clients.push(...(await players(server, 20)));
  const seen = { losses: 0, failures: 0, answers: clients.map(() => 0) };
  let isOver = false;
  onTestFinished(() => {
    isOver = true;
  });
  const ask = async (client: Client, i: number): Promise<void> => {
    while (!isOver) {
      await client.lobby.call('online');
      seen.answers[i]!++;
      await wait(CALL_MS);
    }
  };
  for (const [i, client] of clients.entries()) {
    client.on('disconnected', () => seen.losses++);
    ask(client, i).catch(() => isOver || seen.failures++);
  }
  return { clients, seen };
}

const counts = async (server: ServerProcess): Promise<number[]> =>
  (await workersOf(server)).map(({ clients }) => clients);

const linesOf = (server: ServerProcess, text: string) =>
  server.log.filter(({ msg }) => msg === text);

const workerOf = (client: Client): number => client.welcome!.worker;

/** Each has answers to what it asks from now on. */
async function answered(seen: { readonly answers: readonly number[] }): Promise<void> {
  const before = [...seen.answers];
  await expect.poll(() => seen.answers.every((count, i) => count > before[i]! + 1)).toBe(true);
}

describe('When one of two workers has died', () => {
  it('both have about half of the connections soon, of which none is dropped', async () => {
    const server = await startServer('--workers', '2', '--log-level', 'debug');
    const { clients, seen } = await crowd(server);
    const [victim] = await workersOf(server);
    const survivors = clients.filter((client) => workerOf(client) !== victim!.worker);
    killPid(victim!.pid);
    await expect.poll(() => linesOf(server, 'connections are even')).toHaveLength(1);
    const [{ moved }] = linesOf(server, 'connections are even') as [{ moved: number }];
    expect(moved).toBeGreaterThan(50);
    expect(await server.metric('holdfast_connections_rebalanced_total')).toBe(moved);
    // Those who had their pause already were not moved again.
    const given = () => survivors.filter((client) => workerOf(client) > 2).length;
    await expect.poll(given).toBe(moved);
    await expect.poll(async () => Math.max(...(await counts(server)))).toBeLessThan(MOST);
    await answered(seen);
    expect(seen).toMatchObject({ losses: 0, failures: 0 });
    const lines = server.log.filter(({ msg }) => /connections are even/.test(msg ?? ''));
    expect(lines.map(({ level }) => level)).toEqual(['debug', 'debug']);
  });

  it('and the other dies while it is to give connections away, none is dropped either', async () => {
    const server = await startServer(
      '--workers',
      '2',
      '--log-level',
      'debug',
      '--hang-ms',
      '60000',
    );
    const { clients, seen } = await crowd(server);
    const [victim, survivor] = await workersOf(server);
    const orphans = clients.filter((client) => workerOf(client) === victim!.worker);
    const takenOver = orphans.map(
      (client) => new Promise((done) => client.once('connected', done)),
    );
    killPid(victim!.pid);
    await Promise.all(takenOver);
    process.kill(survivor!.pid, 'SIGSTOP');
    await expect.poll(() => linesOf(server, 'connections are evened out')).toHaveLength(1);
    killPid(survivor!.pid);
    await answered(seen);
    const count = async () => (await counts(server)).reduce((sum, n) => sum + n);
    await expect.poll(count).toBe(CLIENTS);
    expect(seen).toMatchObject({ losses: 0, failures: 0 });
  });
});
