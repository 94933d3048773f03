// What a process that waits knows of what another runs: all that is certain, and nothing is changed.
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Config } from '../config.ts';
import type { Game } from '../games/index.ts';
import { readConfig } from '../read-config.ts';
import { systemDisk, writeSetAside } from '../store/index.ts';
import { recoverRoom } from './room-recovery.ts';
import { snapshotOf } from './room-snapshot.ts';
import { type Input, RoomState } from './room-state.ts';
import { Standby } from './standby.ts';
import { FileStorage, type RoomStorage } from './storage.ts';
import { tally } from './test-game.ts';
import { guard, log, metrics, replayGuard } from './test-room.ts';

const join1: Input = { kind: 'join', player: 1, name: 'Ada' };
const add = (seq: number): Input => ({
  kind: 'command',
  player: 1,
  seq,
  name: 'add',
  args: { by: 1 },
  call: false,
});

function folder(): string {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-standby-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  return data;
}

const configOf = (data: string): Config => ({ ...readConfig([]), data, journalSync: 'never' });

/** A room at work, as far as the disk sees it. */
class Live {
  readonly state: RoomState;
  readonly storage: RoomStorage;
  private now = 0;

  private constructor(state: RoomState, storage: RoomStorage) {
    this.state = state;
    this.storage = storage;
  }

  static async open(files: FileStorage, id: number): Promise<Live> {
    const state = new RoomState(tally, { id, seed: id, now: 0 });
    const storage = await files.createRoom(id, snapshotOf(tally, state));
    onTestFinished(() => storage.close());
    return new Live(state, storage);
  }

  step(...inputs: Input[]): void {
    this.now += 50;
    this.storage.append(this.state.room.tick + 1, this.now, inputs);
    this.state.apply(this.now, inputs);
    this.state.dropChanges();
  }

  snapshot(): Promise<unknown> {
    return this.storage.snapshot(snapshotOf(tally, this.state));
  }
}

/** A server at work with some rooms, and a process that waits. */
async function atWork(rooms: number, changes: Partial<Game> = {}) {
  const data = folder();
  const config = configOf(data);
  const files = await FileStorage.open(config);
  onTestFinished(() => files.close());
  const live: Live[] = [];
  for (let id = 1; id <= rooms; id++) live.push(await Live.open(files, id));
  let ticks = 0;
  const game: Game = { ...tally, tick: () => void ticks++, ...changes };
  const takeTicks = (): number => {
    const taken = ticks;
    ticks = 0;
    return taken;
  };
  const of = { isWanted: false };
  const standby = new Standby(config, new Map([[game.name, game]]), () => of.isWanted);
  return { data, config, files, live, standby, takeTicks, of };
}

/** All files, with what is in them. */
function contentOf(of: string): string[] {
  return readdirSync(of, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const path = join(of, name);
      return statSync(path).isFile() ? `${name} ${readFileSync(path, 'latin1')}` : name;
    });
}

/** As the next coordinator has the room. */
async function recovered(data: string, standby?: Standby) {
  const files = await FileStorage.open(configOf(data));
  const games = new Map([[tally.name, tally]]);
  try {
    const given = { games, storage: files, standby, guard, replayGuard, log, metrics };
    const back = await recoverRoom(1, given);
    if (typeof back === 'string') return back;
    const { storage, state, game, repeated, counts: _, ...of } = back;
    await storage.close();
    return { ...of, saved: state.save(), rows: state.allRows(), tick: state.room.tick, repeated };
  } finally {
    await files.close();
  }
}

