// A room's folder read to be looked at: all that it holds, whoever is at work in it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Disk, systemDisk } from './disk.ts';
import { readRoom } from './read-room.ts';
import { roomFolder } from './room-folder.ts';
import { temporaryFolder } from './test-disk.ts';
import { CountingRoom, codec, codeOf, ones, options } from './test-journal.ts';

const read = (data: string, disk: Disk = systemDisk) => readRoom(disk, roomFolder(data, 7), codec);
const contents = (folder: string) =>
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'latin1')]);

/** A folder with snapshots at ticks 1 and 3, and batches up to 4. */
async function written(
  disk: Disk = systemDisk,
): Promise<{ data: string; room: CountingRoom; folder: string }> {
  const data = temporaryFolder();
  const room = await CountingRoom.create({ ...options(data), disk });
  for (const count of [1, 2]) {
    for (let i = 0; i < count; i++) room.step(ones(count));
    await room.snapshot();
  }
  room.step(ones(1));
  return { data, room, folder: roomFolder(data, 7) };
}

describe('A room’s folder', () => {
  it('has two snapshots, and every batch since the older', async () => {
    const { data } = await written();
    const { snapshots, batches, damaged } = read(data);
    expect(snapshots.map(({ tick }) => tick)).toEqual([1, 3]);
    expect(batches.map(({ tick }) => tick)).toEqual([2, 3, 4]);
    expect(damaged).toEqual([]);
  });

  it('is not changed by being read, though its end is torn', async () => {
    const { data, folder } = await written();
    const last = join(folder, 'journal-000000000004.log');
    writeFileSync(last, Buffer.concat([readFileSync(last), Buffer.from('torn')]));
    const before = contents(folder);
    expect(read(data)).toMatchObject({ droppedBytes: 4, batches: [{}, {}, {}] });
    expect(contents(folder)).toEqual(before);
  });

  it('is read from the newer snapshot where the older or its journal is damaged', async () => {
    for (const name of ['snapshot-000000000001.bin', 'journal-000000000002.log']) {
      const { data, folder } = await written();
      const path = join(folder, name);
      writeFileSync(path, readFileSync(path).fill(0, 10, 20));
      const { snapshots, batches, damaged } = read(data);
      expect(snapshots.map(({ tick }) => tick)).toEqual([3]);
      expect(batches.map(({ tick }) => tick)).toEqual([4]);
      expect(damaged).toMatchObject([{ code: 'CORRUPT' }]);
    }
  });

  it('is read from the newer snapshot where the journal before it never came to the disk', async () => {
    const syncLater = () => Promise.reject(new Error('not now'));
    const { data, folder } = await written({ ...systemDisk, syncLater });
    const torn = join(folder, 'journal-000000000002.log');
    writeFileSync(torn, readFileSync(torn).subarray(0, -1));
    const { snapshots, batches, damaged } = read(data);
    expect(snapshots.map(({ tick }) => tick)).toEqual([3]);
    expect(batches.map(({ tick }) => tick)).toEqual([4]);
    expect(damaged[0]!.message).toContain('the journal ends at tick 2');
  });

  it('is read again where a server has removed a file meanwhile', async () => {
    const { data } = await written();
    let missing = 3;
    const disk = {
      ...systemDisk,
      read(path: string) {
        if (missing-- > 0) throw Object.assign(new Error('gone'), { code: 'ENOENT' });
        return systemDisk.read(path);
      },
    };
    expect(read(data, disk).snapshots).toHaveLength(2);
    missing = 1000;
    expect(codeOf(() => read(data, disk))).toBe('MISSING');
  });

  it('is refused where it is none, or has no snapshot', () => {
    const data = temporaryFolder();
    expect(codeOf(() => read(data))).toBe('MISSING');
    systemDisk.makeFolder(roomFolder(data, 7));
    expect(() => read(data)).toThrow('there is no snapshot');
  });
});
