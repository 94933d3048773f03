// Connections leave nothing behind: no handle in any process, no row in the primary's table.
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ServerProcess } from '../load-test/server-process.ts';
import { encodeBinary, PROTOCOL_VERSION } from '../protocol/index.ts';
import { startServer, workersOf } from './test-server.ts';

const CONNECTIONS = 10_000;
const BATCH = 250;
/** Connections from one address: the primary's table has no more rows. */
const PLACES = 500;
/** In batches; a worker is killed while connections come and go. */
const KILL_EVERY = 10;

/** Binary: one that speaks JSON is served for a while after it has ended its side. */
const hello = Buffer.concat([
  Buffer.of(0),
  encodeBinary({ type: 'hello', protocol: PROTOCOL_VERSION, name: 'guest' }),
]);

/** How a connection ends, once it has been welcomed. */
const endings: readonly ((socket: Socket) => void)[] = [
  (socket) => socket.end(),
  (socket) => socket.resetAndDestroy(),
  // Before it has said anything.
  (socket) => socket.end(),
  // No message: the server closes. One that a dying worker has read is said again to the next.
  (socket) => {
    const say = () => socket.write(Buffer.of(1, 0, 9, 9, 9, 0));
    socket.on('data', say);
    say();
  },
];

/** @returns when the connection has closed. */
async function visit(port: number, i: number): Promise<void> {
  const ending = i % endings.length;
  const socket = connect({ port, host: '127.0.0.1' });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  await once(socket, 'connect');
  if (ending !== 2) {
    socket.write(hello);
    await Promise.race([once(socket, 'data'), closed]);
  }
  socket.resume();
  endings[ending]!(socket);
  await closed;
}

/** A connection that was not refused. */
async function welcomed(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(hello);
  const [data] = await once(socket, 'data');
  // One that is refused is told so in JSON, whatever it speaks.
  expect((data as Buffer)[0]).toBe(0);
  return socket;
}

describe.runIf(existsSync('/proc/self/fd'))('After 10,000 connects and disconnects', () => {
  it('no process has a descriptor more than before', async () => {
    const limits = ['--connections-per-address-max', String(PLACES), '--sessions-max', '100000'];
    const others = ['--workers', '2', '--restarts-max', '1000', '--resume-ms', '100'];
    const server = await startServer(...limits, ...others);
    /** By role, sorted: workers are replaced meanwhile. */
    const open = async () => {
      const processes = await server.processes();
      const counts = processes.map(({ role, pid }) => {
        return `${role} ${readdirSync(`/proc/${pid}/fd`).length}`;
      });
      return counts.sort();
    };
    // What is opened once and then kept is open after a first visit of each kind, and a first death.
    await killWorker(server);
    for (let i = 0; i < 8; i++) await visit(server.port, i);
    const before = await settled(open);
    for (let at = 0; at < CONNECTIONS; at += BATCH) {
      const visits = Array.from({ length: BATCH }, (_, i) => visit(server.port, at + i));
      if ((at / BATCH) % KILL_EVERY === KILL_EVERY - 1) await killWorker(server);
      await Promise.all(visits);
    }
    await expect.poll(open, { interval: 200 }).toEqual(before);
    // Every place is free again: the primary's table is empty.
    const sockets = await Promise.all(Array.from({ length: PLACES }, () => welcomed(server.port)));
    // A second worker has a handle of each as well, also after a death.
    const held = () => server.metric('holdfast_connections_held');
    await expect.poll(held).toBe(PLACES);
    await killWorker(server);
    await expect.poll(held).toBe(PLACES);
    expect(sockets.filter(({ closed }) => closed)).toEqual([]);
    for (const socket of sockets) socket.destroy();
    await expect.poll(open, { interval: 200 }).toEqual(before);
  });
});

async function killWorker(server: ServerProcess): Promise<void> {
  const [worker] = await workersOf(server);
  process.kill(worker!.pid, 'SIGKILL');
  const isReplaced = async () => {
    const workers = await workersOf(server);
    return (
      workers.length === 2 &&
      workers.every(({ pid, responsive }) => {
        return pid !== worker!.pid && responsive;
      })
    );
  };
  await expect.poll(isReplaced).toBe(true);
}

/** What `look` gives, once it gives the same three times in a row. */
async function settled(look: () => Promise<string[]>): Promise<string[]> {
  let last: string[] = [];
  let times = 0;
  await expect
    .poll(
      async () => {
        const found = await look();
        times = found.join() === last.join() ? times + 1 : 0;
        last = found;
        return times;
      },
      { interval: 100 },
    )
    .toBe(3);
  return last;
}
