// What comes right behind an answer: the program that waited for the answer hears it.
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FakeConnection, FakeServer, joined, minerState, welcome } from './fake-server.ts';
import { type Client, connect, type RoomView } from './index.ts';
import { KEPT_MAX, KEPT_MS } from './kept-events.ts';

const event = (n: number, room = 3) => ({ type: 'event', room, name: 'n', data: n }) as const;
const left = { type: 'left', room: 3, code: 'ROOM_ENDED', text: 'Over.' } as const;
const numbers = (heard: readonly unknown[][]) => heard.map(([, n]) => n);

let server: FakeServer;
let client: Client;
let connection: FakeConnection;
beforeEach(async () => {
  server = await FakeServer.listen();
  const opening = connect({ port: server.port, name: 'ada' });
  connection = await server.accept();
  await connection.welcome();
  client = await opening;
});
afterEach(async () => {
  vi.restoreAllMocks();
  client.destroy();
  await server[Symbol.asyncDispose]();
});

/** Joins; `sent` comes in one piece with the answer. */
async function join(...sent: Parameters<FakeConnection['send']>): Promise<RoomView> {
  const joining = client.join({ game: 'goldrush' });
  const { request } = await connection.take('join');
  connection.send(joined({ request: request! }), ...sent);
  return joining;
}

/** What the room says, in order. */
function listen(room: RoomView): unknown[][] {
  const heard: unknown[][] = [];
  room.on('state', () => heard.push(['state', room.avatar?.x]));
  room.on('event', (name, data) => heard.push([name, data]));
  room.on('left', ({ code }) => heard.push(['left', code]));
  return heard;
}

describe('A program that waits for join, and then listens', () => {
  test('hears all that came with the answer, in order and once', async () => {
    const room = await join(event(1), minerState(1, 5, 6), event(2));
    const heard = listen(room);
    connection.send(event(3), left);
    await once(room, 'left');
    expect(heard).toEqual([
      ['n', 1],
      ['state', 5],
      ['n', 2],
      ['n', 3],
      ['left', 'ROOM_ENDED'],
    ]);
  });

  test('finds tick, avatar and entities at once, however late the first state comes', async () => {
    connection.sendsStates = false;
    const joining = join(event(1));
    let isJoined = false;
    void joining.then(() => {
      isJoined = true;
    });
    await expect.poll(() => client.rooms.length).toBe(1);
    expect(isJoined).toBe(false);
    connection.send(minerState(1, 5, 6), event(2));
    const room = await joining;
    expect([room.tick, room.avatar?.x, room.entities.size]).toEqual([1, 5, 1]);
    const heard = listen(room);
    await expect.poll(() => heard.length).toBe(3);
    expect(heard).toEqual([
      ['n', 1],
      ['state', 5],
      ['n', 2],
    ]);
  });

  test('has the room also where the place is gone before the first state', async () => {
    connection.sendsStates = false;
    const room = await join(left);
    const heard = listen(room);
    await once(room, 'left');
    expect([room.avatar, heard]).toEqual([undefined, [['left', 'ROOM_ENDED']]]);
  });

  test('is told of the end of the client that comes before the first state', async () => {
    connection.sendsStates = false;
    const joining = join();
    await expect.poll(() => client.rooms.length).toBe(1);
    client.on('error', () => {});
    client.destroy(new Error('That was all.'));
    await expect(joining).rejects.toThrow('That was all.');
  });

  test('hears the events also where it does something else first', async () => {
    const room = await join(event(1), minerState(1, 5, 6), event(2), left);
    await expect.poll(() => client.rooms).toEqual([]);
    const heard = listen(room);
    await once(room, 'left');
    expect(heard).toEqual([
      ['n', 1],
      ['n', 2],
      ['left', 'ROOM_ENDED'],
    ]);
  });

  test('hears them before those that come while it listens', async () => {
    const room = await join(event(1), minerState(1, 5, 6), event(2));
    const heard: unknown[][] = [];
    room.once('state', () => room.on('event', (name, data) => heard.push([name, data])));
    await expect.poll(() => numbers(heard)).toEqual([1, 2]);
  });

  test('hears the newest of very many, and none that is old', async () => {
    const many = Array.from({ length: KEPT_MAX + 5 }, (_, n) => event(n));
    const room = await join(minerState(1, 5, 6), ...many, minerState(1, 7, 8));
    await expect.poll(() => room.avatar?.x).toBe(7);
    const heard = listen(room);
    await expect.poll(() => heard.length).toBe(KEPT_MAX);
    expect(numbers(heard).slice(0, 2)).toEqual([5, 6]);
  });

  test('hears no event that is older than ten seconds, and yet that its place is gone', async () => {
    const room = await join(minerState(1, 5, 6), event(1), left);
    await expect.poll(() => client.rooms).toEqual([]);
    const now = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => now + KEPT_MS);
    const heard = listen(room);
    await once(room, 'left');
    expect(heard).toEqual([['left', 'ROOM_ENDED']]);
  });
});