describe('A process that waits', () => {
  it('applies all that is certain, each batch once, and changes no file', async () => {
    const { data, live, standby, takeTicks } = await atWork(2);
    for (const room of live) {
      room.step(join1);
      for (let seq = 0; seq < 9; seq++) room.step(add(seq));
    }
    // A room that is being opened, or removed, is the living process'.
    writeFileSync(join(data, 'rooms', '3.part'), '');
    const before = contentOf(data);
    await standby.step();
    // Not the last: it may be what ends a process.
    expect(takeTicks()).toBe(2 * 9);
    await standby.step();
    expect(takeTicks()).toBe(0);
    expect(contentOf(data)).toEqual(before);
    live[0]!.step(add(9));
    await standby.step();
    expect(takeTicks()).toBe(1);
    expect(standby.takeRoom(1)!.known).toEqual({ tick: 10, setAside: 0 });
  });

  it('applies the last batch when a snapshot has it', async () => {
    const { live, standby } = await atWork(1);
    live[0]!.step(join1);
    await standby.step();
    await live[0]!.snapshot();
    await standby.step();
    expect(standby.takeRoom(1)!.known.tick).toBe(1);
  });

  it('ends within a step when it is wanted, and what it has followed can be taken then', async () => {
    const wanted = { afterTicks: 5 };
    const { live, standby, of } = await atWork(1, {
      tick: () => {
        of.isWanted = --wanted.afterTicks === 0;
      },
    });
    for (let i = 0; i < 20; i++) live[0]!.step();
    await Promise.all([standby.step(), standby.rest()]);
    expect(standby.takeRoom(1)!.known.tick).toBe(5);
    const read = vi.spyOn(systemDisk, 'read');
    onTestFinished(() => read.mockRestore());
    await standby.step();
    expect(read).not.toHaveBeenCalled();
  });

  it('follows until it is wanted', async () => {
    const { live, standby, takeTicks, of } = await atWork(1);
    const over = standby.follow();
    for (let i = 0; i < 3; i++) {
      live[0]!.step();
      live[0]!.step();
      await expect.poll(takeTicks).toBeGreaterThan(0);
    }
    of.isWanted = true;
    await over;
  });

  it('takes a room from a newer snapshot from time to time', async () => {
    const { live, standby, takeTicks } = await atWork(1);
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    for (let i = 0; i < 9; i++) live[0]!.step();
    await standby.step();
    expect(takeTicks()).toBe(8);
    live[0]!.step();
    await live[0]!.snapshot();
    live[0]!.step();
    live[0]!.step();
    vi.advanceTimersByTime(9000);
    await standby.step();
    expect(takeTicks()).toBe(3);
    vi.advanceTimersByTime(2000);
    await standby.step();
    expect(takeTicks()).toBe(1);
    expect(standby.takeRoom(1)!.repeatedWith({ repeated: undefined }).roomMs).toBe(50);
  });

  it('leaves out what cannot be read, or has gone, or is of another game', async () => {
    const { data, live, standby, takeTicks } = await atWork(3);
    for (const room of live) for (let i = 0; i < 5; i++) room.step();
    const path = (room: string) => join(data, 'rooms', room);
    for (const name of readdirSync(path('1'))) writeFileSync(join(path('1'), name), 'nonsense');
    await standby.step();
    expect(takeTicks()).toBe(2 * 4);
    rmSync(path('2'), { recursive: true });
    writeFileSync(join(data, 'sessions.log'), 'nonsense');
    live[2]!.step();
    await standby.step();
    expect(takeTicks()).toBe(1);
    expect([1, 2].map((room) => standby.takeRoom(room))).toEqual([undefined, undefined]);
    expect(standby.takeSessions()).toBeUndefined();
    rmSync(data, { recursive: true });
    await standby.step();
    expect(standby.takeRoom(3)).toBeUndefined();
    const other = await atWork(1, { name: 'another' });
    await other.standby.step();
    expect(other.standby.takeRoom(1)).toBeUndefined();
  });

  it('leaves out a room that was written down by other code, or on which the game fails', async () => {
    const newer = await atWork(1, { stateVersion: 1, migrate: (old) => old });
    await newer.standby.step();
    expect(newer.standby.takeRoom(1)).toBeUndefined();
    const failing = await atWork(1, {
      tick: () => {
        throw new Error('no');
      },
    });
    failing.live[0]!.step();
    failing.live[0]!.step();
    await failing.standby.step();
    expect(failing.standby.takeRoom(1)).toBeUndefined();
  });

  it('keeps nothing once it has become something else', async () => {
    const { standby } = await atWork(1);
    await standby.step();
    standby.clear();
    expect([standby.takeRoom(1), standby.takeSessions()]).toEqual([undefined, undefined]);
  });
});

