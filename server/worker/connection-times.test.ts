// How long a connection may take: for its hello, between messages, and for its last bytes.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { steadyMs } from '../link/index.ts';
import { ConnectionState } from './connection.ts';
import { command, HELLO, settle, TestClient } from './test-connection.ts';

const config = { handshakeMs: 1000, idleMs: 5000 };
let now = 0;
beforeEach(() => {
  now = 10_000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

/** Lets time pass, and the connection look at it. */
async function pass(client: TestClient, ms: number): Promise<void> {
  now += ms;
  client.connection.checkTimes(now);
  await settle();
}

const codesOf = (client: TestClient) =>
  client.got.map((message) => (message.type === 'error' ? message.code : message.type));

describe('handshakeMs', () => {
  it('is the time for hello, and is not prolonged by parts of it', async () => {
    const client = new TestClient('json', config).read();
    client.socket.write('{"type":');
    await pass(client, 900);
    client.socket.write('"hello",');
    await pass(client, 100);
    expect(codesOf(client)).toEqual([]);
    await pass(client, 1);
    expect(codesOf(client)).toEqual(['HANDSHAKE_TIMEOUT']);
    expect(client.hasEnded).toBe(true);
  });

  it('is over once hello has come', async () => {
    const client = new TestClient('json', config).read();
    await client.send(HELLO);
    await pass(client, 4000);
    expect(client.connection.isOpen).toBe(true);
  });
});

describe('idleMs', () => {
  it('is the time from one message to the next', async () => {
    const client = await new TestClient('json', config).read().attach();
    await pass(client, 5000);
    await client.send({ type: 'ping', time: 1 });
    await pass(client, 5000);
    expect(codesOf(client)).toEqual(['pong']);
    await pass(client, 1);
    expect(codesOf(client)).toEqual(['pong', 'IDLE_TIMEOUT']);
    expect(client.host.take()).toEqual([{ type: 'detach', connection: 5 }]);
  });

  it('holds also for one whose hello the coordinator has not answered', async () => {
    const client = new TestClient('json', config).read();
    await client.send(HELLO);
    await pass(client, 5001);
    expect(codesOf(client)).toEqual(['IDLE_TIMEOUT']);
  });

  it('does not count while there is no coordinator', async () => {
    const client = await new TestClient('json', config).read().attach();
    client.host.blocked = true;
    await pass(client, 50_000);
    expect(client.connection.isOpen).toBe(true);
  });

  it('ends for one that is held back for so long, and cannot say anything', async () => {
    const limits = { ...config, inFlightMax: 1 };
    const client = await new TestClient('json', limits).read().attach();
    await client.send(command(1));
    await pass(client, 50_000);
    expect(client.connection.isOpen).toBe(false);
  });
});

describe('A connection whose coordinator is gone', () => {
  it.each(['binary', 'json'] as const)('shows once a second that it lives, in %s', async (kind) => {
    const client = await new TestClient(kind, config).read().attach();
    const before = client.raw.length;
    client.host.blocked = true;
    client.connection.lostCoordinator(steadyMs());
    await pass(client, 250);
    await pass(client, 250);
    const shown = client.raw.subarray(before);
    expect(new Set(shown)).toEqual(new Set([kind === 'binary' ? 0 : 10]));
    expect(shown.length).toBe(1);
    await pass(client, 1000);
    expect(client.raw.length).toBe(before + 2);
    client.host.blocked = false;
    client.connection.attachment.attached('token', 'ada', 'key');
    await pass(client, 1000);
    expect(client.raw.length).toBe(before + 2);
    expect(client.got).toEqual([]);
  });
});

describe('A connection that is closing', () => {
  it('waits for its client, but not long', async () => {
    const client = await new TestClient('json', config).read().attach();
    client.connection.fail('SERVER_UNAVAILABLE');
    await pass(client, 2000);
    expect(client.connection.state).toBe(ConnectionState.Closing);
    await pass(client, 1);
    expect(client.connection.state).toBe(ConnectionState.Closed);
    expect(client.host.reasons).toEqual(['SERVER_UNAVAILABLE']);
    await pass(client, 100_000);
    expect(client.host.reasons).toHaveLength(1);
  });

  it('drops what its client still sends', async () => {
    const client = await new TestClient('json', config).read().attach();
    client.connection.close('SERVER_STOPPING');
    client.host.take();
    await client.send(command(1), { type: 'ping', time: 1 });
    expect([client.host.take(), client.got]).toEqual([[], []]);
  });
});

describe('A client that has piped its lines and ended', () => {
  it('is served for some seconds, in which it is not idle', async () => {
    const client = await new TestClient('json', config).read().attach();
    client.socket.end();
    await settle();
    await pass(client, 1000);
    expect(client.connection.isOpen).toBe(true);
    await pass(client, 60_000);
    expect([client.connection.isOpen, client.host.reasons]).toEqual([false, ['CLIENT']]);
  });
});

describe('A connection whose coordinator is gone', () => {
  /** Whether the client is to be shown nothing of it: then it asks for nothing again. */
  async function continues(client: TestClient): Promise<boolean> {
    client.connection.lostCoordinator(steadyMs());
    client.connection.foundCoordinator();
    const [attach] = client.host.take().filter(({ type }) => type === 'attach');
    return (attach as { rooms: unknown }).rooms !== null;
  }

  it('goes on as if nothing had been, where nothing that was asked can be lost', async () => {
    expect(await continues(await new TestClient('json', config).read().attach())).toBe(true);
  });

  it('is welcomed anew while a join has no answer, however long that takes', async () => {
    const client = await new TestClient('json', config).read().attach();
    await client.send({ type: 'join', game: 'tally', request: 1 });
    now += 60_000;
    client.host.take();
    expect(await continues(client)).toBe(false);
    client.connection.attachment.attached('token', 'ada', 'key');
    client.connection.attachment.answered(1);
    expect(await continues(client)).toBe(true);
  });
});
