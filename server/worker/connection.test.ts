// A connection from its first byte to its last: its states, and what each message comes to.
import { describe, expect, it } from 'vitest';
import type { ClientMessage } from '../../protocol/index.ts';
import { steadyMs } from '../link/index.ts';
import { Attachment, AttachmentState } from './attachment.ts';
import { ConnectionState } from './connection.ts';
import { command, HELLO, settle, TestClient } from './test-connection.ts';

const encodings = ['binary', 'json'] as const;

describe.each(encodings)('In %s, a connection', (encoding) => {
  it('greets, attaches, and serves, with what follows hello in order', async () => {
    const client = new TestClient(encoding).read();
    expect(client.connection.attachment.state).toBe(AttachmentState.Greeting);
    await client.send({ ...HELLO, token: 'old' }, { type: 'join', game: 'goldrush' });
    expect(client.connection.attachment.state).toBe(AttachmentState.Attaching);
    expect(client.host.take()).toEqual([
      {
        type: 'attach',
        connection: 5,
        token: 'old',
        name: 'ada',
        account: '',
        since: 0,
        rooms: null,
        address: '127.0.0.1',
      },
      { type: 'join', connection: 5, room: -1, game: 'goldrush', request: null },
    ]);
    client.connection.attachment.attached('new', 'ada', 'key');
    expect(client.connection.attachment.state).toBe(AttachmentState.Attached);
    expect([client.connection.attachment.token, client.connection.encoding]).toEqual([
      'new',
      encoding,
    ]);
  });

  it.each<[string, ClientMessage, object]>([
    ['join by number', { type: 'join', room: 4, request: 9 }, { room: 4, game: '', request: 9 }],
    ['leave', { type: 'leave', room: 4 }, { room: 4 }],
    ['command', command(1), { room: 1, seq: 1, name: 'go', args: { seq: 1 }, call: false }],
    ['call', { type: 'call', room: 0, seq: 1, name: 'go' }, { room: 0, call: true }],
  ])('passes %s on to the coordinator', async (_what, message, passed) => {
    const client = await new TestClient(encoding).read().attach();
    await client.send(message);
    const type = message.type === 'call' ? 'command' : message.type;
    expect(client.host.take()).toMatchObject([{ type, connection: 5, ...passed }]);
    expect(client.got).toEqual([]);
  });

  it('answers ping by itself', async () => {
    const client = await new TestClient(encoding).read().attach();
    await client.send({ type: 'ping', time: 12.5 });
    expect(client.got).toEqual([{ type: 'pong', time: 12.5 }]);
    expect(client.host.take()).toEqual([]);
  });

  it('ends alone where the process fails on what it sends, now or when it is read on', async () => {
    for (const held of [false, true]) {
      const client = await new TestClient(encoding).read().attach();
      const { connection, host } = client;
      host.countCommand = () => {
        throw new Error('a mistake of ours');
      };
      if (held) {
        host.blocked = true;
        await client.send({ type: 'ping', time: 1 }, command(1));
        expect(connection.isOpen).toBe(true);
        host.blocked = false;
        connection.tryResume();
      } else await client.send(command(1));
      await settle();
      expect(client.got.at(-1)).toMatchObject({ type: 'error', code: 'INTERNAL' });
      expect([connection.isOpen, host.failures]).toEqual([false, [new Error('a mistake of ours')]]);
    }
  });

  it('sends what it is given in one turn in one piece', async () => {
    const client = await new TestClient(encoding).read().attach();
    const pongs = [1, 2, 3].map((time) => ({ type: 'pong', time }) as const);
    for (const pong of pongs) client.connection.send(pong);
    await settle();
    expect(client.got).toEqual(pongs);
    const { framesOut, bytesOut } = client.host.counts;
    expect([framesOut >= 3, bytesOut]).toEqual([true, client.raw.length]);
  });

  it.each<[string, ClientMessage[], string]>([
    ['a message before hello', [{ type: 'ping', time: 1 }], 'HELLO_FIRST'],
    ['a hello of another version', [{ ...HELLO, protocol: 99 }], 'PROTOCOL_VERSION'],
    ['a second hello', [HELLO, HELLO], 'HELLO_TWICE'],
    ['a join of nothing', [HELLO, { type: 'join' }], 'BAD_MESSAGE'],
    [
      'a message that only servers send',
      [HELLO, { type: 'pong', time: 1 } as never],
      'UNKNOWN_MESSAGE',
    ],
  ])('answers %s with an error, and ends', async (_what, messages, code) => {
    const client = new TestClient(encoding).read();
    await client.send(...messages, { type: 'ping', time: 7 });
    expect(client.got).toMatchObject([{ type: 'error', code }]);
    expect([client.hasEnded, client.connection.isOpen]).toEqual([true, false]);
    expect(client.host.errors).toEqual([code]);
    client.socket.end();
    await settle();
    expect(client.host.reasons).toEqual([code]);
  });

  it('that fails tells the coordinator so, once, if it knows of it', async () => {
    const client = new TestClient(encoding).read();
    await client.send(HELLO, HELLO);
    client.socket.end();
    await settle();
    expect(client.host.take().map(({ type }) => type)).toEqual(['attach', 'detach']);
    const stranger = new TestClient(encoding).read();
    await stranger.send({ type: 'leave', room: 1 });
    expect(stranger.host.take()).toEqual([]);
  });

  it('sends what was queued before a fatal error, the error, and nothing after it', async () => {
    const client = await new TestClient(encoding).read().attach();
    client.connection.send({ type: 'pong', time: 1 });
    client.connection.fail('SERVER_UNAVAILABLE');
    client.connection.send({ type: 'pong', time: 2 });
    client.connection.fail('TOO_SLOW');
    await settle();
    expect(client.got).toMatchObject([
      { type: 'pong', time: 1 },
      { type: 'error', code: 'SERVER_UNAVAILABLE' },
    ]);
    expect(client.hasEnded).toBe(true);
  });

  it('quits: the session ends, then the connection', async () => {
    const client = await new TestClient(encoding).read().attach();
    await client.send({ type: 'quit' }, command(1));
    expect(client.host.take()[0]).toEqual({ type: 'quit', connection: 5 });
    expect(client.host.counts.commands).toBe(0);
    expect([client.got, client.hasEnded]).toEqual([[], true]);
    client.socket.end();
    await settle();
    expect(client.host.reasons).toEqual(['CLIENT']);
  });

  it('that breaks is detached and reported once', async () => {
    const client = await new TestClient(encoding).read().attach();
    client.connection.destroy();
    client.connection.destroy();
    await settle();
    expect(client.host.take()).toEqual([{ type: 'detach', connection: 5 }]);
    expect(client.host.reasons).toEqual(['NETWORK']);
    expect(client.connection.state).toBe(ConnectionState.Closed);
  });

  it('is read alike whatever pieces it comes in', async () => {
    const client = new TestClient(encoding).read();
    for (const byte of client.bytesOf(HELLO, command(1), command(2))) {
      client.socket.write(Buffer.from([byte]));
    }
    await settle();
    await settle();
    expect(client.host.take().map(({ type }) => type)).toEqual(['attach', 'command', 'command']);
    const { framesIn, bytesIn } = client.host.counts;
    const bytes = client.bytesOf(HELLO, command(1), command(2)).length;
    expect([framesIn, bytesIn]).toEqual([3, bytes + (encoding === 'binary' ? 1 : 0)]);
  });
});

