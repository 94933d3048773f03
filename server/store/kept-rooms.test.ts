// Folders of ended rooms: kept within their bounds, the one that ended first removed first.
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { quarantine } from './attempts.ts';
import { type Disk, systemDisk } from './disk.ts';
import { type EndedRoom, readEnded } from './ended-room.ts';
import { KeptRooms, type KeptRoomsOptions } from './kept-rooms.ts';
import { readRoom } from './read-room.ts';
import { roomFolder } from './room-folder.ts';
import { RoomJournal } from './room-journal.ts';
import { Tenure } from './tenure.ts';
import { temporaryFolder } from './test-disk.ts';
import { codec, ones, options } from './test-journal.ts';

const HOUR_MS = 3_600_000;
const ample = { free: 1e12, size: 1e12 };

const snapshotAt = (room: number, tick: number) => {
  const saved = { kinds: [], entities: [], players: [], state: { sum: tick } };
  return { room, game: 'count', stateVersion: 0, tick, saved } as never;
};

const endedOf = (room: number, tick = 1): EndedRoom => ({
  about: {
    room,
    game: 'count',
    code: 'ROOM_ENDED',
    reason: 'Over.',
    players: ['ada'],
    morePlayers: 0,
  },
  last: () => snapshotAt(room, tick),
});

class World {
  readonly data = temporaryFolder();
  readonly space = { ...ample };
  readonly disk: Disk = { ...systemDisk, spaceLater: async () => ({ ...this.space }) };
  kept!: KeptRooms;
  private tenure!: Tenure;

  constructor(bounds: Partial<KeptRoomsOptions> = {}) {
    this.begin(bounds);
  }

  /** As the process that comes next. */
  begin(bounds: Partial<KeptRoomsOptions> = {}): void {
    this.tenure = new Tenure();
    const { data, disk, tenure } = this;
    const all = { ageMsMax: HOUR_MS, bytesMax: 1e9 };
    this.kept = new KeptRooms({ data, disk, tenure, ...all, ...bounds });
  }

  /** A room of one batch that has ended. */
  async ended(room: number, ended = endedOf(room)): Promise<void> {
    const { data, kept, tenure, disk } = this;
    const of = { ...options(data), room, kept, tenure, disk };
    const journal = await RoomJournal.create(of, snapshotAt(room, 0));
    journal.append(1, 50, ones(1));
    await journal.remove(ended);
  }

  names(folder = 'ended'): string[] {
    const path = join(this.data, folder);
    return existsSync(path) ? readdirSync(path).sort() : [];
  }

  /** Sets the time at which a room has ended. */
  age(room: number, ms: number): void {
    const at = (Date.now() - ms) / 1000;
    utimesSync(join(this.data, 'ended', String(room), 'ended.json'), at, at);
  }

  /** Sweeps until the folder holds these. */
  async sweepsTo(names: readonly string[], isDiskFull = false): Promise<void> {
    await vi.waitFor(
      () => {
        this.kept.sweep(isDiskFull);
        expect(this.names()).toEqual(names);
      },
      { timeout: 10_000, interval: 5 },
    );
  }
}

describe('The files of an ended room', () => {
  it('are moved whole, with a description and the last state', async () => {
    const world = new World();
    await world.ended(7);
    expect(world.names('rooms')).toEqual([]);
    const folder = join(world.data, 'ended', '7');
    expect(readRoom(systemDisk, folder, codec)).toMatchObject({
      snapshots: [{ tick: 0 }, { tick: 1 }],
      batches: [{ tick: 1, inputs: ones(1) }],
    });
    const about = readEnded(systemDisk, folder)!;
    expect(about).toMatchObject({ ...endedOf(7).about });
    expect(Date.parse(about.ended)).toBeGreaterThanOrEqual(Date.parse(about.begun!) - 1000);
    expect(world.kept.count).toBe(1);
    expect(world.kept.bytes).toBeGreaterThan(0);
  });

  it.each([{ ageMsMax: 0 }, { bytesMax: 0 }])(
    'are removed where %o turns that off',
    async (bounds) => {
      const world = new World(bounds);
      await world.ended(7);
      expect([world.names(), world.names('rooms')]).toEqual([[], []]);
    },
  );

  it('are removed where the disk has no space for the description', async () => {
    const world = new World();
    world.disk.writeLater = async (path, bytes) => {
      if (path.endsWith('ended.json')) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      await systemDisk.writeLater(path, bytes);
    };
    await world.ended(7);
    expect([world.names(), world.names('rooms')]).toEqual([[], []]);
    expect(world.kept.takeTrouble().error).toMatchObject({ message: 'full' });
  });

  it('do not replace those of another room with the same number', async () => {
    const world = new World();
    await world.ended(7);
    await world.ended(7);
    expect(world.names()).toEqual(['7', '7-2']);
    world.begin({ bytesMax: 0 });
    await world.sweepsTo([]);
  });
});

