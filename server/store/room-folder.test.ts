// The folder of rooms: which there are, what is left of one that has ended, who may write.
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemDisk } from './disk.ts';
import { listRooms } from './room-folder.ts';
import { RoomJournal } from './room-journal.ts';
import { temporaryFolder } from './test-disk.ts';
import { CountingRoom, codeOf, ones, options } from './test-journal.ts';

describe('The folder of rooms', () => {
  it('lists them by number, without those that are being made or removed', async () => {
    const data = temporaryFolder();
    expect(listRooms(systemDisk, data)).toEqual([]);
    for (const room of [10, 7]) CountingRoom.create({ ...options(data), room });
    systemDisk.makeFolder(join(data, 'rooms', '11.part'));
    systemDisk.makeFolder(join(data, 'rooms', '12.ended'));
    expect(listRooms(systemDisk, data)).toEqual([7, 10]);
    expect(existsSync(join(data, 'rooms', '12.ended'))).toBe(false);
  });

  it('has nothing left of a room that has ended', async () => {
    const data = temporaryFolder();
    const room = CountingRoom.create(options(data));
    room.step(ones(1));
    const snapshot = room.snapshot();
    await room.journal.remove();
    await snapshot;
    expect(readdirSync(join(data, 'rooms'))).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('says so when it may not be written', () => {
    const data = temporaryFolder();
    chmodSync(data, 0o500);
    expect(codeOf(() => CountingRoom.create(options(data)))).toBe('NOT_WRITABLE');
  });

  it('says so when the system refuses to write, with what to do', () => {
    const data = temporaryFolder();
    const create = () => {
      throw Object.assign(new Error('no'), { code: 'EACCES', syscall: 'open' });
    };
    const disk = { ...systemDisk, create };
    expect(() => RoomJournal.create({ ...options(data), disk }, SNAPSHOT)).toThrow(/permissions$/);
    expect(listRooms(systemDisk, data)).toEqual([]);
  });
});
const SNAPSHOT = {
  room: 7,
  game: 'count',
  stateVersion: 2,
  tick: 0,
  saved: { entities: [], players: [] },
};
