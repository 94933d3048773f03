// What bad input gets, from real processes over real sockets, while others go on playing.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Client, connect, LinkState, type RoomView } from '../client/index.ts';
import { ServerProcess } from '../load-test/server-process.ts';
import { frameOf } from '../protocol/index.ts';
import { RawClient } from './test-raw-client.ts';
import { workersOf } from './test-server.ts';

const ZERO = Buffer.of(0);
const HANDSHAKE_MS = 800;

let server: ServerProcess;
let pids: number[];
/** Somebody else, who is playing all the time. */
let witness: Client;
let game: RoomView;
const clients: RawClient[] = [];

const raw = (allowHalfOpen = false): RawClient => {
  const client = new RawClient(server.port, allowHalfOpen);
  clients.push(client);
  return client;
};

const pidsOf = async (): Promise<number[]> =>
  (await server.processes()).map(({ pid }) => pid).sort();

const connections = async (): Promise<number> =>
  (await workersOf(server)).reduce((sum, { clients }) => sum + clients, 0);

/** Joins Goldrush as JSON lines and gives the room's number. */
async function joined(client: RawClient): Promise<number> {
  client.hello().send({ type: 'join', game: 'goldrush' });
  return (await client.message('joined')).room as number;
}

beforeAll(async () => {
  server = await ServerProcess.start({
    args: [
      ...['--workers', '2', '--connections-per-address-max', '3000'],
      ...['--handshake-ms', String(HANDSHAKE_MS), '--idle-ms', '5000'],
    ],
  });
  pids = await pidsOf();
  witness = await connect({ port: server.port, name: 'witness' });
  game = await witness.join({ game: 'goldrush' });
});

afterAll(async () => {
  await witness.close();
  expect(await server.stop()).toBe(0);
});

let tickBefore: number;
let timeBefore: number;

beforeEach(() => {
  tickBefore = game.tick;
  timeBefore = performance.now();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client[Symbol.dispose]();
  // The witness knows a tick no older than a second, since a quiet room sends a frame a second.
  const ticks = game.tick - tickBefore;
  const expected = ((performance.now() - timeBefore - 1500) / 1000) * 20;
  expect(ticks).toBeGreaterThan(expected * 0.9);
  expect(witness.state).toBe(LinkState.Ready);
  expect(await pidsOf()).toEqual(pids);
});

describe('A connection that is not of this protocol', () => {
  it('gets one line that says what this port speaks', async () => {
    const client = raw().send('random garbage\n');
    await client.closed();
    expect(client.text).toMatch(/^This port speaks the Holdfast game protocol.*\n$/);
  });

  it('gets the same for HTTP', async () => {
    const client = raw().send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.closed();
    expect(client.text).toMatch(/^This port speaks the Holdfast game protocol.*\n$/);
  });

  it('is told that there is no TLS', async () => {
    const client = raw().send(Buffer.from('160301020001000001fc0303', 'hex'));
    await client.closed();
    expect(client.text).toContain('no TLS certificate');
  });
});

describe('A frame', () => {
  it('of too many bytes is refused before it has ended, in JSON lines', async () => {
    const client = raw().send(`{"type":"hello","name":"${'x'.repeat(20_000)}`);
    await client.closed();
    expect(client.messages).toMatchObject([{ type: 'error', code: 'FRAME_TOO_LARGE' }]);
  });

  it('of too many bytes is refused before it has ended, in binary', async () => {
    const client = raw().send(ZERO, Buffer.alloc(20_000, 1));
    await client.closed();
    expect(client.received.includes('FRAME_TOO_LARGE')).toBe(true);
  });

  it('that is half is waited for until the time for hello is over', async () => {
    const client = raw().send('{"type":"hel');
    await client.closed();
    expect(client.messages).toMatchObject([{ type: 'error', code: 'HANDSHAKE_TIMEOUT' }]);
    expect(performance.now() - timeBefore).toBeGreaterThan(HANDSHAKE_MS);
  });

  it('that is not msgpack costs its sender the connection', async () => {
    const client = raw().send(ZERO, frameOf(Buffer.from('c1c1c1', 'hex')));
    await client.closed();
    expect(client.received.includes('BAD_FRAME')).toBe(true);
  });

  it('that would build something other than plain values is refused', async () => {
    const record = Buffer.from('92019401d4720a93a161a162a163', 'hex');
    const client = raw().send(ZERO, frameOf(record));
    await client.closed();
    expect(client.received.includes('BAD_FRAME')).toBe(true);
  });

  it('that is no JSON costs its sender the connection', async () => {
    const client = raw().send('{"type":hello}\n');
    await client.closed();
    expect(client.messages).toMatchObject([{ type: 'error', code: 'BAD_FRAME' }]);
  });
});