describe('Kept rooms', () => {
  it('are counted by the next process, and removed by age', async () => {
    const world = new World();
    for (const room of [1, 2, 3]) await world.ended(room);
    const { bytes } = world.kept;
    world.age(2, HOUR_MS + 1000);
    world.begin();
    await world.sweepsTo(['1', '3']);
    expect(world.kept.count).toBe(2);
    expect(world.kept.bytes).toBe((bytes / 3) * 2);
  });

  it('stay below the bytes, the room that ended first removed first', async () => {
    const world = new World();
    for (const room of [1, 2, 3, 4]) await world.ended(room);
    world.age(3, 30 * 60_000);
    const { bytes } = world.kept;
    world.begin({ bytesMax: bytes * 0.8 });
    await world.sweepsTo(['1', '2', '4']);
    await world.ended(5);
    await world.sweepsTo(['2', '4', '5']);
  });

  it('go first when the disk is nearly full, and only as many as have to', async () => {
    const world = new World();
    for (const room of [1, 2, 3]) await world.ended(room);
    Object.assign(world.space, { free: 1e8, size: 1e10 });
    world.disk.removeLater = async (path) => {
      await systemDisk.removeLater(path);
      world.space.free = 1e10;
    };
    world.begin();
    await vi.waitFor(() => {
      world.kept.sweep(false);
      expect(world.names()).toHaveLength(2);
    });
    await world.ended(4);
    expect(world.names()).toHaveLength(3);
    expect(world.kept.takeTrouble().droppedForSpace).toBe(1);
  });

  it('go when the disk refuses something, and none is added until it does not', async () => {
    const world = new World();
    await world.ended(1);
    await world.sweepsTo([], true);
    await world.ended(2);
    expect(world.names()).toEqual([]);
    await vi.waitFor(async () => {
      world.kept.sweep(false);
      await world.ended(3);
      expect(world.names()).toEqual(['3']);
    });
  });

  it('leave what else is in the folder, and finish a removal that was interrupted', async () => {
    const world = new World({ bytesMax: 0 });
    for (const name of ['notes', '4.removed', '5']) {
      mkdirSync(join(world.data, 'ended', name), { recursive: true });
      writeFileSync(join(world.data, 'ended', name, 'snapshot'), 'x');
    }
    await world.sweepsTo(['notes']);
  });

  it('are no longer changed by a process whose time is over', async () => {
    const world = new World();
    await world.ended(1);
    const before = world.kept;
    await (world as unknown as { tenure: Tenure }).tenure.end();
    before.sweep(true);
    await vi.waitFor(() => expect(before.count).toBe(0));
    expect(world.names()).toEqual(['1']);
  });
});

describe('Folders of quarantined rooms', () => {
  /** A room that has failed. @returns its folder. */
  async function quarantined(world: World, room: number): Promise<string> {
    const journal = await RoomJournal.create({ ...options(world.data), room }, snapshotAt(room, 0));
    journal.append(1, 50, ones(1));
    await journal.close();
    return quarantine(roomFolder(world.data, room));
  }

  it('stay, whatever the bounds are, until all that the room did to accounts is settled', async () => {
    const world = new World();
    const folder = await quarantined(world, 3);
    await world.ended(1);
    world.begin({ bytesMax: 0 });
    await world.sweepsTo([]);
    expect(world.names('rooms')).toEqual(['3.quarantined-1']);
    await world.kept.keepQuarantined(folder, endedOf(3).about);
    await world.sweepsTo([]);
    await vi.waitFor(() => expect(world.names('rooms')).toEqual([]));
  });

  it('are bounded together with those of ended rooms, also by the next process', async () => {
    const world = new World();
    const folder = await quarantined(world, 3);
    await world.kept.keepQuarantined(folder, endedOf(3).about);
    expect(readEnded(systemDisk, folder)).toMatchObject({ room: 3, players: ['ada'] });
    await world.ended(4);
    expect(world.kept.count).toBe(2);
    const { bytes } = world.kept;
    world.age(4, 1000);
    world.begin();
    await vi.waitFor(() => {
      world.kept.sweep(false);
      expect([world.kept.count, world.kept.bytes]).toEqual([2, bytes]);
    });
    const at = (Date.now() - HOUR_MS - 1000) / 1000;
    utimesSync(join(folder, 'ended.json'), at, at);
    world.begin();
    await vi.waitFor(() => {
      world.kept.sweep(false);
      expect(world.names('rooms')).toEqual([]);
    });
    expect(world.names()).toEqual(['4']);
  });

  it('that were being removed by a process that died are removed by the next one, and no others', async () => {
    const world = new World();
    for (const name of ['3.quarantined-1.removed', '4', '5.notes', '6.quarantined-2']) {
      mkdirSync(join(world.data, 'rooms', name), { recursive: true });
    }
    await vi.waitFor(() => {
      world.kept.sweep(false);
      expect(world.names('rooms')).toEqual(['4', '5.notes', '6.quarantined-2']);
    });
  });
});
