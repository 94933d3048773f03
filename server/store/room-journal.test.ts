// A room's folder: whatever happened to the process, the room comes back as it last was.
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemDisk } from './disk.ts';
import { readRoom } from './read-room.ts';
import { recover } from './recover.ts';
import { listRooms, roomFolder } from './room-folder.ts';
import { Tenure } from './tenure.ts';
import { crashingDisk, smallDisk, temporaryFolder } from './test-disk.ts';
import { CountingRoom, codec, codeOf, ones, options } from './test-journal.ts';

const files = (data: string) => readdirSync(roomFolder(data, 7)).sort();
const pathOf = (data: string, kind: string) =>
  join(roomFolder(data, 7), files(data).find((name) => name.startsWith(kind))!);
const recovered = (data: string) => recover(systemDisk, roomFolder(data, 7), codec);

/** A folder with a snapshot at tick 0 and batches of 1, 0 and 3 inputs. */
async function written(): Promise<{
  data: string;
  journal: string;
  bytes: Buffer;
  ends: number[];
}> {
  const data = temporaryFolder();
  const room = await CountingRoom.create(options(data));
  const ends = [1, 0, 3].map((count) => {
    room.step(ones(count));
    return room.journal.bytes;
  });
  const journal = pathOf(data, 'journal');
  return { data, journal, bytes: readFileSync(journal), ends };
}

describe('A room’s journal', () => {
  it('gives back every batch, those without inputs too, with tick and time', async () => {
    const { data } = await written();
    expect(recovered(data)).toMatchObject({
      snapshot: { game: 'count', stateVersion: 0, tick: 0, saved: { state: { sum: 0 } } },
      batches: [
        { tick: 1, now: 50, inputs: ones(1) },
        { tick: 2, now: 100, inputs: [] },
        { tick: 3, now: 150, inputs: ones(3) },
      ],
      droppedBytes: 0,
    });
  });

  it('loses only a record that is torn, at whichever byte, and can go on after it', async () => {
    const { data, journal, bytes, ends } = await written();
    for (let length = 0; length < bytes.length; length++) {
      writeFileSync(journal, bytes.subarray(0, length));
      const { batches, droppedBytes } = recovered(data);
      const whole = ends.filter((end) => end <= length).length;
      expect(batches).toHaveLength(whole);
      expect(droppedBytes).toBe(length - (whole ? ends[whole - 1]! : length < 6 ? 0 : 6));
      const room = CountingRoom.recover(options(data));
      room.step(ones(5));
      const { batches: again, droppedBytes: nothing } = recovered(data);
      expect([again.at(-1)?.inputs.length, again.length, nothing]).toEqual([5, whole + 1, 0]);
      for (const name of files(data)) {
        if (name.startsWith('journal')) systemDisk.remove(join(roomFolder(data, 7), name));
      }
    }
  });

  it('with a damaged byte loses its last record, or is refused', async () => {
    const { data, journal, bytes, ends } = await written();
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 0x41;
      writeFileSync(journal, damaged);
      if (at >= ends[1]!) {
        expect(recovered(data).batches).toHaveLength(2);
      } else {
        const code = codeOf(() => recovered(data));
        expect(code).toBe(at === 4 || at === 5 ? 'NEWER_FORMAT' : 'CORRUPT');
        expect(readFileSync(journal)).toEqual(damaged);
      }
    }
  });

  it('with a batch missing is refused', async () => {
    const { data, journal, bytes, ends } = await written();
    writeFileSync(journal, Buffer.concat([bytes.subarray(0, ends[0]), bytes.subarray(ends[1])]));
    expect(() => recovered(data)).toThrow('tick 3 follows, not 2');
  });

  it('takes no tick twice and leaves none out', async () => {
    const { journal } = await CountingRoom.create(options(temporaryFolder()));
    expect(() => journal.append(2, 0, [])).toThrow(RangeError);
    journal.append(1, 0, []);
    expect(() => journal.append(1, 0, [])).toThrow(RangeError);
  });

  it('on a full disk refuses the batch, keeps the others, and goes on when there is place', async () => {
    for (let spare = 0; spare < 14; spare++) {
      const data = temporaryFolder();
      const place = { bytes: 1_000 };
      const room = await CountingRoom.create({ ...options(data), disk: smallDisk(place) });
      room.step(ones(1));
      place.bytes = spare;
      expect(codeOf(() => room.step(ones(400)))).toBe('DISK_FULL');
      expect(recovered(data)).toMatchObject({ batches: [{ tick: 1 }], droppedBytes: 0 });
      place.bytes = 10_000;
      room.step(ones(2));
      expect(recovered(data).batches.map(({ inputs }) => inputs.length)).toEqual([1, 2]);
    }
  });

  it('is refused when its disk cannot sync, and nothing of the batch remains', async () => {
    const data = temporaryFolder();
    let works = true;
    const sync = (fd: number) => {
      if (!works) throw Object.assign(new Error('bad sector'), { code: 'EIO' });
      systemDisk.sync(fd);
    };
    const disk = { ...systemDisk, sync };
    const room = await CountingRoom.create({ ...options(data), disk, policy: 'always' });
    room.step(ones(1));
    works = false;
    expect(codeOf(() => room.step(ones(1)))).toBe('IO');
    works = true;
    expect(codeOf(() => room.step(ones(1)))).toBe('IO');
    expect(recovered(data).batches).toHaveLength(1);
  });

  it('with everysecond syncs when told, if there is something new', async () => {
    let syncs = 0;
    const syncLater = async (fd: number) => {
      syncs++;
      await systemDisk.syncLater(fd);
    };
    const disk = { ...systemDisk, syncLater };
    const of = { ...options(temporaryFolder()), disk, policy: 'everysecond' as const };
    const room = await CountingRoom.create(of);
    await room.journal.sync();
    expect(syncs).toBe(0);
    room.step(ones(1));
    await room.journal.sync();
    await room.journal.sync();
    expect(syncs).toBe(1);
    await room.journal.close();
  });
});