describe('A connection that is no game client’s', () => {
  it('is told in plain text what the port speaks', async () => {
    const client = new TestClient('json').read();
    client.socket.write('GET / HTTP/1.1\r\n\r\n');
    await settle();
    expect(client.raw.toString()).toMatch(/^This port speaks the Holdfast game protocol.*\n$/);
    expect([client.hasEnded, client.host.errors]).toEqual([true, ['NOT_HOLDFAST']]);
  });

  it('is told when it is TLS', async () => {
    const client = new TestClient('json').read();
    client.socket.write(Buffer.from([0x16, 0x03, 0x01, 0x00]));
    await settle();
    expect(client.got).toMatchObject([{ type: 'error', code: 'TLS_NOT_CONFIGURED' }]);
  });

  it('is told when a frame is broken, and only once', async () => {
    const client = await new TestClient('json').read().attach();
    client.socket.write('{"type":\n{"type":\n');
    await settle();
    expect(client.got).toMatchObject([{ type: 'error', code: 'BAD_FRAME' }]);
  });

  it('is told when a frame is too large, before its end has come', async () => {
    const client = await new TestClient('json', { frameBytesMax: 1024 }).read().attach();
    client.socket.write(`{"${'x'.repeat(2000)}`);
    await settle();
    expect(client.got).toMatchObject([{ type: 'error', code: 'FRAME_TOO_LARGE' }]);
  });
});