describe('A room that was followed', () => {
  it('is after the death of its process as one that is brought back from its files', async () => {
    const act = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('add', 'tick', 'bad') },
      { weight: 2, arbitrary: fc.constantFrom('step', 'snapshot') },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 60 }), async (acts) => {
        const root = mkdtempSync(join(tmpdir(), 'holdfast-standby-'));
        const [data, copy] = [join(root, 'data'), join(root, 'copy')];
        const files = await FileStorage.open(configOf(data));
        try {
          const room = await Live.open(files, 1);
          const games = new Map([[tally.name, tally]]);
          const standby = new Standby(configOf(data), games, () => false);
          room.step(join1);
          let seq = 1;
          for (const what of acts) {
            if (what === 'step') await standby.step();
            else if (what === 'snapshot') await room.snapshot();
            else if (what === 'tick') room.step();
            else if (what === 'add') room.step(add(seq++));
            else room.step({ ...add(seq++), name: 'none', call: true } as Input);
          }
          cpSync(data, copy, { recursive: true });
          const { repeated: _, ...of } = (await recovered(copy)) as Record<string, unknown>;
          const { repeated, ...followed } = (await recovered(data, standby)) as typeof of;
          expect(followed).toEqual(of);
          expect(of.saved).toEqual(room.state.save());
          // Once more, by one that has followed nothing.
          expect(await recovered(data)).toMatchObject({ saved: of.saved });
          await room.storage.close();
        } finally {
          await files.close();
          rmSync(root, { recursive: true, force: true });
        }
      }),
      { numRuns: 60 },
    );
  });

  const died = async (change: (data: string, room: Live) => unknown) => {
    const { data, live, config } = await atWork(1);
    const games = new Map([[tally.name, tally]]);
    const standby = new Standby(config, games, () => false);
    const room = live[0]!;
    room.step(join1);
    for (let seq = 1; seq < 9; seq++) room.step(add(seq));
    await standby.step();
    await change(data, room);
    const take = vi.spyOn(RoomState.prototype, 'apply');
    onTestFinished(() => take.mockRestore());
    const back = await recovered(data, standby);
    return { back, applied: take.mock.calls.length };
  };

  it('has only the last moments repeated', async () => {
    expect((await died(() => {})).applied).toBe(1);
  });

  it('counts what was repeated before towards the next snapshot', async () => {
    const { back } = await died(() => {});
    expect(back).toMatchObject({ repeated: { roomMs: 9 * 50 } });
  });

  it('is taken from its snapshot where that has all: newer code may go on from there', async () => {
    const { back, applied } = await died((_, room) => room.snapshot());
    expect(applied).toBe(0);
    expect(back).toMatchObject({ tick: 9, repeated: undefined });
  });

  it('is brought back from its files where an input was set aside, and its sender is told', async () => {
    const { back, applied } = await died((data) =>
      writeSetAside(systemDisk, join(data, 'rooms', '1'), [{ tick: 4, index: 0 }]),
    );
    expect(applied).toBe(9);
    expect(back).toMatchObject({ untold: [{ player: 1, seq: 3 }] });
  });

  it('is brought back from its files where a recovery has ended with its process', async () => {
    const { applied } = await died((data) =>
      writeFileSync(join(data, 'rooms', '1', 'recovering'), '3 0 1'),
    );
    expect(applied).toBe(9);
  });
});
