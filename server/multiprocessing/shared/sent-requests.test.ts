// A request with which the connection breaks each time is found, and is not sent without end.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Group } from './index.ts';
import { SyncServer } from './sync-server.ts';

const key = Buffer.alloc(32, 7);
let directory: string;
let server: SyncServer;
let proxy: Server;
let group: Group;
let breaks: number;
/** Whether another coordinator, which knows nothing, takes the place of one whose connection broke. */
let replaces: boolean;
const sockets = new Set<Socket>();

/** Between a process and its coordinator: breaks every connection on which poison comes. */
function breakingProxy(path: string): Server {
  return createServer((socket) => {
    const onward = connect(path);
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => onward.destroy());
    onward.on('error', () => {}).on('close', () => socket.destroy());
    onward.on('data', (bytes) => socket.write(bytes));
    socket.on('data', (bytes) => {
      if (!bytes.includes('poison')) {
        onward.write(bytes);
        return;
      }
      breaks++;
      if (replaces) void replace(path).then(() => socket.destroy());
      else socket.destroy();
    });
  });
}

async function replace(path: string): Promise<void> {
  await server.close();
  server = await SyncServer.listen({ path, key, forgot: true });
}

beforeEach(async () => {
  breaks = 0;
  replaces = false;
  sockets.clear();
  directory = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const [path, at] = [join(directory, 'socket'), join(directory, 'proxy')];
  server = await SyncServer.listen({ path, key });
  proxy = breakingProxy(path);
  await once(proxy.listen(at), 'listening');
  group = await Group.join({ HOLDFAST_GROUP: at, HOLDFAST_GROUP_KEY: key.toString('hex') });
});
afterEach(async () => {
  await group.close();
  proxy.close();
  await server.close();
  rmSync(directory, { recursive: true });
});

describe('A request that breaks the connection each time', () => {
  it('is given up after some tries, and those beside it are done once', async () => {
    const queue = await group.queue<string>('q');
    const items = Array.from({ length: 40 }, (_, i) => (i === 13 ? 'poison' : `item ${i}`));
    const puts = await Promise.allSettled(items.map((item) => queue.put(item)));
    const failed = puts.flatMap((put, i) => (put.status === 'rejected' ? [[i, put.reason]] : []));
    expect(failed).toEqual([[13, expect.objectContaining({ code: 'BREAKS_CONNECTION' })]]);
    expect(breaks).toBeLessThanOrEqual(5);
    await queue.end();
    const got: string[] = [];
    for await (const item of queue) got.push(item);
    expect(got).toEqual(items.filter((item) => item !== 'poison'));
  });

  it('is given up also where each break is followed by a new coordinator', async () => {
    const lock = await group.lock('l');
    const held = await lock.acquire();
    const waiting = group.queue<string>('other').then((other) => other.get());
    const queue = await group.queue<string>('q');
    replaces = true;
    await expect(queue.put('poison')).rejects.toMatchObject({ code: 'BREAKS_CONNECTION' });
    expect(breaks).toBeLessThanOrEqual(5);
    expect(held.isHeld).toBe(true);
    await (await group.queue<string>('other')).put('x');
    expect(await waiting).toBe('x');
  });

  it('is sent again where the connection breaks for another reason', async () => {
    const queue = await group.queue<string>('q');
    for (let i = 0; i < 10; i++) {
      const put = queue.put(`item ${i}`);
      for (const socket of sockets) socket.destroy();
      await put;
    }
    expect(await queue.size()).toBe(10);
  });
});
