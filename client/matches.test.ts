import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '../protocol/index.ts';
import { type FakeConnection, FakeServer, joined } from './fake-server.ts';
import { type Client, type ConnectOptions, connect, type RoomView } from './index.ts';

let server: FakeServer;
let client: Client;
let connection: FakeConnection;
/** Rooms that came without being wanted. */
let found: number[];

async function begin(options: Partial<ConnectOptions> = {}): Promise<void> {
  const opening = connect({ port: server.port, name: 'ada', random: () => 0, ...options });
  connection = await server.accept();
  await connection.welcome();
  client = await opening;
  found = [];
  client.on('room', ({ number }) => found.push(number));
}

async function reconnect(change: Partial<Message<'welcome'>>): Promise<void> {
  connection.socket.destroy();
  connection = await server.accept();
  await connection.welcome(change);
}

const place = (room: number) => joined({ room, game: 'duel' });
const answered = (seq: number): Message<'result'> => ({
  type: 'result',
  room: 0,
  seq,
  value: null,
});
/** What the promise came to: the room's number, or the error's code. */
const outcome = (match: Promise<RoomView>) =>
  match.then(
    ({ number }) => number,
    ({ code }) => code as string,
  );

beforeEach(async () => {
  server = await FakeServer.listen();
});

afterEach(async () => {
  client.destroy();
  await server[Symbol.asyncDispose]();
});

describe('A match', () => {
  test('is asked for in the lobby, and is the room that comes', async () => {
    await begin();
    const match = client.match('duel', { party: 'us', size: 2 });
    expect(await connection.take('call')).toMatchObject({
      room: 0,
      name: 'match',
      args: { game: 'duel', party: 'us', size: 2 },
    });
    connection.send(answered(1), joined({ room: 8, game: 'chess' }), place(9));
    expect(await match).toMatchObject({ number: 9, game: 'duel' });
    expect([found, client.rooms.length]).toEqual([[8], 2]);
  });

  test('may be refused', async () => {
    await begin();
    const match = outcome(client.match('duel'));
    connection.send({ type: 'rejected', room: 0, seq: 1, code: 'NO_MATCHES', text: 'No.' });
    expect(await match).toBe('NO_MATCHES');
  });

  test('that came to nothing fails as the server says', async () => {
    await begin();
    const match = outcome(client.match('duel'));
    const data = { game: 'duel', code: 'GAME_ERROR', text: 'No.' };
    connection.send(answered(1), { type: 'event', room: 0, name: 'unmatched', data });
    expect(await match).toBe('GAME_ERROR');
  });

  test('fails with the client', async () => {
    await begin();
    const match = outcome(client.match('duel'));
    client.destroy();
    expect(await match).toBe('CLOSED');
    expect(await outcome(client.match('duel'))).toBe('CLOSED');
  });
});

describe('A match that is made while there is no connection', () => {
  test('is the room that the session has then, and no older one', async () => {
    await begin();
    connection.send(place(4));
    await expect.poll(() => found).toEqual([4]);
    const match = client.match('duel');
    await connection.take('call');
    connection.send(answered(1));
    await reconnect({ resumed: true, rooms: [4, 5], lobbySeq: 1 });
    connection.send(place(4), place(5));
    expect((await match).number).toBe(5);
    expect(found).toEqual([4]);
  });

  test('is asked for again only where the server has not heard of it', async () => {
    await begin();
    const match = client.match('duel');
    await connection.take('call');
    await reconnect({ resumed: true, rooms: [], lobbySeq: 0 });
    expect(await connection.takeInputs(1)).toEqual(['0/1 match']);
    await reconnect({ resumed: true, rooms: [], lobbySeq: 1 });
    // It has been applied: this asks for the answer.
    expect(await connection.takeInputs(1)).toEqual(['0/1 match']);
    connection.send(answered(1), place(2));
    expect((await match).number).toBe(2);
  });
});

describe('A match that came to nothing while there was no connection', () => {
  test('fails when the session goes on, and another may be asked for', async () => {
    await begin();
    const match = outcome(client.match('duel'));
    await connection.take('call');
    connection.send(answered(1));
    await reconnect({ resumed: true, rooms: [], lobbySeq: 1 });
    const { name, args, seq } = await connection.take('call');
    expect([name, args]).toEqual(['matching', { game: 'duel' }]);
    const row = { game: 'duel', players: 2, waiting: 0, longestMs: null, waitedMs: null };
    connection.send({ type: 'result', room: 0, seq, value: [{ ...row, place: null }] });
    expect(await match).toBe('NOT_WAITING');
    const next = client.match('duel');
    expect((await connection.take('call')).name).toBe('match');
    connection.send(place(4));
    expect((await next).number).toBe(4);
  });

  test('is waited for where the server says that the session still waits', async () => {
    await begin();
    const match = client.match('duel');
    await connection.take('call');
    connection.send(answered(1));
    await reconnect({ resumed: true, rooms: [], lobbySeq: 1 });
    const { seq } = await connection.take('call');
    connection.send({ type: 'result', room: 0, seq, value: [{ place: 1 }] }, place(3));
    expect((await match).number).toBe(3);
  });
});

