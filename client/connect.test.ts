import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FakeServer, joined, state } from './fake-server.ts';
import { Client, type ClientError, type ConnectOptions, connect, LinkState } from './index.ts';

const name = 'ada';

async function freePort(): Promise<number> {
  await using server = await FakeServer.listen();
  return server.port;
}

/** A client and the server's end of its connection, welcomed. */
async function pair(server: FakeServer, options: Partial<ConnectOptions> = {}) {
  const opening = connect({ port: server.port, name, ...options });
  const connection = await server.accept();
  await connection.welcome();
  return { client: await opening, connection };
}

describe('connect', () => {
  test('says hello after a zero byte and resolves at the welcome', async () => {
    await using server = await FakeServer.listen();
    const opening = connect({ port: server.port, name, token: 'old' });
    const connection = await server.accept();
    const hello = await connection.welcome({ resumed: true, session: 9, token: 'new' });
    expect(hello).toEqual({ type: 'hello', protocol: 1, name: 'ada', token: 'old' });
    await using client = await opening;
    expect(client.welcome).toMatchObject({ session: 9, name: 'ada', worker: 1 });
    expect(client.token).toBe('new');
    expect(client.state).toBe(LinkState.Ready);
  });

  test('shows the account that it was given, and tells the key once', async () => {
    await using server = await FakeServer.listen();
    const client = new Client({ port: server.port, name, reconnectMsMax: 10 });
    const keys: string[] = [];
    client.on('account', (key) => keys.push(key));
    const opening = client.open();
    const connection = await server.accept();
    await connection.welcome();
    connection.send({ type: 'account', key: 'k'.repeat(22) });
    await opening;
    await expect.poll(() => client.account).toBe('k'.repeat(22));
    connection.socket.destroy();
    const again = await server.accept();
    expect(await again.welcome()).toMatchObject({ token: 'secret', account: 'k'.repeat(22) });
    again.send({ type: 'account', key: 'k'.repeat(22) });
    again.send({ type: 'bye', code: 'SERVER_STOPPING', text: 'Stop.', retryMs: 10_000 });
    await new Promise((resolve) => client.once('bye', resolve));
    expect(keys).toEqual(['k'.repeat(22)]);
    client.destroy();
  });

  test('measures the round trip', async () => {
    await using server = await FakeServer.listen();
    const { client } = await pair(server);
    await expect.poll(() => client.rttMs).toBeGreaterThan(0);
    await client.close();
  });

  test('pings at half of the idle time that the server allows, if that is shorter', async () => {
    await using server = await FakeServer.listen();
    const opening = connect({ port: server.port, name, pingMs: 60_000 });
    const connection = await server.accept();
    await connection.welcome({ idleMs: 20 });
    await using _ = await opening;
    await expect.poll(() => connection.pings).toBeGreaterThan(2);
  });
});

describe('a server that refuses', () => {
  const refuses = (line: string) =>
    FakeServer.listen(0, (socket: Socket) => {
      socket.end(line);
    });

  test.each(['PROTOCOL_VERSION', 'SERVER_FULL'])('a JSON line %s is that error', async (code) => {
    await using server = await refuses(`{"type":"error","code":"${code}","text":"No."}\n`);
    const opening = connect({ port: server.port, name });
    await expect(opening).rejects.toMatchObject({ name: 'ServerError', code, message: 'No.' });
  });

  test('a line of plain text is NOT_HOLDFAST and is shown, also with keepTrying', async () => {
    await using server = await refuses('SSH-2.0-OpenSSH_9.2\r\n');
    const opening = connect({ port: server.port, name, keepTrying: true });
    await expect(opening).rejects.toMatchObject({
      code: 'NOT_HOLDFAST',
      message: expect.stringContaining('"SSH-2.0-OpenSSH_9.2"'),
    });
  });

  test('a fatal error after the welcome ends the client and tells it', async () => {
    await using server = await FakeServer.listen();
    const { client, connection } = await pair(server);
    const call = client.lobby.call('rooms');
    const ended = once(client, 'error');
    connection.send({ type: 'error', code: 'SESSION_REPLACED', text: 'Elsewhere.' });
    expect((await ended)[0]).toMatchObject({ code: 'SESSION_REPLACED' });
    await expect(call).rejects.toMatchObject({ code: 'SESSION_REPLACED' });
    expect(client.state).toBe(LinkState.Closed);
    expect(() => client.lobby.send('chat')).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  });

  test('an error that is not fatal and answers nothing is a warning', async () => {
    await using server = await FakeServer.listen();
    const { client, connection } = await pair(server);
    const warned = once(client, 'warning');
    connection.send({ type: 'error', code: 'THROTTLED', text: 'Slower.' });
    expect((await warned)[0]).toMatchObject({ code: 'THROTTLED' });
    await client.close();
  });
});

