// What the server fails on each time is not asked for without end.
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FAILURES_MAX } from './errors.ts';
import { type FakeConnection, FakeServer, joined, welcome } from './fake-server.ts';
import { type Client, connect, type RoomView } from './index.ts';

let server: FakeServer;
let client: Client;
let connection: FakeConnection;
let room: RoomView;

beforeEach(async () => {
  server = await FakeServer.listen();
  const opening = connect({ port: server.port, name: 'ada', reconnectMsMax: 10 });
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

/** The server resumes the session on the connection: of room 3 it has applied everything up to `seq`. */
function resume(seq: number): void {
  connection.send(joined(), { type: 'resumed', room: 3, seq });
}

/** The server fails on the connection, and the client comes back on another. */
async function failAndResume(seq: number, code = 'INTERNAL'): Promise<void> {
  connection.send({ type: 'error', code, text: 'Failed.' });
  connection.socket.end();
  connection = await server.accept();
  await connection.welcome({ resumed: true, rooms: [3] });
  resume(seq);
}

const text = expect.stringContaining('not known');

describe('A command on which the server fails each time', () => {
  test('is given up, its number is used by one that rooms refuse, and the next ones go on', async () => {
    const rejected = once(room, 'rejected');
    room.send('poison');
    const answer = room.call('audit');
    for (let i = 1; i < FAILURES_MAX; i++) {
      expect(await connection.takeInputs(2)).toEqual(['3/1 poison', '3/2 audit']);
      await failAndResume(0);
    }
    await connection.takeInputs(2);
    await failAndResume(0);
    expect((await rejected)[0]).toMatchObject({ code: 'GIVEN_UP', seq: 1, message: text });
    expect(await connection.takeInputs(2)).toEqual(['3/1 given-up', '3/2 audit']);
    let others = 0;
    room.on('rejected', () => others++);
    connection.send(
      { type: 'rejected', room: 3, seq: 1, code: 'UNKNOWN_COMMAND', text: 'No.' },
      { type: 'result', room: 3, seq: 2, value: 7 },
    );
    expect([await answer, others]).toEqual([7, 0]);
  });

  test('is given up where processes die of it while the connection stays', async () => {
    const answer = room.call('poison').catch((error: unknown) => error);
    for (let i = 0; i < FAILURES_MAX; i++) {
      expect(await connection.takeInputs(1)).toEqual(['3/1 poison']);
      connection.send(welcome({ resumed: true, rooms: [3], worker: 2, pauseMs: 20 }));
      resume(0);
    }
    expect(await answer).toMatchObject({ code: 'GIVEN_UP', message: text });
    expect(await connection.takeInputs(1)).toEqual(['3/1 given-up']);
  });

  test('gives way to the next one, where that is the cause', async () => {
    const answers = ['innocent', 'poison'].map((name) => room.call(name).catch(({ code }) => code));
    for (let i = 0; i < 2 * FAILURES_MAX; i++) {
      await connection.takeInputs(2);
      await failAndResume(0);
    }
    expect(await Promise.all(answers)).toEqual(['GIVEN_UP', 'GIVEN_UP']);
    expect(await connection.takeInputs(2)).toEqual(['3/1 given-up', '3/2 given-up']);
  });
});

describe('A command that is not at fault', () => {
  test('is sent again however often the network loses the connection', async () => {
    const answer = room.call('walk');
    for (let i = 0; i < 2 * FAILURES_MAX; i++) {
      expect(await connection.takeInputs(1)).toEqual(['3/1 walk']);
      await failAndResume(0, 'SERVER_UNAVAILABLE');
    }
    await connection.takeInputs(1);
    connection.send({ type: 'result', room: 3, seq: 1, value: 1 });
    expect(await answer).toBe(1);
  });

  test('counts from its own first failure: those before it were answered', async () => {
    for (let seq = 1; seq <= 2 * FAILURES_MAX; seq++) {
      const answer = room.call('walk');
      expect(await connection.takeInputs(1)).toEqual([`3/${seq} walk`]);
      await failAndResume(seq - 1);
      await connection.takeInputs(1);
      connection.send({ type: 'result', room: 3, seq, value: seq });
      expect(await answer).toBe(seq);
    }
  });
});

test('A join on which the server fails each time is given up', async () => {
  const joining = client.join({ game: 'poison' }).catch((error: unknown) => error);
  for (let i = 0; i < FAILURES_MAX; i++) {
    await connection.take('join');
    await failAndResume(0);
  }
  expect(await joining).toMatchObject({ code: 'GIVEN_UP' });
  expect(client.rooms).toEqual([room]);
});
