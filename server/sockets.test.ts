// The sockets between the processes: where they are, and that a server outlives their removal.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  killCoordinator,
  killPid,
  player,
  startServer,
  startServerWith,
  temporaryDirectory,
  workersOf,
} from './test-server.ts';

it('A server whose directory of sockets is removed replaces the processes that die afterwards', async () => {
  const data = temporaryDirectory();
  const server = await startServer('--data', data, '--workers', '1');
  const client = await player(server);
  rmSync(join(data, 'sockets'), { recursive: true });
  const isSaid = () => server.log.some(({ msg }) => msg?.includes('was made again'));
  await expect.poll(isSaid).toBe(true);
  const [worker] = await workersOf(server);
  killPid(worker!.pid);
  await expect.poll(() => client.lobby.call('online')).toEqual({ sessions: 1 });
  // Nothing is left that could make the directory again before the next coordinator does.
  rmSync(join(data, 'sockets'), { recursive: true });
  await killCoordinator(server);
  await expect.poll(() => client.lobby.call('online')).toEqual({ sessions: 1 });
  expect(statSync(join(data, 'sockets')).mode & 0o777).toBe(0o700);
});

it('A data directory and a TMPDIR that are too long for sockets are served by a shorter one', async () => {
  const root = temporaryDirectory();
  const long = join(root, 'x'.repeat(100));
  mkdirSync(long);
  const runtime = mkdtempSync('/tmp/hf-');
  onTestFinished(() => rmSync(runtime, { recursive: true, force: true }));
  const env = { TMPDIR: long, XDG_RUNTIME_DIR: runtime, RUNTIME_DIRECTORY: '' };
  const data = join(long, 'data');
  const server = await startServerWith(env, '--data', data, '--workers', '1');
  const client = await player(server);
  expect(await client.lobby.call('online')).toEqual({ sessions: 1 });
  expect(readdirSync(runtime)).toEqual([expect.stringMatching(/^holdfast-/)]);
  await server.stop();
  expect(readdirSync(runtime)).toEqual([]);
});
