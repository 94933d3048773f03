import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeBinary, type Message } from '../protocol/index.ts';
import {
  type FakeConnection,
  FakeServer,
  joined,
  minerState,
  state,
  welcome,
} from './fake-server.ts';
import { type Client, type ConnectOptions, connect, type RoomView } from './index.ts';

let server: FakeServer;
let client: Client;
let connection: FakeConnection;
let room: RoomView;

async function begin(options: Partial<ConnectOptions> = {}): Promise<void> {
  const opening = connect({ port: server.port, name: 'ada', random: () => 0, ...options });
  connection = await server.accept();
  await connection.welcome();
  client = await opening;
  const joining = client.join({ game: 'goldrush' });
  const { request } = await connection.take('join');
  connection.send(joined({ request: request! }), minerState(1, 10, 20));
  room = await joining;
}

/** Cuts the connection and gives the next one, welcomed. */
async function reconnect(change: Partial<Message<'welcome'>>): Promise<Message<'hello'>> {
  connection.socket.destroy();
  connection = await server.accept();
  return connection.welcome(change);
}

const resumed = (seq: number, number = 3): Message<'resumed'> => ({
  type: 'resumed',
  room: number,
  seq,
});
const resume = (lobbySeq = 0) => reconnect({ resumed: true, rooms: [3], lobbySeq });

beforeEach(async () => {
  server = await FakeServer.listen();
});

afterEach(async () => {
  client.destroy();
  await server[Symbol.asyncDispose]();
});

describe('a lost connection', () => {
  test('is made again with the token, at once, and said so', async () => {
    await begin();
    const told: unknown[] = [];
    client.on('disconnected', ({ code }) => told.push(code));
    client.on('reconnecting', ({ attempt, delayMs }) => told.push([attempt, delayMs]));
    client.on('connected', (welcome) => told.push(welcome.worker));
    const hello = await reconnect({ resumed: true, rooms: [3], worker: 2 });
    expect(hello.token).toBe('secret');
    await expect.poll(() => told).toEqual(['CONNECTION_LOST', [1, 0], 2]);
  });

  test('what is newer than resumed is sent again in order, and nothing else', async () => {
    await begin();
    for (const step of ['a', 'b', 'c', 'd']) room.send(step);
    client.lobby.send('one');
    client.lobby.send('two');
    await connection.takeInputs(6);
    connection.send(state({ ack: 1 }));
    await expect.poll(() => room.ack).toBe(1);
    const opened = resume(1);
    room.send('e');
    await opened;
    expect(await connection.takeInputs(1)).toEqual(['0/2 two']);
    connection.send(joined(), resumed(3));
    expect(await connection.takeInputs(2)).toEqual(['3/4 d', '3/5 e']);
    expect(room.ack).toBe(3);
    expect(room.send('f')).toBe(6);
    expect(await connection.takeInputs(1)).toEqual(['3/6 f']);
  });

  test('a call whose result is missing is sent again although it was applied', async () => {
    await begin();
    const call = room.call('dig');
    room.send('walk');
    await connection.takeInputs(2);
    await resume();
    connection.send(joined(), resumed(2));
    expect(await connection.takeInputs(1)).toEqual(['3/1 dig']);
    connection.send({ type: 'result', room: 3, seq: 1, value: 5 });
    expect(await call).toBe(5);
  });

  test('the view and its entities stay the same objects', async () => {
    await begin();
    await expect.poll(() => room.avatar?.x).toBe(10);
    const { avatar } = room;
    await resume();
    connection.send(joined(), resumed(0), minerState(1, 11, 20));
    await expect.poll(() => avatar?.x).toBe(11);
    expect(room.avatar).toBe(avatar);
    expect(client.rooms).toEqual([room]);
  });

  test('a room that the session no longer has is left', async () => {
    await begin();
    const left = once(room, 'left');
    const call = room.call('dig');
    call.catch(() => {});
    await reconnect({ resumed: true, rooms: [] });
    expect((await left)[0]).toMatchObject({ code: 'NOT_IN_ROOM' });
    await expect(call).rejects.toMatchObject({ code: 'NOT_IN_ROOM' });
  });

  test('a room that went meanwhile is left with the reason that the server gives', async () => {
    await begin();
    const left = once(room, 'left');
    connection.socket.destroy();
    const next = await server.accept();
    await next.take('hello');
    const reason = { code: 'ROOM_LOST', text: 'It could not be read.' };
    next.send({ type: 'left', room: 3, ...reason }, welcome({ resumed: true, rooms: [] }));
    expect((await left)[0]).toEqual(reason);
  });

  test('a join without answer is sent again, unless the room came with the session', async () => {
    await begin();
    const one = client.join({ game: 'connect-four' });
    const two = client.join({ room: 9 });
    await connection.take('join');
    await connection.take('join');
    await reconnect({ resumed: true, rooms: [3, 5] });
    connection.send(joined(), resumed(0));
    connection.send(joined({ room: 5, game: 'connect-four' }), resumed(0, 5));
    expect((await one).number).toBe(5);
    const { request, room: asked } = await connection.take('join');
    expect(asked).toBe(9);
    connection.send(joined({ room: 9, request: request! }));
    expect((await two).number).toBe(9);
  });

  test.each(['is answered', 'has its answer lost'])(
    'a room whose leave %s, and that comes back with the session, is left again',
    async (how) => {
      await begin();
      const found: unknown[] = [];
      client.on('room', (view) => found.push(view));
      const leaving = room.leave();
      await connection.take('leave');
      if (how === 'is answered') connection.send({ type: 'left', room: 3, code: 'LEFT', text: '' });
      else await reconnect({ resumed: true, rooms: [] });
      await leaving;
      await resume();
      connection.send(joined(), resumed(0), minerState(1, 10, 20));
      expect((await connection.take('leave')).room).toBe(3);
      const again = client.join({ room: 3 });
      const { request } = await connection.take('join');
      connection.send(joined({ request: request! }));
      expect((await again).number).toBe(3);
      expect(found).toEqual([]);
    },
  );

  test('a leave without an answer is sent again, after the commands before it', async () => {
    await begin();
    room.send('drop');
    const leaving = room.leave();
    await connection.takeInputs(1);
    await connection.take('leave');
    await resume();
    connection.send(joined(), resumed(0));
    expect(await connection.takeInputs(1)).toEqual(['3/1 drop']);
    await connection.take('leave');
    connection.send({ type: 'left', room: 3, code: 'LEFT', text: 'Bye.' });
    await leaving;
  });

  test('bye says how long to wait, and why', async () => {
    await begin();
    const waits = once(client, 'reconnecting');
    connection.send({ type: 'bye', code: 'SERVER_STOPPING', text: 'Soon.', retryMs: 30 });
    const before = performance.now();
    await resume();
    expect(performance.now() - before).toBeGreaterThan(25);
    expect((await waits)[0]).toMatchObject({ delayMs: 30, error: { code: 'SERVER_STOPPING' } });
  });

  test('a server that falls silent is left, and found again', async () => {
    await begin({ pingMs: 10 });
    connection.answersPings = false;
    const [error] = await once(client, 'disconnected');
    expect(error).toMatchObject({ code: 'SERVER_SILENT' });
    await (await server.accept()).welcome({ resumed: true, rooms: [3] });
  });
});