describe('A message', () => {
  it.each([
    ['before hello', [{ type: 'ping', time: 1 }], 'HELLO_FIRST'],
    ['of an unknown type', [{ type: 'dance' }], 'UNKNOWN_MESSAGE'],
    ['that only servers send', [{ type: 'welcome' }], 'UNKNOWN_MESSAGE'],
    ['with a wrong type', [{ type: 'hello', protocol: '1', name: 'a' }], 'BAD_MESSAGE'],
    ['without a field', [{ type: 'hello', protocol: 1 }], 'BAD_MESSAGE'],
    ['with a field too many', [{ type: 'hello', protocol: 1, name: 'a', x: 1 }], 'BAD_MESSAGE'],
    ['of another version', [{ type: 'hello', protocol: 9, name: 'a' }], 'PROTOCOL_VERSION'],
  ])('%s gets its code and a sentence', async (_title, messages, code) => {
    const client = raw().send(...messages);
    await client.closed();
    const text = expect.stringMatching(/^\w+ .* \w+/);
    expect(client.messages).toMatchObject([{ type: 'error', code, text }]);
  });

  it('hello is taken once', async () => {
    const client = raw().hello().hello();
    await client.closed();
    expect(client.messages.at(-1)).toMatchObject({ type: 'error', code: 'HELLO_TWICE' });
  });

  it('join is told of an unknown game or room, and the connection stays', async () => {
    const client = raw()
      .hello()
      .send({ type: 'join', game: 'chess', request: 7 }, { type: 'join', room: 999, request: 8 });
    const errors = () => client.messages.filter(({ type }) => type === 'error');
    await client.until(() => errors().length >= 2);
    expect(errors()).toMatchObject([
      { type: 'error', code: 'UNKNOWN_GAME', request: 7 },
      { type: 'error', code: 'UNKNOWN_ROOM', request: 8 },
    ]);
    client.send({ type: 'ping', time: 5 });
    expect(await client.message('pong')).toMatchObject({ time: 5 });
  });

  it('command is rejected for a room that the session is not in', async () => {
    const client = raw().hello().send({ type: 'command', room: 1, seq: 1, name: 'walk' });
    expect(await client.message('rejected')).toMatchObject({ seq: 1, code: 'NOT_IN_ROOM' });
  });

  it('command is rejected for a wrong name or wrong arguments, which its sentence names', async () => {
    const client = raw();
    const room = await joined(client);
    client.send(
      { type: 'command', room, seq: 1, name: 'fly' },
      { type: 'command', room, seq: 2, name: 'walk', args: { dx: 5, dy: 0 } },
    );
    await client.until(
      () => client.messages.filter(({ type }) => type === 'rejected').length === 2,
    );
    expect(client.messages.filter(({ type }) => type === 'rejected')).toMatchObject([
      { seq: 1, code: 'UNKNOWN_COMMAND', text: expect.stringContaining('walk') },
      { seq: 2, code: 'BAD_ARGUMENTS', text: expect.stringContaining('dx') },
    ]);
  });

  it('command after a gap is answered by where to go on', async () => {
    const client = raw();
    const room = await joined(client);
    client.send({ type: 'command', room, seq: 5, name: 'walk', args: { dx: 1, dy: 0 } });
    await client.until(() => client.messages.filter(({ type }) => type === 'resumed').length === 2);
    expect(client.messages.filter(({ type }) => type === 'resumed').at(-1)).toEqual({
      type: 'resumed',
      room,
      seq: 0,
    });
  });
});

describe('A flood', () => {
  it('of commands is read at the limit, told so, and loses none', async () => {
    const client = raw();
    const room = await joined(client);
    const count = 450;
    for (let seq = 1; seq <= count; seq++) {
      client.send({ type: 'command', room, seq, name: 'walk', args: { dx: 1, dy: 0 } });
    }
    await client.until(() =>
      client.messages.some(({ type, ack }) => type === 'state' && ack === count),
    );
    const codes = client.messages.filter(({ type }) => type === 'error').map(({ code }) => code);
    expect(codes).toEqual(['THROTTLED']);
    // 200 at once, then 100 a second.
    expect(performance.now() - timeBefore).toBeGreaterThan(1500);
  });

  it('of bytes that are no frame ends at the limit of a frame', async () => {
    const client = raw().send(ZERO);
    for (let i = 0; i < 100; i++) client.send(Buffer.alloc(10_000, 7));
    await client.closed();
  });

  it('of a thousand connections that say nothing is closed in time', async () => {
    const silent = Array.from({ length: 1000 }, () => raw());
    await Promise.all(silent.map((client) => client.closed()));
    expect(silent.every(({ text }) => text.includes('HANDSHAKE_TIMEOUT'))).toBe(true);
    await expect.poll(connections).toBe(1);
  });
});
