// A worker that cannot reach its coordinator: it says so once in a while, and is there when that is.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CoordinatorLink } from './coordinator-link.ts';

it('The path and the reason of a connect that fails for a second are told, not each time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-link-'));
  const path = join(folder, 'link.sock');
  const told: [code: string | undefined, isLong: boolean][] = [];
  let opened = 0;
  const link = new CoordinatorLink({
    path,
    worker: 1,
    opened: () => opened++,
    copies: () => [],
    message: () => {},
    batchEnd: () => {},
    lost: () => {},
    drained: () => {},
    unreachable: (error, ms) => {
      told.push([(error as NodeJS.ErrnoException).code, ms >= 1000]);
      expect(error.message).toContain(path);
    },
  });
  await expect.poll(() => told).toEqual([['ENOENT', true]]);
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.resume())).listen(path);
  onTestFinished(() => {
    link.close();
    server.close();
    for (const socket of sockets) socket.destroy();
    rmSync(folder, { recursive: true, force: true });
  });
  await expect.poll(() => opened).toBe(1);
  expect(told).toHaveLength(1);
});
