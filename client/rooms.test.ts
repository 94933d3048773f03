import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type FakeConnection,
  FakeServer,
  joined,
  minerKinds,
  minerState,
  rows,
  state,
} from './fake-server.ts';
import { type Client, connect, RejectedError, type RoomView, ServerError } from './index.ts';

let server: FakeServer;
let client: Client;
let connection: FakeConnection;
let room: RoomView;
const [miner] = minerKinds;

beforeEach(async () => {
  server = await FakeServer.listen();
  const opening = connect({ port: server.port, name: 'ada', unacknowledgedMax: 4 });
  connection = await server.accept();
  await connection.welcome();
  client = await opening;
  const joining = client.join({ game: 'goldrush' });
  const { request } = await connection.take('join');
  connection.send(joined({ request: request! }));
  room = await joining;
});

afterEach(async () => {
  client.destroy();
  await server[Symbol.asyncDispose]();
});

describe('join', () => {
  test('gives a view with what the server says of the room', () => {
    expect(room).toMatchObject({ number: 3, game: 'goldrush', kinds: minerKinds, avatarId: 1 });
    expect(room).toMatchObject({ about: { width: 64 }, tickMs: 50, viewRadius: 24 });
    expect(client.rooms).toEqual([room]);
  });

  test('answers are matched by request, not by order', async () => {
    const one = client.join({ room: 11 });
    const two = client.join({ game: 'connect-four' });
    const first = await connection.take('join');
    const second = await connection.take('join');
    expect([first.room, second.game]).toEqual([11, 'connect-four']);
    connection.send(joined({ room: 12, game: 'connect-four', request: second.request! }), {
      type: 'error',
      code: 'UNKNOWN_ROOM',
      text: 'No.',
      request: first.request!,
    });
    expect((await two).number).toBe(12);
    const error = await one.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ServerError);
    expect(error).toMatchObject({ code: 'UNKNOWN_ROOM' });
  });

  test('of a room that is joined already gives the same view', async () => {
    const again = client.join({ room: 3 });
    const { request } = await connection.take('join');
    connection.send(joined({ request: request! }));
    expect(await again).toBe(room);
  });

  test('leave is answered by left, after which nothing can be sent', async () => {
    const left = once(room, 'left');
    const leaving = room.leave();
    await connection.take('leave');
    connection.send({ type: 'left', room: 3, code: 'LEFT', text: 'Bye.' });
    await leaving;
    expect((await left)[0]).toEqual({ code: 'LEFT', text: 'Bye.' });
    expect(client.rooms).toEqual([]);
    expect(() => room.send('walk')).toThrow(expect.objectContaining({ code: 'NOT_IN_ROOM' }));
    await room.leave();
  });
});

describe('the mirror', () => {
  test('has the entities by id with their fields as properties', async () => {
    const changes: unknown[] = [];
    room.on('state', (change) => changes.push(change));
    connection.send(
      minerState(1, 10, 20),
      state({ tick: 2, entered: rows((w) => w.entered(1, minerKinds[1]!, 300, [5])) }),
      state({ tick: 3, changed: rows((w) => w.changed(0, miner!, 1, 0b10, [0, 21, ''])) }),
      state({ tick: 4, left: rows((w) => w.left(300)) }),
    );
    await expect.poll(() => room.tick).toBe(4);
    expect({ ...room.avatar }).toEqual({ kind: 'miner', id: 1, x: 10, y: 21, name: 'ada' });
    expect([...room.of('miner')]).toEqual([room.entities.get(1)]);
    expect([...room.of('gold'), ...room.of('nothing')]).toEqual([]);
    expect(changes.slice(-4)).toEqual([
      { tick: 1, reset: true, entered: [1], changed: [], left: [] },
      { tick: 2, reset: false, entered: [300], changed: [], left: [] },
      { tick: 3, reset: false, entered: [], changed: [1], left: [] },
      { tick: 4, reset: false, entered: [], changed: [], left: [300] },
    ]);
  });

  test('whose state does not fit the kinds is made true by a new connection', async () => {
    connection.send(state({ entered: Buffer.of(9, 9) }));
    const [error] = await once(client, 'disconnected');
    expect(error).toMatchObject({ code: 'BAD_STATE' });
    await (await server.accept()).welcome({ resumed: true });
  });
});

