// A coordinator that dies: rooms and sessions come back from what was written down.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ServerProcess } from '../load-test/server-process.ts';
import {
  killCoordinator,
  player,
  players,
  startServer,
  temporaryDirectory,
} from './test-server.ts';

/** Counts each player's and everyone's additions. */
const gameOf = (name: string) => `import { defineGame, Type } from 'holdfast/game';
  export default defineGame({
    name: '${name}', text: 'Counts.', ticksPerSecond: 20, playersMax: 100,
    entities: { score: { count: 'u32' } },
    state: () => ({ total: 0, doom: '' }),
    tick(room) {
      if (room.state.doom === 'die') process.kill(process.pid, 'SIGKILL');
    },
    join: (room) => room.entities.score.add({}),
    commands: {
      add: { args: Type.Object({}), run(room, player) {
        room.entities.score.get(player.avatar.id).count++;
        return ++room.state.total;
      } },
      counts: { args: Type.Object({}), run: (room, player) =>
        ({ own: room.entities.score.get(player.avatar.id).count, total: room.state.total, tick: room.tick }) },
      die: { args: Type.Object({}), run() { process.kill(process.pid, 'SIGKILL'); } },
      doom: { args: Type.Object({ how: Type.String() }), run(room, _player, { how }) {
        room.state.doom = how;
      } },
    },
  });`;

interface Counts {
  own: number;
  total: number;
  tick: number;
}

function start(data: string, ...args: string[]): Promise<ServerProcess> {
  const games = ['tally', 'other'].flatMap((name) => {
    const path = join(data, `${name}.ts`);
    writeFileSync(path, gameOf(name));
    return ['--game', path];
  });
  return startServer('--data', data, ...games, ...args);
}

describe('After kill -9 of the coordinator', () => {
  it('every command is applied exactly once, and nobody is disconnected', async () => {
    const server = await start(temporaryDirectory(), '--workers', '2', '--restarts-max', '1000');
    const clients = await players(server, 10);
    let losses = 0;
    for (const client of clients) client.on('disconnected', () => losses++);
    for (const client of clients) client.on('session', () => losses++);
    const rooms = await Promise.all(clients.map((client) => client.join({ game: 'tally' })));
    const sent = rooms.map(() => 0);
    const sending = setInterval(() => {
      rooms.forEach((room, i) => {
        room.send('add');
        sent[i]!++;
      });
    }, 15);
    const tickBefore = rooms[0]!.tick;
    for (let i = 0; i < 3; i++) {
      await killCoordinator(server);
      // An answer shows that the next one works.
      await rooms[0]!.call('counts');
    }
    clearInterval(sending);
    const counts = (await Promise.all(rooms.map((room) => room.call('counts')))) as Counts[];
    expect(counts.map(({ own }) => own)).toEqual(sent);
    // Asked once more, when everyone's last command has been applied.
    const { total } = (await rooms[0]!.call('counts')) as Counts;
    expect(total).toBe(sent.reduce((sum, n) => sum + n, 0));
    expect(counts[0]!.tick).toBeGreaterThan(tickBefore);
    expect(losses).toBe(0);
  });
});

describe('A room in which nothing happens', () => {
  it('stays as it is on a player’s screen when the coordinator is replaced', async () => {
    // A request to join that is so old has been answered.
    const server = await start(temporaryDirectory(), '--hang-ms', '1000', '--restarts-max', '1000');
    const client = await player(server);
    const room = await client.join({ game: 'tally' });
    const joinedAt = performance.now();
    const quietAt = (await room.call('counts')) as Counts;
    let seen = 0;
    for (const event of ['connected', 'disconnected'] as const) client.on(event, () => seen++);
    // A few ticks that change nothing, of which no worker is told.
    await expect.poll(() => performance.now() - joinedAt).toBeGreaterThan(2300);
    await killCoordinator(server);
    const { tick } = (await room.call('counts')) as Counts;
    expect(tick).toBeGreaterThan(quietAt.tick);
    expect(seen).toBe(0);
  });
});