describe('again in the middle of a connection', () => {
  test('is answered by hello with the token, and then all goes on', async () => {
    await begin();
    room.send('a');
    await connection.takeInputs(1);
    connection.send({ type: 'again' });
    expect(await connection.welcome({ resumed: true, rooms: [3] })).toMatchObject({
      token: 'secret',
    });
    connection.send(joined({ room: 3 }), resumed(0));
    expect(await connection.takeInputs(1)).toEqual(['3/1 a']);
  });
});

describe('a join without an answer', () => {
  test('is sent again where the room that took it in gives no place after all', async () => {
    await begin();
    const joining = client
      .join({ game: 'picky' })
      .catch(({ code }: Error & { code: string }) => code);
    await connection.take('join');
    await reconnect({ resumed: true, rooms: [3, 7] });
    const left = { type: 'left', room: 7, code: 'TEAM_FULL', text: 'No.' } as const;
    connection.send(joined(), resumed(0), left);
    const { request, game } = await connection.take('join');
    expect(game).toBe('picky');
    connection.send({ type: 'error', code: 'TEAM_FULL', text: 'No.', request: request! });
    expect(await joining).toBe('TEAM_FULL');
  });
});

describe('resumed in the middle of a connection', () => {
  test('sends again what is newer', async () => {
    await begin();
    for (const step of ['a', 'b', 'c']) room.send(step);
    await connection.takeInputs(3);
    connection.send(resumed(1));
    expect(await connection.takeInputs(2)).toEqual(['3/2 b', '3/3 c']);
    connection.send(resumed(2));
    expect(await connection.takeInputs(1)).toEqual(['3/3 c']);
  });

  test('asks again for a place, as the join may be lost with a worker', async () => {
    await begin();
    const joining = client.join({ game: 'connect-four' });
    const first = await connection.take('join');
    connection.send(resumed(0, 0));
    expect(await connection.take('join')).toEqual(first);
    const answer = joined({ room: 5, game: 'connect-four', request: first.request! });
    connection.send(answer, resumed(0, 5), answer, resumed(0, 5));
    expect((await joining).number).toBe(5);
    expect(client.rooms.length).toBe(2);
  });

  test('many times for one gap does not send everything again each time', async () => {
    await begin();
    for (const step of ['a', 'b', 'c', 'd']) room.send(step);
    await connection.takeInputs(4);
    connection.send(resumed(0), resumed(0), resumed(0), resumed(0), state({ ack: 3 }));
    expect(await connection.takeInputs(4)).toEqual(['3/1 a', '3/2 b', '3/3 c', '3/4 d']);
    room.send('e');
    expect(await connection.takeInputs(2)).toEqual(['3/4 d', '3/5 e']);
  });

  test('follows half a frame and a delimiter of a dead worker: only the half is lost', async () => {
    await begin();
    room.send('a');
    room.send('b');
    await connection.takeInputs(2);
    const warned = once(client, 'warning');
    const whole = encodeBinary(minerState(1, 50, 50));
    connection.socket.write(whole.subarray(0, whole.length - 5));
    connection.socket.write(Buffer.of(0));
    connection.send(resumed(1), minerState(1, 12, 13));
    expect((await warned)[0]).toMatchObject({ code: 'BAD_FRAME' });
    expect(await connection.takeInputs(1)).toEqual(['3/2 b']);
    await expect.poll(() => room.avatar).toMatchObject({ x: 12, y: 13 });
  });

  test('from a server that forgot what it acknowledged, gives what waits its numbers', async () => {
    await begin();
    for (const step of ['a', 'b', 'c']) room.send(step);
    await connection.takeInputs(3);
    connection.send(state({ ack: 2 }));
    await expect.poll(() => room.ack).toBe(2);
    connection.send(resumed(0));
    expect(await connection.takeInputs(1)).toEqual(['3/1 c']);
    expect(room.send('d')).toBe(2);
  });
});

