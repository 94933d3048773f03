// What a process that waits runs of a living server's data: as a recovery would, and nothing is changed.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Game } from '../games/index.ts';
import { readConfig } from '../read-config.ts';
import { systemDisk } from '../store/index.ts';
import { dryRun, dryRuns } from './dry-run.ts';
import { snapshotOf } from './room-snapshot.ts';
import { type Input, RoomState } from './room-state.ts';
import { FileStorage } from './storage.ts';
import { tally } from './test-game.ts';

const TICKS = 40;

/** A server at work with rooms in which a player counts once a tick, and what a dry run does to them. */
async function atWork(rooms: number) {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-dry-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const config = { ...readConfig([]), data, journalSync: 'never' as const };
  const storage = new FileStorage(config);
  onTestFinished(() => storage.close());
  storage.appendSession({
    kind: 'begin',
    session: 1,
    token: 't',
    name: 'Ada',
    account: 'a',
    fence: 9,
  });
  for (let id = 1; id <= rooms; id++) {
    const state = new RoomState(tally, { id, seed: id, now: 0 });
    const room = await storage.createRoom(id, snapshotOf(tally, state));
    onTestFinished(() => room.close());
    for (let tick = 1; tick <= TICKS; tick++) {
      const add = {
        kind: 'command',
        player: 1,
        seq: tick - 1,
        name: 'add',
        args: { by: 1 },
      } as const;
      const input: Input =
        tick === 1 ? { kind: 'join', player: 1, name: 'Ada' } : { ...add, call: false };
      room.append(tick, tick, [input]);
      state.apply(tick, [input]);
    }
  }
  let ticks = 0;
  let added = 0;
  const { add } = tally.commands;
  const game: Game = {
    ...tally,
    tick: () => void ticks++,
    commands: {
      ...tally.commands,
      add: { ...add!, run: (...of) => [added++, add!.run(...of)][1] },
    },
  };
  const run = async (isWanted = () => false, games: Game[] = [game]) => {
    await dryRun(config, new Map(games.map((one) => [one.name, one])), isWanted);
    return { ticks, added };
  };
  const again = (isWanted: () => boolean) =>
    dryRuns(config, new Map([[game.name, game]]), isWanted);
  return { data, run, again };
}

/** All files, with what is in them. */
function contentOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const path = join(folder, name);
      return statSync(path).isFile() ? `${name} ${readFileSync(path, 'latin1')}` : name;
    });
}

describe('A dry run', () => {
  it('repeats all that the living process has applied for certain, and changes no file', async () => {
    const { data, run } = await atWork(2);
    // A room that is being opened, or removed, is the living process'.
    writeFileSync(join(data, 'rooms', '3.part'), '');
    const before = contentOf(data);
    // Not the last tick: that may be what ends a process.
    expect(await run()).toEqual({ ticks: 3 * 2 * (TICKS - 1), added: 3 * 2 * (TICKS - 2) });
    expect(contentOf(data)).toEqual(before);
  });

  it('ends when the process is wanted', async () => {
    const { run } = await atWork(2);
    let asked = 0;
    const { ticks } = await run(() => ++asked > 5);
    expect(ticks).toBeGreaterThan(0);
    expect(ticks).toBeLessThan(5);
  });

  it('reads nothing where the process is wanted already', async () => {
    const { run } = await atWork(1);
    const read = vi.spyOn(systemDisk, 'read');
    onTestFinished(() => read.mockRestore());
    await run(() => true);
    expect(read).not.toHaveBeenCalled();
    await run();
    expect(read).toHaveBeenCalled();
  });

  it('is repeated while the process waits, ever more rarely', async () => {
    const { run, again } = await atWork(1);
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    let isWanted = false;
    const over = again(() => isWanted);
    const once = 3 * (TICKS - 1);
    for (const [i, waitMs] of [4000, 8000, 16_000].entries()) {
      vi.advanceTimersByTime(waitMs - 1);
      await new Promise(setImmediate);
      expect((await run(undefined, [])).ticks).toBe(i * once);
      vi.advanceTimersByTime(1);
      await expect.poll(async () => (await run(undefined, [])).ticks).toBe((i + 1) * once);
    }
    isWanted = true;
    vi.advanceTimersByTime(32_000);
    await over;
  });

  it('leaves out what cannot be read, or is of no game that there is', async () => {
    const { data, run } = await atWork(2);
    expect(await run(undefined, [])).toEqual({ ticks: 0, added: 0 });
    for (const name of readdirSync(join(data, 'rooms', '1'))) {
      writeFileSync(join(data, 'rooms', '1', name), 'nonsense');
    }
    expect((await run()).ticks).toBe(3 * (TICKS - 1));
    writeFileSync(join(data, 'sessions.log'), 'nonsense');
    await run();
    rmSync(data, { recursive: true });
    await run();
  });
});
