// Who ended the process: told from where recoveries of one folder ended with it.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Attempt, culpritOf } from './attempts.ts';
import { systemDisk } from './disk.ts';
import { readRoom } from './read-room.ts';
import { recover } from './recover.ts';
import { roomFolder } from './room-folder.ts';
import { readSetAside, writeSetAside } from './set-aside.ts';
import { crashingDisk, temporaryFolder } from './test-disk.ts';
import { CountingRoom, codec, ones, options } from './test-journal.ts';

const begin = (folder: string) => new Attempt(systemDisk, folder);
const batches = [3, 4, 5].map((tick) => ({ tick, now: tick, inputs: ones(2) }));
const culprit = (tick: number, index: number, times = 1) =>
  culpritOf({ tick, index, times }, batches, 5);

describe('A recovery', () => {
  it('finds where the one before it ended with its process', () => {
    const folder = temporaryFolder();
    expect(begin(folder).previous).toBeUndefined();
    expect(begin(folder).previous).toEqual({ tick: 0, index: -1, times: 1 });
    begin(folder).at(123_456_789_012, 1000);
    expect(begin(folder).previous).toEqual({ tick: 123_456_789_012, index: 1000, times: 1 });
  });

  it('counts how many in a row ended at one tick', () => {
    const folder = temporaryFolder();
    for (const tick of [7, 7, 7, 8]) begin(folder).at(tick, 2);
    expect(begin(folder).previous).toEqual({ tick: 8, index: 2, times: 1 });
    for (const tick of [8, 8]) begin(folder).at(tick, 2);
    expect(begin(folder).previous).toEqual({ tick: 8, index: 2, times: 2 });
  });

  it.each<[string, (attempt: Attempt) => void]>([
    ['ended', (attempt) => attempt.end()],
    ['let other code have its turn', (attempt) => attempt.rest()],
  ])('that %s is not found', (_what, act) => {
    const folder = temporaryFolder();
    const attempt = begin(folder);
    attempt.at(7, 1);
    act(attempt);
    expect(begin(folder).previous).toBeUndefined();
  });

  it('leaves no file when it has ended, and takes any that was there', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'recovering');
    for (const rest of ['', '1', 'x y z', '5 1']) {
      writeFileSync(path, rest);
      const attempt = begin(folder);
      expect(attempt.previous).toBeUndefined();
      attempt.end();
      attempt.end();
      expect(existsSync(path)).toBe(false);
    }
  });
});

describe('At fault', () => {
  it('is the input of the last batch at which one recovery ended', () => {
    expect(culprit(5, 1)).toEqual({ input: { by: 1 }, tick: 5, index: 1 });
  });

  it('is the input of an earlier batch at which two ended, and nobody before', () => {
    expect([culprit(4, -1), culprit(4, 1)]).toEqual([undefined, undefined]);
    expect(culprit(4, 1, 2)).toEqual({ input: { by: 1 }, tick: 4, index: 1 });
  });

  it('is the room where its tick or what comes after it is', () => {
    expect([culprit(5, 2), culprit(5, 3), culprit(4, 2, 2)]).toEqual(['room', 'room', 'room']);
  });

  it('is the room that was ended three times before its first batch', () => {
    expect([culprit(0, -1), culprit(0, -1, 2)]).toEqual([undefined, undefined]);
    expect(culprit(0, -1, 3)).toBe('room');
  });
});

describe('What was set aside', () => {
  /** A room with batches of 1, 3 and 2 inputs. */
  async function written(): Promise<string> {
    const data = temporaryFolder();
    const room = await CountingRoom.create(options(data));
    for (const count of [1, 3, 2]) room.step(ones(count));
    return roomFolder(data, 7);
  }
  const inputs = (folder: string) =>
    readRoom(systemDisk, folder, codec).batches.map((batch) => batch.inputs.map(({ by }) => by));

  it('is left out for whoever reads the folder, and nothing else is', async () => {
    const folder = await written();
    expect(readSetAside(systemDisk, folder)).toEqual([]);
    writeSetAside(systemDisk, folder, [{ tick: 2, index: 1 }]);
    expect(inputs(folder)).toEqual([[1], [1, 0, 1], [1, 1]]);
    const places = [...readSetAside(systemDisk, folder), { tick: 3, index: 0 }];
    writeSetAside(systemDisk, folder, places);
    expect(inputs(folder)).toEqual([[1], [1, 0, 1], [0, 1]]);
    recover(systemDisk, folder, codec);
    expect(inputs(folder)).toEqual([[1], [1, 0, 1], [0, 1]]);
  });

  it('is the old list or the new one, wherever the process ends', async () => {
    for (let operations = 0; ; operations++) {
      const folder = await written();
      writeSetAside(systemDisk, folder, [{ tick: 1, index: 0 }]);
      const { disk } = crashingDisk(operations);
      let isDone = false;
      try {
        writeSetAside(disk, folder, [
          { tick: 1, index: 0 },
          { tick: 2, index: 2 },
        ]);
        isDone = true;
      } catch {}
      const found = readSetAside(systemDisk, folder);
      expect(found.slice(0, 1)).toEqual([{ tick: 1, index: 0 }]);
      if (!isDone) continue;
      expect(found).toHaveLength(2);
      return;
    }
  });
});
