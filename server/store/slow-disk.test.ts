// A disk with a fault, as a file says.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { slowDisk } from './slow-disk.ts';
import { temporaryFolder } from './test-disk.ts';
import { CountingRoom, codeOf, ones, options } from './test-journal.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** Writes the file, and lets the time pass after which it is looked at again. */
function set(path: string, text: string): void {
  writeFileSync(path, text);
  vi.advanceTimersByTime(100);
}

function msOf(act: () => unknown): number {
  const from = process.hrtime.bigint();
  act();
  return Number(process.hrtime.bigint() - from) / 1e6;
}

describe('A slow disk', () => {
  it('does what the system does while there is no file, or none that it knows', async () => {
    const data = temporaryFolder();
    const path = join(data, 'fault');
    const room = await CountingRoom.create({ ...options(data), disk: slowDisk(path) });
    room.step(ones(2));
    for (const text of ['', 'x', '-5', '0']) {
      set(path, text);
      room.step(ones(1));
    }
    expect(room.state.sum).toBe(6);
  });

  it('holds each write up as long as the file says, at once or beside the event loop', async () => {
    const data = temporaryFolder();
    const path = join(data, 'fault');
    const room = await CountingRoom.create({ ...options(data), disk: slowDisk(path) });
    set(path, '40');
    expect(msOf(() => room.step(ones(1)))).toBeGreaterThan(35);
    const from = process.hrtime.bigint();
    await room.snapshot();
    // A segment, its seal, and what is written, renamed and synced of the snapshot.
    expect(Number(process.hrtime.bigint() - from) / 1e6).toBeGreaterThan(5 * 35);
    rmSync(path);
    vi.advanceTimersByTime(100);
    room.step(ones(1));
  });

  it('that is only slow to sync holds up what waits for that, and no append', async () => {
    const data = temporaryFolder();
    const path = join(data, 'fault');
    const of = { ...options(data), disk: slowDisk(path), policy: 'everysecond' as const };
    const room = await CountingRoom.create(of);
    set(path, 'sync 300');
    expect(msOf(() => room.step(ones(1)))).toBeLessThan(250);
    const from = process.hrtime.bigint();
    await room.journal.sync();
    expect(Number(process.hrtime.bigint() - from) / 1e6).toBeGreaterThan(250);
  });

  it('that is full refuses what needs space, and goes on when there is some again', async () => {
    const data = temporaryFolder();
    const path = join(data, 'fault');
    const of = { ...options(data), disk: slowDisk(path) };
    const room = await CountingRoom.create(of);
    room.step(ones(1));
    set(path, 'full\n');
    expect(codeOf(() => room.step(ones(5)))).toBe('DISK_FULL');
    await expect(CountingRoom.create({ ...of, room: 8 })).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
    expect(codeOf(() => room.snapshot())).toBe('DISK_FULL');
    set(path, '');
    room.step(ones(2));
    await room.snapshot();
    await room.journal.close();
    expect(CountingRoom.recover(of).state.sum).toBe(3);
  });
});