describe('a lost session', () => {
  test('fails calls, is told, and the games are joined again and counted from 1', async () => {
    await begin();
    const call = room.call('dig');
    const chat = client.lobby.call('chat');
    for (const lost of [call, chat]) lost.catch(() => {});
    room.send('old');
    const session = once(client, 'session');
    await reconnect({ session: 8, token: 'other' });
    expect((await session)[0]).toEqual({ session: 8, lost: true });
    await expect(call).rejects.toMatchObject({ code: 'SESSION_LOST' });
    await expect(chat).rejects.toMatchObject({ code: 'SESSION_LOST' });
    const { game, request } = await connection.take('join');
    expect(game).toBe('goldrush');
    expect(room.send('new')).toBe(1);
    const rejoined = once(room, 'rejoined');
    connection.send(joined({ room: 4, avatar: 2, request: request! }));
    await rejoined;
    expect(room).toMatchObject({ number: 4, avatarId: 2 });
    expect(client.rooms).toEqual([room]);
    expect(await connection.takeInputs(1)).toEqual(['4/1 new']);
    expect(client.lobby.send('chat')).toBe(1);
    expect(client.token).toBe('other');
  });

  test('without rejoin ends the views', async () => {
    await begin({ rejoin: false });
    const left = once(room, 'left');
    await reconnect({ session: 8 });
    expect((await left)[0]).toMatchObject({ code: 'SESSION_LOST' });
    expect(client.rooms).toEqual([]);
  });

  test('ends a view whose game cannot be joined again', async () => {
    await begin();
    const left = once(room, 'left');
    await reconnect({ session: 8 });
    const { request } = await connection.take('join');
    connection.send({ type: 'error', code: 'ROOMS_LIMIT', text: 'Full.', request: request! });
    expect((await left)[0]).toEqual({ code: 'ROOMS_LIMIT', text: 'Full.' });
  });
});

describe('a session of an earlier client', () => {
  test('brings its rooms, and numbers go on behind those that it used', async () => {
    const opening = connect({ port: server.port, name: 'ada', token: 'secret' });
    connection = await server.accept();
    await connection.welcome({ resumed: true, rooms: [3], lobbySeq: 6 });
    client = await opening;
    expect(client.lobby.send('chat')).toBe(7);
    const found = once(client, 'room');
    connection.send(joined());
    [room] = await found;
    room.send('walk');
    connection.send(resumed(41));
    expect(await connection.takeInputs(2)).toEqual(['0/7 chat', '3/42 walk']);
  });
});
