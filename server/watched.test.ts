// Processes that hang, are stopped, or are only late: who is killed, how soon, and what is said of it.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { injectCode } from '../load-test/inject-code.ts';
import type { ServerProcess } from '../load-test/server-process.ts';
import { listeningPorts } from './test-listening.ts';
import {
  pidsOf,
  player,
  processesOf,
  startServer,
  temporaryDirectory,
  workersOf,
} from './test-server.ts';

const HANG_MS = 1000;
/** Without the limit of a room's step, which is less than that of a hang. */
const BUSY = ['--game', join(import.meta.dirname, 'test-busy-game.ts'), '--step-ms-max', '0'];

function spinWithoutEnd(): void {
  for (;;);
}

interface Crash {
  readonly role: string;
  readonly cause: string | null;
  readonly stack: string | null;
  readonly hungMs: number;
}

async function crashesOf({ adminPort }: ServerProcess): Promise<Crash[]> {
  const answer = await fetch(`http://127.0.0.1:${adminPort}/api/crashes`);
  return ((await answer.json()) as { crashes: Crash[] }).crashes;
}

describe('A process in an endless loop', () => {
  it('is killed within the limit, and its stack is in the log and at /api/crashes', async () => {
    const folder = temporaryDirectory();
    const server = await startServer('--hang-ms', String(HANG_MS), '--fault-code', folder);
    const [coordinator] = await processesOf(server, 'coordinator');
    await injectCode(`(${spinWithoutEnd})()`, coordinator!.pid, folder);
    const ports = new Set<number>();
    await expect
      .poll(
        async () => {
          try {
            for (const port of listeningPorts(coordinator!.pid)) ports.add(port);
          } catch {
            // It has ended.
          }
          return (await crashesOf(server)).length;
        },
        { interval: 5 },
      )
      .toBe(1);
    const [crash] = await crashesOf(server);
    expect(crash).toMatchObject({
      role: 'coordinator',
      signal: 'SIGKILL',
      cause: 'loop',
      stack: expect.stringMatching(/^at spinWithoutEnd \(.*:\d+:\d+\)\n/),
      lastLines: expect.arrayContaining([expect.stringContaining('coordinator serves')]),
    });
    expect(crash!.hungMs).toBeLessThan(HANG_MS + 500);
    expect(server.log.some(({ stack }) => String(stack).includes('spinWithoutEnd'))).toBe(true);
    expect(server.log.find(({ msg }) => msg === 'coordinator died')).toMatchObject({
      role: 'primary',
      pid: server.pid,
      child: 'coordinator',
      childPid: coordinator!.pid,
    });
    expect([...ports]).toEqual([]);
    expect(server.log.filter(({ msg }) => /debugger/i.test(msg ?? ''))).toEqual([]);
  });

  it('is found as well where it is a worker', async () => {
    const folder = temporaryDirectory();
    const args = ['--workers', '1', '--hang-ms', String(HANG_MS), '--fault-code', folder];
    const server = await startServer(...args);
    const [worker] = await workersOf(server);
    const client = await player(server);
    await injectCode('(function loopInWorker() { for (;;); })()', worker!.pid, folder);
    await expect.poll(async () => (await crashesOf(server)).length).toBe(1);
    expect((await crashesOf(server))[0]).toMatchObject({
      role: 'worker',
      cause: 'loop',
      stack: expect.stringContaining('at loopInWorker'),
    });
    expect(await client.lobby.call('leaderboard')).toBeDefined();
  });
});

describe('A process that does nothing', () => {
  it('is replaced when a signal has stopped it', async () => {
    const server = await startServer('--workers', '1', '--hang-ms', String(HANG_MS));
    const [worker] = await workersOf(server);
    process.kill(worker!.pid, 'SIGSTOP');
    await expect.poll(async () => (await crashesOf(server)).length).toBe(1);
    expect((await crashesOf(server))[0]).toMatchObject({ role: 'worker', cause: 'stopped' });
    await player(server);
  });

  it('is replaced when it waits in a call that does not return', async () => {
    const folder = temporaryDirectory();
    const args = ['--workers', '1', '--hang-ms', String(HANG_MS), '--fault-code', folder];
    const server = await startServer(...args);
    const [worker] = await workersOf(server);
    const code = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';
    await injectCode(code, worker!.pid, folder);
    await expect.poll(async () => (await crashesOf(server)).length).toBe(1);
    expect((await crashesOf(server))[0]).toMatchObject({ role: 'worker', cause: 'blocked' });
  });
});

describe('A process that is only late', () => {
  it('goes on where pieces of work follow each other for longer than the limit', async () => {
    const server = await startServer(
      ...BUSY,
      '--hang-ms',
      String(HANG_MS),
      '--heartbeat-ms',
      '100',
    );
    const [coordinator] = await processesOf(server, 'coordinator');
    const client = await player(server);
    const room = await client.join({ game: 'busy' });
    // The commands of one turn: no timer fires before all of them are through.
    const answers = Array.from({ length: 12 }, () => room.call('work', { ms: 100 }));
    expect((await Promise.all(answers)).at(-1)).toBe(12);
    expect(await crashesOf(server)).toEqual([]);
    expect((await processesOf(server, 'coordinator'))[0]!.pid).toBe(coordinator!.pid);
  });

  it('goes on where it was stopped for less than the limit', async () => {
    const server = await startServer('--workers', '1', '--hang-ms', '3000');
    const [worker] = await workersOf(server);
    process.kill(worker!.pid, 'SIGSTOP');
    const beatAge = async () => (await workersOf(server))[0]!.lastBeatAgeMs;
    await expect.poll(beatAge).toBeGreaterThan(1200);
    process.kill(worker!.pid, 'SIGCONT');
    await player(server);
    expect((await workersOf(server))[0]!.pid).toBe(worker!.pid);
  });

  it('is named in the log with the place that held it up, and goes on', async () => {
    const server = await startServer(...BUSY, '--hang-ms', '1200', '--heartbeat-ms', '50');
    const client = await player(server);
    const room = await client.join({ game: 'busy' });
    expect(await room.call('work', { ms: 900 })).toBe(1);
    const held = () => server.log.find(({ msg }) => msg?.includes('held up the event loop'));
    await expect.poll(held).toMatchObject({ level: 'warn', child: 'coordinator' });
    expect(held()!.stack).toMatch(/test-busy-game\.ts/);
    expect(await room.call('work', { ms: 1 })).toBe(2);
    expect(await crashesOf(server)).toEqual([]);
  });
});

describe('SIGUSR1', () => {
  it('opens no port in any process, and ends none', async () => {
    const server = await startServer('--workers', '1', '--spares', '1');
    await expect.poll(async () => (await processesOf(server, 'spare'))[0]?.ready).toBe(true);
    const pids = await pidsOf(server);
    expect(pids.length).toBe(4);
    for (const pid of pids) process.kill(pid, 'SIGUSR1');
    // A turn of each event loop later.
    await server.metrics();
    await player(server);
    const ports = pids.flatMap(listeningPorts);
    expect(new Set(ports)).toEqual(new Set([server.port, server.adminPort]));
    expect(await pidsOf(server)).toEqual(pids);
  });
});
