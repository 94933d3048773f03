// The coordinator's pool in a real server: worlds that are prepared there, and what dies meanwhile.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Client } from '../client/index.ts';
import type { ServerProcess } from '../load-test/server-process.ts';
import {
  isAlive,
  killCoordinator,
  pidsOf,
  player,
  players,
  startServer,
  temporaryDirectory,
} from './test-server.ts';

/** Its `prepare` says in which process it runs, and does what the file `fate` says until that is gone. */
const gameOf = (data: string) => `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
  import { defineGame, Type } from 'holdfast/game';
  const fate = ${JSON.stringify(join(data, 'fate'))};
  function obeyFate() {
    writeFileSync(${JSON.stringify(join(data, 'pid'))}, String(process.pid));
    for (;;) {
      if (!existsSync(fate)) return;
      const fated = readFileSync(fate, 'utf8');
      if (fated === 'throw') throw new Error('no map today');
      if (fated === 'die') process.kill(process.pid, 'SIGKILL');
      if (fated === 'relent') return;
    }
  }
  export function makeMap(random) {
    // A spare process rehearses the game in a pool of its own.
    if (process.title === 'holdfast pool') obeyFate();
    return { pid: process.pid, title: process.title, draw: random.integer(1, 1_000_000) };
  }
  export default defineGame({
    name: 'mapped', text: 'Has a map.', ticksPerSecond: 20, playersMax: 100,
    entities: { pawn: { owner: 'u32' } },
    state: () => ({ map: null }),
    prepare: { module: import.meta.url, run: makeMap },
    create(room, map) { room.state.map = map; },
    join: (room, player) => room.entities.pawn.add({ owner: player.id }),
    commands: { map: { args: Type.Object({}), run: (room) => room.state.map } },
  });`;

class TestServer {
  readonly data = temporaryDirectory();
  server!: ServerProcess;

  static async start(...args: string[]): Promise<TestServer> {
    const made = new TestServer();
    const game = join(made.data, 'mapped.ts');
    writeFileSync(game, gameOf(made.data));
    const flags = ['--data', made.data, '--game', game, '--restarts-max', '1000', ...args];
    made.server = await startServer(...flags);
    return made;
  }

  /** What the next `prepare` does, until `relent`. */
  decree(fate: 'wait' | 'throw' | 'die' | 'relent'): void {
    writeFileSync(join(this.data, 'fate'), fate);
  }

  relent(): void {
    this.decree('relent');
  }

  /** The process in which `prepare` has begun. */
  async preparing(): Promise<number> {
    const path = join(this.data, 'pid');
    await until(() => existsSync(path) && readFileSync(path, 'utf8') !== '');
    const pid = Number(readFileSync(path, 'utf8'));
    rmSync(path);
    return pid;
  }
}

/** What dies is first to be noticed, and reaped. */
const until = (holds: () => boolean) =>
  vi.waitFor(() => expect(holds()).toBe(true), { timeout: 30_000, interval: 10 });

const join20 = (clients: readonly Client[]) =>
  clients.map((client) => client.join({ game: 'mapped' }));

const numbersOf = async (joins: readonly ReturnType<Client['join']>[]): Promise<number[]> => [
  ...new Set((await Promise.all(joins)).map(({ number }) => number)),
];

