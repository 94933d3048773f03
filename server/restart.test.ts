// Planned replacements: every process by one with the newest code, or a worker for its memory.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ServerProcess } from '../load-test/server-process.ts';
import { player, players, startServer, temporaryDirectory } from './test-server.ts';

const children = async (server: ServerProcess) =>
  (await server.processes()).filter(({ role }) => role === 'worker' || role === 'coordinator');
const childPids = async (server: ServerProcess) => (await children(server)).map(({ pid }) => pid);

interface Status {
  state: string;
  replaced: number;
  error: string | null;
}

async function restart(server: ServerProcess, method: string, headers = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${server.adminPort}/api/restart`, { method, headers });
}

/** Resolves when no restart is under way. */
async function idle(server: ServerProcess): Promise<Status> {
  let status: Status | undefined;
  const state = async () => {
    status = (await (await restart(server, 'GET')).json()) as Status;
    return status.state;
  };
  await expect.poll(state, { timeout: 30_000, interval: 20 }).toBe('idle');
  return status!;
}

/** Players who send all the time; what they lose, and how long each of them waited. */
async function crowd(server: ServerProcess, count: number) {
  const clients = await players(server, count);
  const seen = { losses: 0, pausesMs: [] as number[] };
  for (const client of clients) {
    client.on('disconnected', () => seen.losses++);
    client.on('connected', ({ pauseMs }) => seen.pausesMs.push(pauseMs ?? Number.NaN));
  }
  const rooms = await Promise.all(clients.map((client) => client.join({ game: 'goldrush' })));
  const sending = setInterval(() => {
    for (const room of rooms) room.send('walk', { dx: 1, dy: 0 });
  }, 20);
  onTestFinished(() => clearInterval(sending));
  return { clients, rooms, seen };
}

describe('A rolling restart', () => {
  it.each(['POST', 'SIGHUP'])(
    'by %s replaces every process, drops nobody, loses nothing, and is ready all the time',
    async (how) => {
      const server = await startServer('--workers', '2');
      const { rooms, seen } = await crowd(server, 20);
      const before = await childPids(server);
      let unready = 0;
      const watching = setInterval(async () => {
        const response = await fetch(`http://127.0.0.1:${server.adminPort}/readyz`);
        if (response.status !== 200) unready++;
      }, 10);
      onTestFinished(() => clearInterval(watching));
      if (how === 'POST') expect((await restart(server, 'POST')).status).toBe(202);
      else process.kill(server.pid, 'SIGHUP');
      await expect.poll(async () => (await childPids(server)).length).toBeGreaterThan(0);
      await expect
        .poll(async () => (await childPids(server)).filter((pid) => before.includes(pid)))
        .toEqual([]);
      expect(await idle(server)).toMatchObject({ replaced: 3, error: null });
      clearInterval(watching);
      const audits = await Promise.all(rooms.map((room) => room.call('audit')));
      expect(audits).toEqual(audits.map(() => expect.objectContaining({ total: 6000 })));
      expect([seen.losses, unready]).toEqual([0, 0]);
      // Each was given to another worker once at least.
      expect(seen.pausesMs.length).toBeGreaterThanOrEqual(20);
      expect(await children(server)).toHaveLength(3);
      expect(server.log.filter(({ msg }) => /died/.test(msg ?? ''))).toEqual([]);
    },
  );

  it('replaces the process of each client, too', async () => {
    const server = await startServer('--workers', 'per-client', '--per-client-spare', '1');
    const { rooms, seen } = await crowd(server, 3);
    const before = await childPids(server);
    await restart(server, 'POST');
    expect(await idle(server)).toMatchObject({ error: null });
    expect((await childPids(server)).filter((pid) => before.includes(pid))).toEqual([]);
    const audits = await Promise.all(rooms.map((room) => room.call('audit')));
    expect(audits).toEqual(audits.map(() => expect.objectContaining({ total: 6000 })));
    expect(seen.losses).toBe(0);
  });

  it('is not for web pages, and there is one at a time', async () => {
    const server = await startServer('--workers', '1');
    const page = await restart(server, 'POST', { origin: 'http://evil.example' });
    expect(page.status).toBe(403);
    expect(await (await restart(server, 'GET')).json()).toMatchObject({ startedAt: null });
    const first = await (await restart(server, 'POST')).json();
    expect(await (await restart(server, 'POST')).json()).toEqual(first);
    expect(await idle(server)).toMatchObject({ replaced: 2 });
  });
});

describe('A rolling restart to new code', () => {
  /** A copy of the server whose game can be changed. */
  const version = (text: string) => `import { defineGame, Type } from 'holdfast/game';
    export default defineGame({
      name: 'version', text: 'Says which.', ticksPerSecond: 0, playersMax: 9, entities: {},
      state: () => ({ count: 0 }),
      commands: { ask: { args: Type.Object({}), run: (room) => [${text}, ++room.state.count] } },
    });`;

  it('runs the new code on the rooms that there are', async () => {
    const game = join(temporaryDirectory(), 'version.ts');
    writeFileSync(game, version('"old"'));
    const server = await startServer('--game', game);
    const room = await (await player(server)).join({ game: 'version' });
    expect(await room.call('ask')).toEqual(['old', 1]);
    writeFileSync(game, version('"new"'));
    await restart(server, 'POST');
    await idle(server);
    expect(await room.call('ask')).toEqual(['new', 2]);
  });

  it('that cannot be loaded changes nothing, and says why', async () => {
    const game = join(temporaryDirectory(), 'version.ts');
    writeFileSync(game, version('"old"'));
    const server = await startServer('--game', game);
    const room = await (await player(server)).join({ game: 'version' });
    const before = await childPids(server);
    writeFileSync(game, version('"new" oops'));
    await restart(server, 'POST');
    const { replaced, error } = await idle(server);
    expect([replaced, error]).toEqual([0, expect.stringMatching(/version\.ts:5: syntax error/)]);
    expect(await childPids(server)).toEqual(before);
    expect(await room.call('ask')).toEqual(['old', 1]);
  });
});

describe('A worker with more memory than it may have', () => {
  it('is replaced, and its connections are kept', async () => {
    const folder = temporaryDirectory();
    const limit = ['--worker-memory-max', String(2 ** 28), '--fault-code', folder];
    const server = await startServer('--workers', '1', ...limit);
    const { rooms, seen } = await crowd(server, 5);
    const before = await childPids(server);
    const hog = `globalThis.hog = Buffer.alloc(${2 ** 28}, 1)`;
    // A worker that has as much from its start stays.
    const code = `setTimeout(() => { ${hog}; }, 6500 - 1000 * process.uptime());`;
    for (const { role, pid } of await server.admin.processes()) {
      if (role === 'worker') writeFileSync(join(folder, `${pid}.js`), code);
    }
    const replaced = () =>
      server.metric('holdfast_processes_replaced_total', { reason: 'memory' }).catch(() => 0);
    await expect.poll(replaced).toBeGreaterThan(0);
    expect(await childPids(server)).not.toEqual(before);
    expect(await rooms[0]!.call('audit')).toMatchObject({ total: 6000 });
    expect(seen.losses).toBe(0);
  });
});
