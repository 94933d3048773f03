// Rooms that an earlier process has written down: which come back, which stay away, and what is said.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Game } from '../games/index.ts';
import { createLog } from '../observe/index.ts';
import { readConfig } from '../read-config.ts';
import { StoreError } from '../store/index.ts';
import { Rooms } from './rooms.ts';
import { Sessions } from './sessions.ts';
import { FileStorage } from './storage.ts';
import { FakeBank } from './test-accounts.ts';
import { tally } from './test-game.ts';
import { TestPool } from './test-pool.ts';
import { metrics } from './test-room.ts';

interface Process {
  readonly rooms: Rooms;
  readonly log: Record<string, unknown>[];
  stop(): Promise<void>;
}

function directory(): string {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-rooms-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  return data;
}

/** The rooms of one process after another, with the game as that process has it. */
async function begin(data: string, game: Game = tally, changes: object = {}): Promise<Process> {
  const config = { ...readConfig([]), data, journalSync: 'never' as const };
  const log: Record<string, unknown>[] = [];
  const storage = Object.assign(await FileStorage.open(config), changes);
  const bank = new FakeBank();
  const sessions = new Sessions({ config, storage, accounts: storage.accounts, bank });
  const rooms = new Rooms({
    diskFailed: () => {},
    games: new Map([[game.name, game]]),
    config,
    log: createLog({
      role: 'coordinator',
      level: 'debug',
      write: (line) => log.push(JSON.parse(line)),
    }),
    metrics,
    storage,
    sessions,
    pool: new TestPool().asPool,
    bank,
    limits: { reached: () => {} },
  });
  try {
    await rooms.recover(storage);
  } catch (error) {
    await storage.close();
    throw error;
  }
  const stop = async () => {
    await rooms.finish();
    await rooms.close();
    await storage.close();
  };
  return { rooms, log, stop };
}

/** A directory with one room of the game, which has seen at least three ticks. */
async function withRoom(game: Game = tally): Promise<string> {
  const data = directory();
  const { rooms, stop } = await begin(data, game);
  const room = (await rooms.open(game.name)) as { tick: number };
  await expect.poll(() => room.tick).toBeGreaterThan(2);
  await stop();
  return data;
}

const filesOf = (data: string) => readdirSync(join(data, 'rooms', '1')).sort();
const folders = (data: string) => readdirSync(join(data, 'rooms'));

describe('A recovered room', () => {
  it('goes on at the tick at which it was stopped, from its last snapshot alone', async () => {
    const data = await withRoom();
    const { rooms, log, stop } = await begin(data);
    expect(rooms.size).toBe(1);
    const newest = filesOf(data).findLast((name) => name.startsWith('snapshot'));
    const { tick } = log.find(({ msg }) => msg === 'room recovered')!;
    expect(newest).toContain(`${tick}.bin`);
    await stop();
  });

  it('is taken from the snapshot before a damaged one, at the same tick', async () => {
    const data = await withRoom();
    const newest = filesOf(data).findLast((name) => name.endsWith('.bin'))!;
    const path = join(data, 'rooms', '1', newest);
    writeFileSync(path, readFileSync(path).fill(0, 20, 30));
    const { log, stop } = await begin(data);
    expect(log).toMatchObject([
      { level: 'error', room: 1, tick: 0, err: { code: 'CORRUPT' } },
      { msg: 'room recovered', tick: Number.parseInt(newest.slice('snapshot-'.length), 10) },
      { msg: 'rooms recovered', level: 'info', rooms: 1 },
    ]);
    await stop();
  });

  it('of an older version is written down anew with its next tick', async () => {
    const data = await withRoom();
    const newer: Game = { ...tally, stateVersion: 1, migrate: (old) => old };
    const before = filesOf(data);
    const { log, stop } = await begin(data, newer);
    expect(log.map(({ msg }) => msg)).toEqual([
      'a room was carried over to newer code',
      'room recovered',
      'rooms recovered',
    ]);
    await expect.poll(() => filesOf(data)).not.toContain(before.at(-2));
    await stop();
    const again = await begin(data, newer);
    expect(again.log.map(({ msg }) => msg)).toEqual(['room recovered', 'rooms recovered']);
    await again.stop();
  });
});

describe('A room that cannot be carried over', () => {
  it('stays away, however often that happens, and comes back with the code that it needs', async () => {
    const newer: Game = { ...tally, stateVersion: 1 };
    const data = await withRoom(newer);
    for (let i = 0; i < 4; i++) {
      const { rooms, log, stop } = await begin(data);
      expect(rooms.size).toBe(0);
      expect(log).toMatchObject([
        {
          level: 'error',
          room: 1,
          game: 'tally',
          msg: expect.stringContaining('newer game again'),
        },
      ]);
      await stop();
      expect(folders(data)).toEqual(['1']);
    }
    const { rooms, stop } = await begin(data, newer);
    expect(rooms.size).toBe(1);
    await stop();
  });
});

describe('A disk that fails during a recovery', () => {
  it('ends the process each time, and does not count against the room', async () => {
    const data = await withRoom();
    const recoverRoom = () => {
      throw new StoreError('IO', data);
    };
    for (let i = 0; i < 4; i++) {
      await expect(begin(data, tally, { recoverRoom })).rejects.toThrow('the disk failed');
      expect(folders(data)).toEqual(['1']);
    }
    const { rooms, stop } = await begin(data);
    expect(rooms.size).toBe(1);
    await stop();
  });
});