describe('A snapshot', () => {
  it('takes the place of the one before the last, and of the journal before that', async () => {
    const { data } = await written();
    const room = CountingRoom.recover(options(data));
    await room.snapshot();
    const first = ['journal-000000000001.log', 'journal-000000000004.log'];
    const snapshots = ['snapshot-000000000000.bin', 'snapshot-000000000003.bin'];
    expect(files(data)).toEqual([...first, ...snapshots]);
    room.step(ones(2));
    expect(room.journal.unsnapshotted).toBe(1);
    await room.snapshot();
    expect(room.journal.unsnapshotted).toBe(0);
    expect(files(data)).toEqual([
      'journal-000000000004.log',
      'journal-000000000005.log',
      'snapshot-000000000003.bin',
      'snapshot-000000000004.bin',
    ]);
    room.step(ones(1));
    expect(CountingRoom.recover(options(data)).state).toEqual({ tick: 5, now: 250, sum: 7 });
  });

  it('that is damaged loses nothing: the one before it is there, with the journal', async () => {
    const { data } = await written();
    const room = CountingRoom.recover(options(data));
    await room.snapshot();
    room.step(ones(2));
    const path = join(roomFolder(data, 7), 'snapshot-000000000003.bin');
    writeFileSync(path, readFileSync(path).fill(0, 20, 30));
    const { snapshot, batches, damaged } = recovered(data);
    expect([snapshot.tick, batches.length]).toEqual([0, 4]);
    expect(damaged).toMatchObject([{ code: 'CORRUPT', path }]);
    expect(files(data)).toContain('snapshot-000000000003.bin.damaged');
    const again = CountingRoom.recover(options(data));
    expect(again.state).toEqual({ tick: 4, now: 200, sum: 6 });
    await again.snapshot();
    expect(files(data).filter((name) => name.endsWith('.bin'))).toEqual([
      'snapshot-000000000000.bin',
      'snapshot-000000000004.bin',
    ]);
  });

  it('is of the moment when it was asked for, whatever the room does meanwhile', async () => {
    const data = temporaryFolder();
    const room = await CountingRoom.create(options(data));
    room.step(ones(1));
    const done = room.snapshot();
    expect(room.snapshot()).toBe(done);
    room.step(ones(1));
    await done;
    expect(recovered(data)).toMatchObject({
      snapshot: { saved: { state: { sum: 1 } } },
      batches: [{}],
    });
  });

  it('with a damaged byte is refused, or an older one is taken that is still there', async () => {
    const { data } = await written();
    const path = pathOf(data, 'snapshot');
    const bytes = readFileSync(path);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 0x41;
      writeFileSync(path, damaged);
      const newer = at === 4 || at === 5;
      expect(codeOf(() => recovered(data))).toBe(newer ? 'NEWER_FORMAT' : 'CORRUPT');
    }
    writeFileSync(path, bytes);
    writeFileSync(join(roomFolder(data, 7), 'snapshot-000000000002.bin'), bytes.subarray(0, 50));
    expect(recovered(data)).toMatchObject({ snapshot: { tick: 0 }, batches: [{}, {}, {}] });
  });

  it('that fails leaves everything as it was, and a later one succeeds', async () => {
    const data = temporaryFolder();
    let full = false;
    const writeLater = async (path: string, bytes: Uint8Array) => {
      if (full) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      await systemDisk.writeLater(path, bytes);
    };
    const room = await CountingRoom.create({
      ...options(data),
      disk: { ...systemDisk, writeLater },
    });
    full = true;
    for (let i = 0; i < 3; i++) {
      room.step(ones(2));
      await expect(room.snapshot()).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(recovered(data).batches).toHaveLength(i + 1);
    }
    full = false;
    await room.snapshot();
    await room.journal.close();
    expect(files(data).filter((name) => name.startsWith('snapshot'))).toHaveLength(2);
    expect(CountingRoom.recover(options(data)).state.sum).toBe(6);
  });
});

