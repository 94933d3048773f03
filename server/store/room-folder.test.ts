// The folder of rooms: which there are, what is left of one that has ended, who may write.
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemDisk } from './disk.ts';
import { listRooms } from './room-folder.ts';
import { RoomJournal } from './room-journal.ts';
import { temporaryFolder } from './test-disk.ts';
import { CountingRoom, ones, options } from './test-journal.ts';

describe('The folder of rooms', () => {
  it('lists them by number, and removes what was being made or removed', async () => {
    const data = temporaryFolder();
    expect(listRooms(systemDisk, data)).toEqual([]);
    for (const room of [10, 7]) await CountingRoom.create({ ...options(data), room });
    systemDisk.makeFolder(join(data, 'rooms', '11.part'));
    systemDisk.makeFolder(join(data, 'rooms', '12.ended'));
    expect(listRooms(systemDisk, data)).toEqual([7, 10]);
    expect(readdirSync(join(data, 'rooms')).sort()).toEqual(['10', '7']);
  });

  it('has nothing left of a room that has ended', async () => {
    const data = temporaryFolder();
    const room = await CountingRoom.create(options(data));
    room.step(ones(1));
    const snapshot = room.snapshot();
    await room.journal.remove();
    await snapshot;
    expect(readdirSync(join(data, 'rooms'))).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('says so when it may not be written', async () => {
    const data = temporaryFolder();
    chmodSync(data, 0o500);
    await expect(CountingRoom.create(options(data))).rejects.toMatchObject({
      code: 'NOT_WRITABLE',
    });
  });

  it('says so when the system refuses to write, with what to do, and keeps nothing', async () => {
    for (const name of ['makeFolderLater', 'writeLater', 'renameLater', 'createLater'] as const) {
      const data = temporaryFolder();
      const refuse = async () => {
        throw Object.assign(new Error('no'), { code: 'EACCES', syscall: 'open' });
      };
      const of = { ...options(data), disk: { ...systemDisk, [name]: refuse } };
      await expect(RoomJournal.create(of, SNAPSHOT)).rejects.toThrow(/permissions$/);
      expect(listRooms(systemDisk, data)).toEqual([]);
      expect(readdirSync(join(data, 'rooms'))).toEqual([]);
    }
  });

  it('keeps a room that is there when another is to have its number', async () => {
    const data = temporaryFolder();
    const room = await CountingRoom.create(options(data));
    room.step(ones(3));
    await expect(CountingRoom.create(options(data))).rejects.toThrow();
    expect(CountingRoom.recover(options(data)).state.sum).toBe(3);
  });

  it('never holds up the event loop when a room is made or removed', async () => {
    const data = temporaryFolder();
    const waits = ['makeFolder', 'create', 'sync', 'syncFolder', 'rename', 'remove'] as const;
    const held: string[] = [];
    const disk = { ...systemDisk };
    for (const name of waits) {
      disk[name] = (...args: unknown[]) => {
        held.push(name);
        return (systemDisk[name] as (...args: unknown[]) => never)(...args);
      };
    }
    const room = await CountingRoom.create({ ...options(data), disk, policy: 'always' });
    await room.journal.remove();
    expect(held).toEqual([]);
  });
});
const SNAPSHOT = {
  room: 7,
  game: 'count',
  stateVersion: 2,
  tick: 0,
  saved: { entities: [], players: [] },
};
