// A replay says whether a room is the same when its inputs are repeated, and if not, what differs.
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tally } from '../coordinator/test-game.ts';
import type { Game } from '../games/game.ts';
import { ReplayError, type ReplayOptions, replayRoom } from './index.ts';
import { tableOf } from './table.ts';
import {
  command,
  contentsOf,
  ROOM,
  story,
  type WrittenRoom,
  writeRoom,
} from './test-written-room.ts';

const games = (...of: Game[]) => new Map(of.map((game) => [game.name, game]));
const replayed = ({ folder }: WrittenRoom, game: Game = tally, options: ReplayOptions = {}) =>
  replayRoom(folder, games(game), options);

/** Adds one more than the journal's commands say. */
const generous: Game = {
  ...tally,
  commands: {
    ...tally.commands,
    add: {
      ...tally.commands.add!,
      run: (room, player, { by }) => tally.commands.add!.run(room, player, { by: by + 1 }),
    },
  },
};

describe('A replay', () => {
  it('begins at the oldest snapshot, and ends where the room ended, in the same state', async () => {
    const room = await writeRoom();
    const before = contentsOf(room.folder);
    const report = replayed(room);
    expect(report).toMatchObject({
      room: ROOM,
      game: 'tally',
      players: 2,
      batches: 3,
      inputs: 4,
      failures: 1,
      tick: room.tick,
      hash: room.hash,
      isEqual: true,
      snapshots: [
        { tick: 2, verdict: 'start' },
        { tick: 4, verdict: 'equal' },
      ],
    });
    expect(contentsOf(room.folder)).toEqual(before);
  });

  it('by other code says where the states first differ', async () => {
    const room = await writeRoom([story[0]!, 'snapshot', story[1]!, 'snapshot', []]);
    const report = replayed(room, generous);
    const difference = { path: 'entities.token[1].count', left: '5', right: '6' };
    expect(report.snapshots).toMatchObject([
      { tick: 1, verdict: 'start' },
      { tick: 2, verdict: 'differs', difference },
    ]);
    expect(report.isEqual).toBe(false);
    expect(tableOf(report)).toContain(
      'tick 2: entities.token[1].count: 5 in the snapshot, 6 in the replay\n',
    );
  });

  it('stops after the tick that it is told', async () => {
    const room = await writeRoom();
    expect(replayed(room, tally, { until: 3 })).toMatchObject({
      tick: 3,
      batches: 1,
      isEqual: true,
      snapshots: [{ verdict: 'start' }, { verdict: 'not reached' }],
    });
    expect(replayed(room, tally, { until: 2 })).toMatchObject({ tick: 2, batches: 0 });
    expect(() => replayed(room, tally, { until: 1 })).toThrow('is of tick 2: --until cannot be');
  });

  it('pauses before the first batch, or before the one at which it stops', async () => {
    const room = await writeRoom();
    const seen: number[] = [];
    const tick = (at: { tick: number }) => seen.push(at.tick);
    const watched: Game = { ...tally, tick };
    replayed(room, watched, { pause: () => seen.push(-1) });
    expect(seen).toEqual([-1, 3, 4, 5]);
    seen.length = 0;
    replayed(room, watched, { until: 4, pause: () => seen.push(-1) });
    expect(seen).toEqual([3, -1, 4]);
  });

  it('says on which calls the game failed, and where', async () => {
    const leave = (): never => {
      throw new Error('nobody leaves');
    };
    const game: Game = { ...tally, leave };
    const commands = [command('throw', 5), command('roll', 6)];
    const bad = { kind: 'leave', player: 1 } as const;
    const report = replayed(await writeRoom([...story, [...commands, bad]], game), game);
    expect(report).toMatchObject({
      isEqual: true,
      failures: 3,
      failed: [
        { tick: 3, command: 'throw' },
        { tick: 6, part: 'command', command: 'throw', player: 1 },
        { tick: 6, part: 'leave', player: 1 },
      ],
    });
    const table = tableOf(report);
    expect(table).toContain('tick 6: the game failed on `leave` of player 1; it was undone\n');
    expect(table).toContain(
      'tick 6: the game failed on the command throw of player 1; it was undone',
    );
    expect(table).toMatch(/Error: nobody leaves\n.*replay\.test\.ts/);
  });

  it('says when the game’s own tick threw', async () => {
    const report = replayed(await writeRoom([...story, [command('fail', 5)]]));
    expect(report.thrown).toMatchObject({ tick: 6, stack: expect.stringContaining('tick failed') });
    expect(report.thrown).not.toHaveProperty('input');
  });

  it('ends with the room', async () => {
    const report = replayed(await writeRoom([...story, [command('finish', 5)]]));
    expect(report).toMatchObject({ ended: 'That was all.', isEqual: true, tick: 6 });
  });

  it('needs no more than one snapshot, and knows the room’s number whatever the folder is named', async () => {
    const room = await writeRoom([[], []]);
    const numbered: Game = { ...tally, tick: (of) => void of.state.applied.push(of.id) };
    const folder = `${room.folder}.quarantined-1`;
    renameSync(room.folder, folder);
    const { saved, isEqual } = replayed({ ...room, folder }, numbered);
    expect([saved.state, isEqual]).toEqual([{ applied: [ROOM, ROOM], fails: false }, true]);
  });

  it('begins at the newer snapshot where the older is damaged, and says so', async () => {
    const room = await writeRoom();
    const path = join(
      room.folder,
      readdirSync(room.folder).find((name) => name.endsWith('2.bin'))!,
    );
    writeFileSync(path, readFileSync(path).fill(0, 20, 30));
    const report = replayed(room);
    expect(report.snapshots).toMatchObject([{ tick: 4, verdict: 'start' }]);
    expect(tableOf(report)).toContain(`left out: ${path}`);
  });
});

describe('A room of an older version of its game', () => {
  const newer: Game = { ...tally, stateVersion: 1 };

  it('is repeated from its newest snapshot, and nothing is compared', async () => {
    expect(replayed(await writeRoom(), newer)).toMatchObject({
      isEqual: true,
      batches: 1,
      snapshots: [
        { tick: 2, stateVersion: 0, verdict: 'other code' },
        { tick: 4, stateVersion: 0, verdict: 'start' },
      ],
    });
  });

  it('is refused where it does not fit', async () => {
    const room = await writeRoom(story, newer);
    expect(() => replayed(room, tally)).toThrow('start the newer game again');
  });
});

describe('What cannot be replayed', () => {
  it('is a file of a newer format, which is named', async () => {
    const room = await writeRoom();
    const path = join(room.folder, readdirSync(room.folder).find((name) => name.endsWith('.log'))!);
    const bytes = readFileSync(path);
    bytes.writeUInt16LE(99, 4);
    writeFileSync(path, bytes);
    expect(() => replayed(room)).toThrow(`${path}: format 99 of 2: it was written by a newer`);
  });

  it('is refused with what to do', async () => {
    const { folder } = await writeRoom();
    const other: Game = { ...tally, name: 'chess' };
    expect(() => replayRoom(`${folder}/x`, games(tally))).toThrow(
      /^there is no .*: name the folder/,
    );
    expect(() => replayRoom(join(folder, '..'), games(tally))).toThrow('has no snapshot: name');
    expect(() => replayRoom(join(folder, readdirSync(folder)[0]!), games(tally))).toThrow(
      ReplayError,
    );
    expect(() => replayRoom(folder, games(other))).toThrow(
      /is a room of tally, which is not among the games \(chess\): give its module with --game/,
    );
  });
});
