// A server on a Unix socket whose file, or whose directory, is removed while it serves.
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SocketServer } from './socket-server.ts';

/** What the next look at a file waits for. */
const gate = vi.hoisted(() => ({ next: undefined as Promise<void> | undefined }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const stat = async (path: string) => {
    const { next } = gate;
    gate.next = undefined;
    await next;
    return real.stat(path);
  };
  return { ...real, stat };
});

async function serve() {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-socket-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const folder = join(root, 'sockets');
  const path = join(folder, 'link.sock');
  mkdirSync(folder, { mode: 0o700 });
  const accepted: Socket[] = [];
  const restored: (string | undefined)[] = [];
  const server = await SocketServer.listen({
    path,
    accept: (socket) => accepted.push(socket.resume()),
    restored: (error) => restored.push((error as NodeJS.ErrnoException | undefined)?.code),
  });
  onTestFinished(() => {
    server.close();
    for (const socket of accepted) socket.destroy();
  });
  return { root, folder, path, server, accepted, restored };
}

function reach(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket)).on('error', reject);
    onTestFinished(() => void socket.destroy());
  });
}

describe('A server on a Unix socket', () => {
  it('is not looked at before it is open, however long the system takes for that', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const slow = Promise.withResolvers<void>();
    gate.next = slow.promise;
    const serving = serve();
    // Each round is longer than a look at the file of a socket takes.
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(60_000);
      await readdir(tmpdir());
    }
    slow.resolve();
    const { path, restored, accepted } = await serving;
    await reach(path);
    await expect.poll(() => accepted).toHaveLength(1);
    expect(restored).toEqual([]);
  });

  it.each(['file', 'directory'])('is reached again after its %s was removed', async (what) => {
    const { folder, path, restored, accepted } = await serve();
    const early = await reach(path);
    await expect.poll(() => accepted).toHaveLength(1);
    rmSync(what === 'file' ? path : folder, { recursive: true });
    await expect(reach(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect.poll(() => restored).toEqual([undefined]);
    await reach(path);
    expect(statSync(folder).mode & 0o077).toBe(0);
    expect(early.destroyed).toBe(false);
  });

  it('says once why its socket cannot be made again, and is reached when it can', async () => {
    const { root, folder, path, restored } = await serve();
    renameSync(folder, join(root, 'moved'));
    writeFileSync(folder, 'in the way');
    await expect.poll(() => restored).toHaveLength(1);
    expect(restored[0]).toMatch(/ENOTDIR|EACCES|EINVAL/);
    rmSync(folder);
    await expect.poll(() => restored).toEqual([expect.any(String), undefined]);
    await reach(path);
  });

  it('that is closed leaves the socket of the one that has taken its place alone', async () => {
    const { path, server } = await serve();
    server.close();
    const next = await SocketServer.listen({ path, accept: (s) => s.end(), restored: () => {} });
    onTestFinished(() => next.close());
    server.close();
    await reach(path);
  });
});
