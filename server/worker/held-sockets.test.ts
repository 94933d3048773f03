// A socket that is held keeps what comes for whoever serves it, in this process or another.
import { once } from 'node:events';
import { connect, createServer, type Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeldSockets } from './held-sockets.ts';

let server: Server;
let held: HeldSockets;
beforeEach(() => {
  server = createServer();
  held = new HeldSockets();
});
afterEach(() => {
  held.close();
  server.close();
});

/** A client, and its socket here, which is held from the turn in which it came. */
async function hold(): Promise<{ client: Socket; socket: Socket }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const come = new Promise<Socket>((resolve) => {
    server.on('connection', (socket) => {
      expect(held.hold(1, socket)).toBe(true);
      resolve(socket);
    });
  });
  const client = connect((server.address() as { port: number }).port, '127.0.0.1');
  const socket = await come;
  return { client, socket };
}

describe('A held socket', () => {
  it('is not read until it is taken, and then has all that has come', async () => {
    const { client, socket } = await hold();
    client.write('hello');
    client.end(' and goodbye');
    await once(client, 'finish');
    // Another connection has come, gone its way, and was read meanwhile.
    const other = connect((server.address() as { port: number }).port, '127.0.0.1');
    server.removeAllListeners('connection');
    const [accepted] = (await once(server, 'connection')) as [Socket];
    other.end('x');
    await once(accepted, 'data');
    expect([socket.bytesRead, socket.readableLength]).toEqual([0, 0]);
    expect(held.take(1)).toBe(socket);
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect(text).toBe('hello and goodbye');
    expect(held.take(1)).toBeUndefined();
  });

  it('is closed when it is dropped', async () => {
    const { client } = await hold();
    held.drop(1);
    await once(client.resume(), 'close');
    expect(held.take(1)).toBeUndefined();
  });

  it('is none where it cannot be kept from being read', () => {
    const socket = new Socket();
    expect(held.hold(1, socket)).toBe(false);
    expect([socket.destroyed, held.take(1)]).toEqual([true, undefined]);
  });
});
