// The door of the coordinator: who comes before it is ready is heard when it is.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLog } from '../observe/index.ts';
import { Door } from './door.ts';

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-door-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'link');
}

const log = createLog({ role: 'coordinator', level: 'fatal', write: () => {} });

async function open(path = newPath()): Promise<{ door: Door; path: string }> {
  const door = await Door.open(path, log);
  onTestFinished(() => door.close());
  return { door, path };
}

/** Somebody who says `text`. */
function visitor(path: string, text: string): { socket: Socket; events: string[] } {
  const socket = connect(path);
  const events: string[] = [];
  onTestFinished(() => void socket.destroy());
  socket.on('connect', () => {
    events.push('connect');
    socket.write(text);
  });
  socket
    .resume()
    .on('error', () => {})
    .on('close', () => events.push('close'));
  return { socket, events };
}

/** What was heard, in order, of those who were let in. */
function admitAll(door: Door): { heard: string[]; sockets: Socket[] } {
  const heard: string[] = [];
  const sockets: Socket[] = [];
  door.admit((socket) => {
    sockets.push(socket);
    onTestFinished(() => void socket.destroy());
    socket.on('data', (data) => heard.push(String(data)));
  });
  return { heard, sockets };
}

describe('A door', () => {
  it('keeps what those say who come early, and lets in who comes later at once', async () => {
    const { door, path } = await open();
    const { events } = visitor(path, 'early');
    await expect.poll(() => events).toEqual(['connect']);
    const { heard } = admitAll(door);
    await expect.poll(() => heard).toEqual(['early']);
    visitor(path, 'late');
    await expect.poll(() => heard).toEqual(['early', 'late']);
  });

  it('that is closed sends away who waits, and nobody who was let in', async () => {
    const first = await open();
    const waiting = visitor(first.path, '');
    await expect.poll(() => waiting.events).toEqual(['connect']);
    first.door.close();
    await expect.poll(() => waiting.events).toEqual(['connect', 'close']);

    const second = await open();
    const { events } = visitor(second.path, 'one');
    const { heard, sockets } = admitAll(second.door);
    await expect.poll(() => heard).toEqual(['one']);
    second.door.close();
    sockets[0]!.end('goodbye');
    await expect.poll(() => events).toEqual(['connect', 'close']);
  });

  it('opens where one that was killed has left its own', async () => {
    const path = newPath();
    writeFileSync(path, '');
    const { door } = await open(path);
    visitor(path, 'again');
    const { heard } = admitAll(door);
    await expect.poll(() => heard).toEqual(['again']);
  });
});