describe('A room that is finished with', () => {
  it('is recovered as it last was, while the disk has not all of it yet', async () => {
    const data = temporaryFolder();
    const room = await CountingRoom.create(options(data));
    room.step(ones(2));
    const writing = room.snapshot();
    room.step(ones(1));
    await Promise.all([writing, room.finish()]);
    expect(room.journal.unsnapshotted).toBe(0);
    expect(recovered(data)).toMatchObject({ snapshot: { tick: 2 }, batches: [] });
    const next = CountingRoom.recover(options(data));
    next.step(ones(4));
    await room.journal.close();
    expect(CountingRoom.recover(options(data)).state).toEqual({ tick: 3, now: 150, sum: 7 });
    // As a power failure leaves it.
    writeFileSync(join(roomFolder(data, 7), 'snapshot-000000000002.bin'), '');
    expect(CountingRoom.recover(options(data)).state).toEqual({ tick: 3, now: 150, sum: 7 });
  });

  it('is not written down again where nothing has happened since', async () => {
    const data = temporaryFolder();
    const room = await CountingRoom.create(options(data));
    room.step(ones(1));
    await room.snapshot();
    const before = files(data);
    await room.finish();
    await room.finish();
    expect(files(data)).toEqual(before);
  });

  it('is recovered from its journal where the disk is full', async () => {
    const data = temporaryFolder();
    const place = { bytes: 10_000 };
    const room = await CountingRoom.create({ ...options(data), disk: smallDisk(place) });
    room.step(ones(3));
    place.bytes = 5;
    await expect(room.finish()).rejects.toMatchObject({ code: 'DISK_FULL' });
    await room.journal.close();
    expect(recovered(data)).toMatchObject({ snapshot: { tick: 0 }, batches: [{}] });
  });

  it('is not removed any more once another process may have it', async () => {
    const data = temporaryFolder();
    const tenure = new Tenure();
    const create = (room: number) => CountingRoom.create({ ...options(data), room, tenure });
    const [stays, goes] = [await create(7), await create(8)];
    const removed = goes.journal.remove();
    await tenure.end();
    void stays.journal.remove();
    await removed;
    expect(listRooms(systemDisk, data)).toEqual([7]);
  });
});