describe('After kill -9 of everything', () => {
  it('a server on the same data has the same sessions and rooms', async () => {
    const data = temporaryDirectory();
    const first = await start(data, '--snapshot-ms', '300');
    const client = await player(first);
    const room = await client.join({ game: 'tally' });
    for (let i = 0; i < 30; i++) expect(await room.call('add')).toBe(i + 1);
    const { session } = client.welcome!;
    const again = new Promise((resolve) => client.once('connected', resolve));
    await first.kill();
    const second = await start(data, '--port', String(first.port));
    await again;
    expect(client.welcome).toMatchObject({ session, resumed: true });
    expect(await room.call('counts')).toMatchObject({ own: 30, total: 30 });
    expect(await second.stop()).toBe(0);
  });
});

describe('After a start of the server at which the files of a room are bad', () => {
  it('its player is told why he is in it no longer', async () => {
    const data = temporaryDirectory();
    const first = await start(data);
    const client = await player(first);
    const room = await client.join({ game: 'tally' });
    const left = new Promise((resolve) => room.once('left', resolve));
    await first.kill();
    const folder = join(data, 'rooms', String(room.number));
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), 'spoiled');
    await start(data, '--port', String(first.port));
    expect(await left).toMatchObject({ code: 'ROOM_LOST' });
  });
});

describe('After a stop', () => {
  it('everyone resumes in the same room at the same tick', async () => {
    const data = temporaryDirectory();
    const first = await start(data);
    const client = await player(first);
    const room = await client.join({ game: 'tally' });
    await room.call('add');
    const again = new Promise((resolve) => client.once('connected', resolve));
    const { tick } = room;
    await first.stop();
    await start(data, '--port', String(first.port));
    await again;
    const counts = (await room.call('counts')) as Counts;
    expect(counts).toMatchObject({ own: 1, total: 1 });
    expect(counts.tick).toBeGreaterThanOrEqual(tick);
  });

  it('the files of a room that has ended are kept with those of ended rooms, within the bounds', async () => {
    const data = temporaryDirectory();
    const server = await start(data, '--room-empty-ms', '100');
    const client = await player(server);
    const room = await client.join({ game: 'tally' });
    await room.leave();
    await expect.poll(() => readdirSync(join(data, 'rooms'))).toEqual([]);
    expect(readdirSync(join(data, 'ended'))).toEqual(['1']);
    await expect.poll(() => server.metrics()).toMatch(/^holdfast_rooms_kept(\{.*\})? 1$/m);
    await server.stop();
    await start(data, '--rooms-kept-hours', '0');
    await expect.poll(() => readdirSync(join(data, 'ended'))).toEqual([]);
  });
});

describe('A command that ends its process whenever it is applied', () => {
  it('is set aside alone, and its room goes on', async () => {
    const data = temporaryDirectory();
    const server = await start(data, '--workers', '1');
    const [ada, bob] = [await player(server), await player(server, 'bob')];
    const room = await ada.join({ game: 'tally' });
    const other = await bob.join({ game: 'tally' });
    for (const one of [room, other]) for (let i = 0; i < 5; i++) await one.call('add');
    const refused = new Promise((resolve) => room.once('rejected', resolve));
    room.send('add');
    room.send('die', { why: 'test' });
    room.send('add');
    other.send('add');
    expect(await refused).toMatchObject({ code: 'GAME_ERROR', seq: 7 });
    expect(await room.call('counts')).toMatchObject({ own: 7, total: 13 });
    expect(await other.call('counts')).toMatchObject({ own: 6, total: 13 });
    expect(readdirSync(join(data, 'rooms'))).toEqual(['1']);
    expect(server.log.find(({ msg }) => msg?.includes('set aside'))).toMatchObject({
      level: 'error',
      game: 'tally',
      room: 1,
      player: ada.welcome!.session,
      command: 'die',
      args: { why: 'test' },
    });
    // Whoever reads the folder later leaves it out, too.
    await killCoordinator(server);
    expect(await room.call('counts')).toMatchObject({ own: 7, total: 13 });
    expect(readdirSync(join(data, 'rooms'))).toEqual(['1']);
  });
});