describe('A world that is prepared in the pool', () => {
  it('is one for all who join at once, and is made in a process of the pool', async () => {
    const at = await TestServer.start();
    const clients = await players(at.server, 20);
    const [room, ...others] = await Promise.all(join20(clients));
    expect(new Set(others.map(({ number }) => number))).toEqual(new Set([room!.number]));
    const map = await room!.call('map');
    expect(map).toMatchObject({ title: 'holdfast pool' });
    const pids = await pidsOf(at.server);
    expect(pids).not.toContain((map as { pid: number }).pid);
  });

  it('holds nobody else up', async () => {
    const at = await TestServer.start();
    const ada = await player(at.server);
    const room = await ada.join({ game: 'mapped' });
    at.decree('wait');
    const bob = await player(at.server, 'bob');
    const created = bob.lobby.call('create', { game: 'mapped' });
    await at.preparing();
    await room.call('map');
    expect(await ada.lobby.call('online')).toEqual({ sessions: 2 });
    at.relent();
    expect(await created).toEqual({ room: room.number + 1 });
  });

  it('that throws refuses the room, says why in the log, and the next one comes', async () => {
    const at = await TestServer.start();
    const ada = await player(at.server);
    at.decree('throw');
    await expect(ada.join({ game: 'mapped' })).rejects.toMatchObject({ code: 'GAME_ERROR' });
    const said = () => at.server.log.map((line) => JSON.stringify(line)).join('\n');
    await until(() => /prepare failed at .*no map today; no room was opened/.test(said()));
    at.relent();
    expect(await (await ada.join({ game: 'mapped' })).call('map')).toBeTruthy();
    const failures = () => at.server.metric('holdfast_pool_failures_total', { task: 'prepare' });
    await expect.poll(failures).toBe(1);
  });

  it('that ends its process whenever it is made refuses the room, and the next one comes', async () => {
    const at = await TestServer.start();
    const ada = await player(at.server);
    at.decree('die');
    const refusal = { code: 'GAME_ERROR' };
    await expect(ada.lobby.call('create', { game: 'mapped' })).rejects.toMatchObject(refusal);
    at.relent();
    await ada.join({ game: 'mapped' });
  });
});

describe('While a world is prepared', () => {
  it('kill -9 of the process that makes it only makes it begin again', async () => {
    const at = await TestServer.start();
    const clients = await players(at.server, 5);
    at.decree('wait');
    const joins = join20(clients);
    process.kill(await at.preparing(), 'SIGKILL');
    await at.preparing();
    at.relent();
    expect(await numbersOf(joins)).toHaveLength(1);
  });

  it('kill -9 of the coordinator leaves everyone in one room, and no process behind', async () => {
    const at = await TestServer.start();
    const [creator, ...clients] = await players(at.server, 6);
    at.decree('wait');
    const created = creator!.lobby.call('create', { game: 'mapped' });
    const joins = join20(clients);
    const first = await at.preparing();
    await killCoordinator(at.server);
    // It is in an endless loop now, and no longer wanted.
    await until(() => !isAlive(first));
    const second = await at.preparing();
    expect(second).not.toBe(first);
    at.relent();
    const { room } = (await created) as { room: number };
    // Those who asked before the other client did have the room that was made for them.
    const numbers = await numbersOf(joins);
    const rooms = (await creator!.lobby.call('rooms')) as { room: number }[];
    expect(rooms.map(({ room }) => room).sort()).toEqual([...new Set([room, ...numbers])].sort());
    expect(numbers).toHaveLength(1);
    await until(() => !isAlive(first));
  });

  it('kill -9 of the primary leaves no process of the pool either', async () => {
    const at = await TestServer.start();
    const ada = await player(at.server);
    at.decree('wait');
    ada.join({ game: 'mapped' }).catch(() => {});
    const preparing = await at.preparing();
    await at.server.kill();
    await until(() => !isAlive(preparing));
  });

  it('a planned restart asks again as well, and a stop leaves no process of the pool', async () => {
    const at = await TestServer.start();
    const ada = await player(at.server);
    at.decree('wait');
    const joining = ada.join({ game: 'mapped' });
    const first = await at.preparing();
    process.kill(at.server.pid, 'SIGHUP');
    const second = await at.preparing();
    at.relent();
    await joining;
    await until(() => !isAlive(first));
    expect(isAlive(second)).toBe(true);
    // Not by `stop`, which kills what is left.
    process.kill(at.server.pid, 'SIGTERM');
    await until(() => !isAlive(at.server.pid));
    await until(() => !isAlive(second));
  });
});