describe('A crash', () => {
  it('between any two operations loses nothing that was appended', async () => {
    let operations = 0;
    for (let finished = false; !finished; operations++) {
      const data = temporaryFolder();
      const { disk, done } = crashingDisk(operations);
      let room: CountingRoom | undefined;
      try {
        room = await CountingRoom.create({ ...options(data), disk, policy: 'everysecond' });
        for (let i = 0; i < 3; i++) {
          room.step(ones(i));
          const snapshot = room.snapshot();
          snapshot.catch(() => {});
          room.step(ones(5));
          await snapshot;
        }
        await room.finish();
        await room.journal.close();
        finished = done.length <= operations;
      } catch {}
      if (room) expect(CountingRoom.recover(options(data)).state, String(done)).toEqual(room.state);
      else expect(listRooms(systemDisk, data).every(() => recovered(data))).toBe(true);
    }
    expect(operations).toBeGreaterThan(40);
  });

  it('of the machine may tear a segment after the next was begun: both go from there', async () => {
    const { data, journal, bytes, ends } = await written();
    const next = join(roomFolder(data, 7), 'journal-000000000004.log');
    const later = readFileSync(pathOf((await written()).data, 'journal'));
    writeFileSync(next, later);
    writeFileSync(journal, bytes.subarray(0, ends[2]! - 1));
    const lost = ends[2]! - 1 - ends[1]! + later.length;
    const cut = { batches: [{}, {}], droppedBytes: lost };
    expect(readRoom(systemDisk, roomFolder(data, 7), codec)).toMatchObject(cut);
    expect(existsSync(next)).toBe(true);
    expect(recovered(data)).toMatchObject(cut);
    expect(existsSync(next)).toBe(false);
  });

  it('is all for the disk to take after a recovery, where a snapshot was being written', async () => {
    const data = temporaryFolder();
    const disk = { ...systemDisk, syncLater: () => new Promise<never>(() => {}) };
    const room = await CountingRoom.create({ ...options(data), disk });
    room.step(ones(1));
    void room.snapshot();
    room.step(ones(1));
    const journals = files(data).filter((name) => name.startsWith('journal'));
    expect(journals).toHaveLength(2);
    const { unsynced } = recovered(data);
    const folder = roomFolder(data, 7);
    expect(unsynced).toEqual(expect.arrayContaining(journals.map((name) => join(folder, name))));
  });

  it('after a recovery cannot tear what was recovered: that is damage', async () => {
    const { data, journal, bytes } = await written();
    const room = CountingRoom.recover(options(data));
    room.step(ones(1));
    // When the disk has it.
    await room.journal.sync();
    writeFileSync(journal, bytes.subarray(0, -1));
    expect(codeOf(() => recovered(data))).toBe('CORRUPT');
  });

  it.each([
    ['within a record', 1],
    ['between two', 0],
  ])('%s, before the disk had what was recovered, loses what came after it', async (_, more) => {
    const { data, journal, bytes, ends } = await written();
    const before = recovered(data).batches;
    const disk = { ...systemDisk, syncFileLater: () => new Promise<never>(() => {}) };
    const room = CountingRoom.recover({ ...options(data), disk });
    room.step(ones(1));
    writeFileSync(journal, bytes.subarray(0, ends.at(-2)! + more));
    expect(recovered(data).batches).toEqual(before.slice(0, -1));
    CountingRoom.recover(options(data)).step(ones(1));
  });

  it('cannot tear a segment that was sealed: that is damage', async () => {
    const data = temporaryFolder();
    const disk = { ...systemDisk };
    const room = await CountingRoom.create({ ...options(data), disk });
    disk.writeLater = () => Promise.reject(new Error('no'));
    room.step(ones(1));
    const journal = pathOf(data, 'journal');
    await room.snapshot().catch(() => {});
    room.step(ones(1));
    writeFileSync(journal, readFileSync(journal).subarray(0, -1));
    expect(codeOf(() => recovered(data))).toBe('CORRUPT');
  });

  it('at any time, again and again, leaves the room as a model says', async () => {
    const act = fc.oneof(
      { weight: 6, arbitrary: fc.array(fc.record({ by: fc.integer() }), { maxLength: 4 }) },
      { weight: 2, arbitrary: fc.constant('snapshot' as const) },
      { weight: 1, arbitrary: fc.constant('crash' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40, size: 'max' }), async (acts) => {
        let data = temporaryFolder();
        let room = await CountingRoom.create(options(data));
        let sum = 0;
        let ticks = 0;
        const snapshots: Promise<number>[] = [];
        for (const act of acts) {
          if (act === 'snapshot') snapshots.push(room.snapshot());
          else if (act === 'crash') {
            // The process that dies goes on in a folder that nobody looks at.
            const copy = temporaryFolder();
            cpSync(data, copy, { recursive: true });
            data = copy;
            room = CountingRoom.recover(options(data));
            expect(room.state).toEqual({ tick: ticks, now: ticks * 50, sum });
          } else {
            room.step(act);
            ticks++;
            for (const { by } of act) sum += by;
          }
        }
        await Promise.all(snapshots);
        expect(CountingRoom.recover(options(data)).state).toEqual({
          tick: ticks,
          now: ticks * 50,
          sum,
        });
      }),
      { numRuns: 60 },
    );
  });
});