describe('A connection that another worker has begun to serve', () => {
  const lost = { token: '', name: '', lostAt: 1000, servedAt: 1000 };

  it.each(encodings)(
    'in %s is asked for hello, and what comes before it is dropped',
    async (encoding) => {
      const client = new TestClient(encoding, {}, { ...lost, encoding }).read();
      await client.send(command(1), command(2));
      expect([client.got, client.host.take()]).toEqual([[{ type: 'again' }], []]);
      await client.send({ ...HELLO, token: 'old' }, HELLO, command(1));
      expect(client.host.take()).toMatchObject([
        { type: 'attach', token: 'old', since: 1000 },
        { type: 'command', seq: 1 },
      ]);
    },
  );

  it('may say hello late, as a worker before this one has asked it to', async () => {
    const known = {
      token: 'known',
      name: 'Ada',
      lostAt: 1000,
      servedAt: 1000,
      encoding: 'binary',
    } as const;
    const client = new TestClient('binary', {}, known).read();
    await client.send(HELLO, command(1));
    expect(client.got).toEqual([]);
    expect(client.host.take()).toMatchObject([
      { type: 'attach', token: 'known' },
      { type: 'command', seq: 1 },
    ]);
  });

  it('counts its pause from the earlier of the two: the end of that worker, and a hang before it', () => {
    const now = steadyMs();
    const pauseOf = (workerMs: number, coordinatorMs: number, nextMs = 0) => {
      const known = { token: 'known', name: 'Ada', encoding: 'binary' } as const;
      const times = { lostAt: now, servedAt: now - workerMs };
      const { connection, host } = new TestClient('binary');
      host.coordinatorServedAt = now - coordinatorMs;
      const attachment = new Attachment(connection, host, now);
      attachment.takeOver({ ...known, ...times });
      if (nextMs > 0) attachment.lost(now - nextMs);
      return Math.round(attachment.attached('known', 'Ada', '')! / 1000);
    };
    expect([pauseOf(3000, 0), pauseOf(0, 5000), pauseOf(3000, 0, 9000)]).toEqual([3, 5, 9]);
  });

  it('is closed without a word where its first byte is lost, and with it the encoding', async () => {
    const client = new TestClient('binary', {}, { ...lost, encoding: undefined }).read();
    await client.send(HELLO);
    expect([client.raw.length, client.hasEnded]).toEqual([0, true]);
    expect(client.host.errors).toEqual([]);
  });
});

describe('A client that will send no more', () => {
  it.each([
    ['in binary', 'binary', true],
    ['in JSON lines before hello', 'json', false],
  ] as const)('%s is closed', async (_what, encoding, greets) => {
    const client = new TestClient(encoding).read();
    if (greets) await client.attach();
    client.socket.end();
    await settle();
    expect(client.host.reasons).toEqual(['CLIENT']);
  });

  it('in JSON lines is still answered for a while', async () => {
    const client = await new TestClient('json').read().attach();
    client.socket.end(client.bytesOf(command(1)));
    await settle();
    expect(client.host.take()).toMatchObject([{ type: 'command', seq: 1 }]);
    client.connection.send({ type: 'pong', time: 1 });
    await settle();
    expect(client.got).toEqual([{ type: 'pong', time: 1 }]);
    client.connection.checkTimes(performance.now() + 600_000);
    await settle();
    expect(client.host.reasons).toHaveLength(1);
  });
});

describe('A client that does not read', () => {
  it('is cut when too much waits for it, with one error and one detach', async () => {
    const client = await new TestClient('json', { unsentBytesCut: 100_000 }).attach();
    const { connection, host } = client;
    for (let i = 0; connection.isOpen && i < 100; i++) {
      connection.write('x'.repeat(10_000));
      connection.flush();
    }
    expect(host.errors).toEqual(['TOO_SLOW']);
    expect(host.take()).toEqual([{ type: 'detach', connection: 5 }]);
    expect(connection.unsentBytes).toBeLessThan(200_000);
    connection.destroy();
    await settle();
    expect(host.reasons).toEqual(['TOO_SLOW']);
  });

  it('keeps the reason for which it was closed before', async () => {
    const client = await new TestClient('json', { unsentBytesCut: 100_000 }).attach();
    client.connection.write('x'.repeat(300_000));
    client.connection.close('SERVER_STOPPING');
    client.connection.destroy();
    await settle();
    expect([client.host.reasons, client.host.errors]).toEqual([['SERVER_STOPPING'], []]);
  });
});

describe('A connection that is let go', () => {
  it('writes what was queued, reads no more, and is not detached', async () => {
    const client = await new TestClient('json').read().attach();
    client.connection.send({ type: 'pong', time: 7 });
    client.connection.release();
    client.connection.release();
    await settle();
    expect(client.got.at(-1)).toEqual({ type: 'pong', time: 7 });
    expect(client.host.releasedIds).toEqual([5]);
    await client.send({ type: 'ping', time: 8 });
    expect([client.host.take(), client.host.reasons]).toEqual([[], []]);
  });

  it('waits a moment for a client that does not read, and no longer', async () => {
    const client = await new TestClient('json').attach();
    client.connection.write('x'.repeat(200_000));
    client.connection.release();
    await settle();
    expect(client.host.releasedIds).toEqual([]);
    await expect.poll(() => client.host.releasedIds).toEqual([5]);
  });

  it('while it closes goes on closing', async () => {
    const client = await new TestClient('json').read().attach();
    client.connection.fail('IDLE_TIMEOUT');
    client.connection.release();
    await settle();
    client.socket.end();
    await settle();
    expect([client.host.releasedIds, client.host.reasons]).toEqual([[], ['IDLE_TIMEOUT']]);
  });
});