describe('commands and calls', () => {
  test('share one count for each room, from 1', async () => {
    expect([room.send('walk', 'n'), room.send('walk', 's')]).toEqual([1, 2]);
    void room.call('look').catch(() => {});
    expect(client.lobby.send('chat', 'hi')).toBe(1);
    expect(await connection.takeInputs(4)).toEqual([
      '3/1 walk',
      '3/2 walk',
      '3/3 look',
      '0/1 chat',
    ]);
  });

  test('of one turn of the event loop share a write', async () => {
    const before = connection.chunks;
    for (const step of ['n', 'e', 's', 'w']) room.send('walk', step);
    await connection.takeInputs(4);
    expect(connection.chunks).toBe(before + 1);
  });

  test('a state acknowledges commands, but a call waits for its result', async () => {
    room.send('walk');
    const call = room.call('dig', { deep: true });
    expect(room.unacknowledged).toBe(2);
    await connection.takeInputs(2);
    connection.send(state({ ack: 2 }));
    await expect.poll(() => room.ack).toBe(2);
    expect(room.unacknowledged).toBe(1);
    connection.send({ type: 'result', room: 3, seq: 2, value: { gold: 4 } });
    expect(await call).toEqual({ gold: 4 });
    expect(room.unacknowledged).toBe(0);
  });

  test('a rejected call rejects, a rejected command is an event', async () => {
    const rejected = once(room, 'rejected');
    const seq = room.send('fly');
    const call = room.call('swim');
    const no = { type: 'rejected' as const, room: 3, text: 'No.' };
    connection.send({ ...no, seq, code: 'UNKNOWN_COMMAND' }, { ...no, seq: 2, code: 'DRY' });
    expect((await rejected)[0]).toMatchObject({ seq: 1, room: 3, code: 'UNKNOWN_COMMAND' });
    const error = await call.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RejectedError);
    expect(error).toMatchObject({ code: 'DRY', seq: 2, message: 'No.' });
    expect(room.unacknowledged).toBe(0);
  });

  test('beyond unacknowledgedMax are refused, and use up no number', async () => {
    for (let i = 0; i < 4; i++) room.send('walk');
    expect(() => room.send('walk')).toThrow(expect.objectContaining({ code: 'OUTBOX_FULL' }));
    await expect(room.call('look')).rejects.toMatchObject({ code: 'OUTBOX_FULL' });
    connection.send(state({ ack: 2 }));
    await expect.poll(() => room.ack).toBe(2);
    expect(room.send('walk')).toBe(5);
  });

  test('that a server would not read are refused, and use up no number', () => {
    const bad = expect.objectContaining({ code: 'BAD_COMMAND' });
    expect(() => room.send('no spaces')).toThrow(bad);
    expect(() => room.send('walk', 'x'.repeat(20_000))).toThrow(bad);
    expect(room.send('walk')).toBe(1);
  });

  test('an answer acknowledges what came before it, also a result of a command', async () => {
    client.lobby.send('chat', 'one');
    client.lobby.send('chat', 'two');
    connection.send({ type: 'result', room: 0, seq: 2 });
    await expect.poll(() => client.lobby.unacknowledged).toBe(0);
    expect(client.lobby.ack).toBe(2);
  });

  test('events of rooms and of the lobby reach their listeners', async () => {
    const inRoom = once(room, 'event');
    const chat = once(client.lobby as RoomView, 'event');
    connection.send(
      { type: 'event', room: 3, name: 'hit', data: { by: 2 } },
      { type: 'event', room: 0, name: 'chat', data: { from: 'bob', text: 'hi' } },
    );
    expect(await inRoom).toEqual(['hit', { by: 2 }]);
    expect(await chat).toEqual(['chat', { from: 'bob', text: 'hi' }]);
  });
});