describe('With a session that is lost', () => {
  test.each([true, false])('a match is asked for again (known to wait: %s)', async (isWaiting) => {
    await begin();
    const match = client.match('duel');
    await connection.take('call');
    if (isWaiting) {
      const heard = new Promise((resolve) => client.lobby.once('event', resolve));
      connection.send(answered(1), { type: 'event', room: 0, name: 'chat', data: {} });
      await heard;
    }
    await reconnect({ resumed: false, session: 9 });
    expect(await connection.takeInputs(1)).toEqual(['0/1 match']);
    connection.send(answered(1), place(1));
    expect((await match).number).toBe(1);
  });

  test('a match fails where nothing is to be joined again', async () => {
    await begin({ rejoin: false });
    const match = outcome(client.match('duel'));
    await connection.take('call');
    await reconnect({ resumed: false, session: 9 });
    expect(await match).toBe('SESSION_LOST');
  });
});

describe('A match that is aborted', () => {
  test('is taken back', async () => {
    await begin();
    const controller = new AbortController();
    const match = outcome(client.match('duel', { signal: controller.signal }));
    await connection.take('call');
    controller.abort();
    expect(await match).toBe('ABORTED');
    expect(await connection.take('call')).toMatchObject({
      name: 'unmatch',
      args: { game: 'duel' },
    });
  });

  test('and made before the server has heard of it is left again', async () => {
    await begin();
    const controller = new AbortController();
    const match = outcome(client.match('duel', { signal: controller.signal }));
    await connection.take('call');
    controller.abort();
    await connection.take('call');
    connection.send(answered(1), place(9));
    expect((await connection.take('leave')).room).toBe(9);
    expect([await match, found]).toEqual(['ABORTED', []]);
  });

  test('when its room has come, but no state of it, is left again', async () => {
    await begin();
    connection.sendsStates = false;
    const controller = new AbortController();
    const match = outcome(client.match('duel', { signal: controller.signal }));
    await connection.take('call');
    connection.send(answered(1), place(9), { type: 'resumed', room: 9, seq: 0 });
    await expect.poll(() => client.rooms.length).toBe(1);
    controller.abort();
    expect((await connection.take('leave')).room).toBe(9);
    expect(await match).toBe('ABORTED');
  });

  describe('before another is wanted', () => {
    let first: Promise<number | string>;
    let second: Promise<number | string>;
    beforeEach(async () => {
      await begin();
      const controller = new AbortController();
      first = outcome(client.match('duel', { signal: controller.signal }));
      controller.abort();
      second = outcome(client.match('duel'));
      expect(await connection.takeInputs(2)).toEqual(['0/1 match', '0/2 unmatch']);
    });

    test('is taken back first', async () => {
      connection.send(answered(1), answered(2));
      expect(await connection.takeInputs(1)).toEqual(['0/3 match']);
      connection.send(answered(3), place(9));
      expect(await Promise.all([first, second])).toEqual(['ABORTED', 9]);
    });

    test('and made before the server has heard of it is not taken for the other', async () => {
      connection.send(answered(1), place(9));
      expect((await connection.take('leave')).room).toBe(9);
      expect(await connection.takeInputs(1)).toEqual(['0/3 match']);
      const code = 'NOT_WAITING';
      connection.send(
        { type: 'rejected', room: 0, seq: 2, code, text: '' },
        answered(3),
        place(10),
      );
      expect(await Promise.all([first, second])).toEqual(['ABORTED', 10]);
      expect(found).toEqual([]);
    });

    test('and made while there is no connection is not taken for the other', async () => {
      await reconnect({ resumed: true, rooms: [9], lobbySeq: 2 });
      connection.send(place(9), { type: 'resumed', room: 9, seq: 0 });
      expect(await connection.takeInputs(2)).toEqual(['0/1 match', '0/2 unmatch']);
      expect(await connection.takeInputs(1)).toEqual(['0/3 match']);
      expect((await connection.take('leave')).room).toBe(9);
      connection.send(answered(3), place(10));
      expect(await Promise.all([first, second])).toEqual(['ABORTED', 10]);
    });

    test('and that has failed leaves the other to be asked for', async () => {
      const data = { game: 'duel', code: 'GAME_ERROR', text: 'No.' };
      connection.send(answered(1), { type: 'event', room: 0, name: 'unmatched', data });
      expect(await connection.takeInputs(1)).toEqual(['0/3 match']);
      connection.send(answered(3), place(9));
      expect(await second).toBe(9);
    });

    test('ends with the client, and so does the other', async () => {
      client.destroy();
      expect(await Promise.all([first, second])).toEqual(['ABORTED', 'CLOSED']);
    });
  });

  test('before it was asked for is not asked for', async () => {
    await begin();
    expect(await outcome(client.match('duel', { signal: AbortSignal.abort() }))).toBe('ABORTED');
    client.lobby.send('online');
    expect(await connection.takeInputs(1)).toEqual(['0/1 online']);
  });
});

describe('With the session of another client', () => {
  test('a match is no room that this session has had', async () => {
    const opening = connect({ port: server.port, name: 'ada', token: 'secret' });
    connection = await server.accept();
    await connection.welcome({ resumed: true, rooms: [4] });
    client = await opening;
    const match = client.match('duel');
    connection.send(place(4), place(6));
    expect((await match).number).toBe(6);
  });
});