describe('a server that is not there', () => {
  test('is UNREACHABLE, with the reason', async () => {
    const opening = connect({ port: await freePort(), name });
    await expect(opening).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('is tried for ever with keepTrying, and said so', async () => {
    const port = await freePort();
    const client = new Client({ port, name, keepTrying: true, random: () => 0 });
    const opening = client.open();
    const [first] = await once(client, 'reconnecting');
    const [second] = await once(client, 'reconnecting');
    expect([first.attempt, second.attempt]).toEqual([1, 2]);
    expect(second.error).toMatchObject({ code: 'UNREACHABLE' });
    await using server = await FakeServer.listen(port);
    await (await server.accept()).welcome();
    expect(await opening).toBe(client);
    await client.close();
  });

  test('or says nothing, is CONNECT_TIMEOUT', async () => {
    await using server = await FakeServer.listen();
    const opening = connect({ port: server.port, name, connectTimeoutMs: 20 });
    await expect(opening).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' });
  });

  test('is no longer tried when the signal is aborted', async () => {
    const aborter = new AbortController();
    const options = { port: await freePort(), name, keepTrying: true, signal: aborter.signal };
    const client = new Client(options);
    client.once('reconnecting', () => aborter.abort(new Error('enough')));
    await expect(client.open()).rejects.toMatchObject({
      code: 'ABORTED',
      cause: expect.objectContaining({ message: 'enough' }),
    });
    await expect(connect(options)).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('close and destroy', () => {
  test('close waits for acknowledgements, then quits; it is idempotent', async () => {
    await using server = await FakeServer.listen();
    const { client, connection } = await pair(server);
    const joining = client.join({ game: 'goldrush' });
    const { request } = await connection.take('join');
    connection.send(joined({ request: request! }));
    const room = await joining;
    room.send('walk', 'n');
    const closing = [client.close(), client.close()];
    await connection.take('command');
    expect(() => room.send('walk', 's')).toThrow('closed');
    expect(connection.inbox.size).toBe(0);
    connection.send(state({ ack: 1 }));
    await connection.take('quit');
    await Promise.all([...closing, connection.closed]);
    await client.close();
    expect(client.state).toBe(LinkState.Closed);
  });

  test('close leaves nothing that keeps a process alive', async () => {
    await using server = await FakeServer.listen();
    const fixture = fileURLToPath(new URL('fixture-closes-and-exits.ts', import.meta.url));
    const ports = [`${server.port}`, `${await freePort()}`];
    const child = spawn(process.execPath, ['--import', 'tsx', fixture, ...ports], {
      stdio: 'inherit',
    });
    const exited = once(child, 'exit');
    const connection = await server.accept();
    await connection.welcome();
    await connection.take('command');
    connection.send(state({ room: 0, ack: 1 }));
    await connection.take('quit');
    expect(await exited).toEqual([0, null]);
  });

  test('close does not wait for ever for a server that does not answer', async () => {
    await using server = await FakeServer.listen();
    const { client } = await pair(server, { closeTimeoutMs: 10 });
    const call = client.lobby.call('rooms');
    call.catch(() => {});
    await client.close();
    await expect(call).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('close ends the attempts to connect', async () => {
    const client = new Client({ port: await freePort(), name, keepTrying: true });
    const opening = client.open();
    opening.catch(() => {});
    await once(client, 'reconnecting');
    await client.close();
    await expect(opening).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('await using closes', async () => {
    await using server = await FakeServer.listen();
    const { client, connection } = await pair(server);
    {
      await using _ = client;
    }
    await connection.take('quit');
    expect(client.state).toBe(LinkState.Closed);
  });

  test('destroy cuts without quit and fails what waits', async () => {
    await using server = await FakeServer.listen();
    const { client, connection } = await pair(server);
    const joining = client.join({ game: 'goldrush' });
    joining.catch(() => {});
    await connection.take('join');
    const closed = once(client, 'closed');
    client.destroy();
    client.destroy(new Error('too late') as ClientError);
    expect(await closed).toEqual([undefined]);
    await expect(joining).rejects.toMatchObject({ code: 'CLOSED' });
    await connection.closed;
    expect(connection.inbox.size).toBe(0);
  });
});