describe('A room that ends its process by itself', () => {
  it('is quarantined, and no other', async () => {
    const data = temporaryDirectory();
    const server = await start(data, '--workers', '1');
    const [ada, bob] = [await player(server), await player(server, 'bob')];
    const room = await ada.join({ game: 'tally' });
    const other = await bob.join({ game: 'other' });
    await other.call('add');
    const left = new Promise((resolve) => room.once('left', resolve));
    room.call('doom', { how: 'die' }).catch(() => {});
    expect(await left).toMatchObject({ code: 'GAME_ERROR' });
    const names = readdirSync(join(data, 'rooms'));
    expect(names).toContain('1.quarantined-1');
    expect(names).toContain('2');
    expect(names).not.toContain('1');
    expect(await other.call('counts')).toMatchObject({ own: 1, total: 1 });
  });
});

describe('While the disk is full', () => {
  it('nothing is acknowledged, and all of it is there once when there is room again', async () => {
    const data = temporaryDirectory();
    const fault = join(data, 'fault');
    const args = ['--fault-disk', fault, '--snapshot-ms', '100', '--workers', '1'];
    const first = await start(data, ...args);
    const clients = await Promise.all(['a', 'b', 'c'].map((name) => player(first, name)));
    const rooms = await Promise.all(clients.map((client) => client.join({ game: 'tally' })));
    const before = await rooms[0]!.call('add');
    expect(before).toBe(1);
    let sent = 1;
    const sending = setInterval(() => {
      for (const room of rooms) room.send('add');
      sent += rooms.length;
    }, 40);
    onTestFinished(() => clearInterval(sending));
    writeFileSync(fault, 'full');
    const isSaid = () => first.log.some(({ msg }) => msg?.includes('acknowledged'));
    await expect.poll(isSaid).toBe(true);
    const answered = rooms.map(() => false);
    const calls = rooms.map(async (room, i) => {
      await room.call('add');
      answered[i] = true;
    });
    sent += rooms.length;
    const until = sent + 25 * rooms.length;
    await expect.poll(() => sent).toBeGreaterThan(until);
    expect(answered).toEqual([false, false, false]);
    rmSync(fault);
    await Promise.all(calls);
    clearInterval(sending);
    await Promise.all(rooms.map((room) => room.call('counts')));
    expect(await rooms[0]!.call('counts')).toMatchObject({ total: sent });
    const again = Promise.all(
      clients.map((client) => new Promise((resolve) => client.once('connected', resolve))),
    );
    await first.killAll();
    await start(data, ...args, '--port', String(first.port));
    await again;
    expect(await rooms[0]!.call('counts')).toMatchObject({ total: sent });
  });
});

describe('A coordinator that dies while the disk is full', () => {
  it('is started again until there is room, and its clients stay', async () => {
    const data = temporaryDirectory();
    const fault = join(data, 'fault');
    const server = await start(data, '--fault-disk', fault, '--workers', '1');
    const client = await player(server);
    const room = await client.join({ game: 'tally' });
    expect(await room.call('add')).toBe(1);
    let losses = 0;
    client.on('disconnected', () => losses++);
    writeFileSync(fault, 'full');
    await killCoordinator(server);
    const tries = () => server.log.filter(({ msg }) => msg?.startsWith('no coordinator can start'));
    await expect.poll(() => tries().length).toBeGreaterThan(2);
    expect(tries()[0]!.msg).toContain('the disk is full: free some space');
    rmSync(fault);
    expect(await room.call('add')).toBe(2);
    expect(losses).toBe(0);
  });
});

describe('Two servers', () => {
  it('do not write to the same directory', async () => {
    const data = temporaryDirectory();
    const server = await start(data);
    await expect(start(data)).rejects.toThrow(`another server (process ${server.pid}) uses it`);
  });
});
