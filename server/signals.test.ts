// What signals mean while the server starts, and while it stops.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ServerProcess } from '../load-test/server-process.ts';
import { rawClient, startServer, temporaryDirectory } from './test-server.ts';

/** A server that is still starting; its log grows. */
async function starting(): Promise<{ child: ChildProcess; log: string[] }> {
  const data = temporaryDirectory();
  const flags = '--host 127.0.0.1 --port 0 --admin-port 0 --workers 1 --data'.split(' ');
  const child = spawn(process.execPath, ['dist/server/main.js', ...flags, data], {
    cwd: new URL('..', import.meta.url),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  const log: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => log.push(JSON.parse(line).msg));
  await expect.poll(() => log, { interval: 1 }).not.toEqual([]);
  return { child, log };
}

/** A server that takes two seconds to stop, for a client that does not read. */
async function serving(): Promise<ServerProcess> {
  const server = await startServer('--workers', '1');
  const client = rawClient(server).hello();
  await client.message('welcome');
  client.socket.pause();
  return server;
}

const said = (server: ServerProcess, text: string) =>
  expect.poll(() => server.log.map(({ msg }) => msg)).toContain(text);

describe('While the server starts', () => {
  it('SIGTERM stops it, and nobody is told that it serves', async () => {
    const { child, log } = await starting();
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(log).toContain('stopped');
    const stopping = log.findIndex((text) => text.startsWith('stopping'));
    expect(log.slice(stopping)).not.toContain('serving');
  });

  it('SIGHUP changes nothing, and the log says so', async () => {
    const { child, log } = await starting();
    if (!log.includes('serving')) child.kill('SIGHUP');
    await expect.poll(() => log).toContain('serving');
    expect(log).not.toContain('restarted');
  });
});

describe('While the server stops', () => {
  it('a second signal, of whatever kind, ends it at once', async () => {
    const server = await serving();
    process.kill(server.pid, 'SIGTERM');
    await said(server, 'stopping: clients are told goodbye');
    process.kill(server.pid, 'SIGINT');
    expect(await server.exitCode).toBe(1);
  });

  it('SIGHUP means nothing', async () => {
    const server = await serving();
    process.kill(server.pid, 'SIGTERM');
    await said(server, 'stopping: clients are told goodbye');
    process.kill(server.pid, 'SIGHUP');
    expect(await server.exitCode).toBe(0);
    expect(server.log.some(({ msg }) => /restart/.test(msg ?? ''))).toBe(false);
  });
});