describe('A program that waits for connect, and then listens', () => {
  test('hears what the lobby said with the welcome, and of the rooms that it is in', async () => {
    const opening = connect({ port: server.port, name: 'ada', token: 'old' });
    const next = await server.accept();
    await next.take('hello');
    const account = { type: 'account', key: 'k'.repeat(22) } as const;
    next.send(welcome({ resumed: true, rooms: [3] }), account, event(1, 0), joined(), event(2));
    await using later = await opening;
    const heard: unknown[] = [];
    later.on('account', () => heard.push('account'));
    later.lobby.on('event', (_, n) => heard.push(n));
    later.on('room', (room) => room.on('event', (_, n) => heard.push(n)));
    await expect.poll(() => heard).toEqual(['account', 1, 2]);
    later.destroy();
  });
});

describe('A program that waits for a match, and then listens', () => {
  test('hears all that came with the room', async () => {
    const matching = client.match('goldrush');
    const { seq } = await connection.take('call');
    connection.send({ type: 'result', room: 0, seq }, joined(), event(1), minerState(1, 5, 6));
    const heard = listen(await matching);
    await expect
      .poll(() => heard)
      .toEqual([
        ['n', 1],
        ['state', 5],
      ]);
  });
});

describe('Events that came before a connection was lost', () => {
  test('are heard before the loss', async () => {
    const heard: unknown[] = [];
    client.once('disconnected', () => heard.push('disconnected'));
    const joining = join(event(1));
    const room = await joining;
    room.on('event', (_, n) => heard.push(n));
    connection.socket.end();
    await expect.poll(() => heard).toEqual([1, 'disconnected']);
  });
});

describe('An avatar', () => {
  test('changes with the state that has it, and is told right before that', async () => {
    const room = await join(minerState(1, 5, 6));
    const heard: unknown[][] = [];
    room.on('avatar', (avatar) => heard.push(['avatar', avatar?.id, room.avatarId]));
    room.on('state', () => heard.push(['state', room.avatar?.x]));
    connection.send({ type: 'avatar', room: 3, avatar: 9 });
    connection.send(event(1), minerState(9, 7, 8), minerState(9, 7, 8));
    await expect.poll(() => heard.length).toBe(4);
    expect(heard).toEqual([
      ['state', 5],
      ['avatar', 9, 9],
      ['state', 7],
      ['state', 7],
    ]);
    connection.send({ type: 'avatar', room: 3, avatar: 0 }, minerState(9, 7, 8));
    await expect
      .poll(() => heard.slice(4))
      .toEqual([
        ['avatar', undefined, 0],
        ['state', undefined],
      ]);
  });

  test('that changed while the client was away is told with the first state', async () => {
    const room = await join(minerState(1, 5, 6));
    const heard: unknown[][] = [];
    room.on('avatar', (avatar) => heard.push(['avatar', avatar?.id]));
    await expect.poll(() => room.avatar?.x).toBe(5);
    const again = welcome({ resumed: true, rooms: [3], pauseMs: 20 });
    const resumed = { type: 'resumed', room: 3, seq: 0 } as const;
    connection.send(again, joined({ avatar: 9 }), resumed, minerState(9, 7, 8));
    await expect.poll(() => heard).toEqual([['avatar', 9]]);
    expect(room.avatar?.x).toBe(7);
  });
});
