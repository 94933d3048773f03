// A room that has ended can be repeated from its kept files, and is listed.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { HangWorld } from '../coordinator/test-hangs.ts';
import { isDataDirectory, listRoomFiles, tableOfRooms } from './list.ts';
import { replayRoom } from './replay.ts';

const kept = ({ data }: HangWorld): string[] =>
  existsSync(join(data, 'ended')) ? readdirSync(join(data, 'ended')).sort() : [];

/** A room that was played in, and that its game has ended. */
async function played(world: HangWorld, game: string, player = 'ada'): Promise<string> {
  const room = await world.open(game);
  const { session, link } = await world.joined(room, player);
  world.send(room, session, 1, 'add', { by: 5 });
  world.send(room, session, 2, 'roll');
  world.send(room, session, 3, 'finish');
  await vi.waitFor(() => expect(link.of('left')).toMatchObject([{ code: 'ROOM_ENDED' }]));
  await vi.waitFor(() => {
    expect(world.folders).not.toContain(String(room.id));
    const names = readdirSync(join(world.data, 'ended', String(room.id)));
    expect(names.filter((name) => /^snapshot-\d+\.bin$/.test(name))).toHaveLength(2);
  });
  return join(world.data, 'ended', String(room.id));
}

describe('A room that has ended', () => {
  it.each(['tally', 'quiet'])('of %s is repeated to the state that it ended with', async (game) => {
    const folder = await played(new HangWorld({ stepMsMax: 5000 }), game);
    const { games } = new HangWorld();
    const report = replayRoom(folder, games);
    expect(report).toMatchObject({ isEqual: true, ended: 'That was all.', inputs: 4 });
    expect(report.snapshots.at(-1)).toMatchObject({ tick: report.tick, verdict: 'equal' });
  });

  it('keeps its number, also after a restart', async () => {
    const world = new HangWorld({ stepMsMax: 5000 });
    await played(world, 'tally');
    await world.restart();
    expect((await world.open('tally')).id).toBe(2);
  });

  it('leaves no files where no player was in it', async () => {
    const world = new HangWorld();
    const room = await world.open('tally');
    room.end('ROOM_ENDED', 'Empty.');
    await vi.waitFor(() => expect(world.folders).toEqual([]));
    expect(kept(world)).toEqual([]);
  });
});

describe('The list of rooms', () => {
  it('has running, failed and ended rooms with game, time, players and reason', async () => {
    const world = new HangWorld({ stepMsMax: 5000 });
    await played(world, 'tally', 'bob');
    await world.open('quiet');
    mkdirSync(join(world.data, 'rooms', '9.quarantined-1'));
    mkdirSync(join(world.data, 'ended', '8'));
    writeFileSync(join(world.data, 'ended', '8', 'ended.json'), '');
    const failed = { game: 'quiet', players: ['eve'], morePlayers: 1, reason: 'The game failed.' };
    mkdirSync(join(world.data, 'rooms', '10.quarantined-1'));
    const description = JSON.stringify({ ...failed, ended: new Date().toISOString() });
    writeFileSync(join(world.data, 'rooms', '10.quarantined-1', 'ended.json'), description);
    expect(isDataDirectory(world.data)).toBe(true);
    const rooms = listRoomFiles(world.data);
    const about = { game: 'tally', players: 'bob', reason: 'That was all.' };
    expect(rooms).toMatchObject([
      { folder: join(world.data, 'rooms/2'), game: 'quiet', reason: 'has not ended' },
      { folder: join(world.data, 'rooms/9.quarantined-1'), reason: 'failed, and was put aside' },
      {
        folder: join(world.data, 'rooms/10.quarantined-1'),
        players: 'eve and 1 more',
        reason: failed.reason,
      },
      { folder: join(world.data, 'ended/1'), ...about },
      { folder: join(world.data, 'ended/8'), reason: expect.stringContaining('cannot be read') },
    ]);
    expect(rooms[3]!.ended).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    const lines = tableOfRooms(rooms, world.data).split('\n');
    expect(lines[0]).toMatch(/^folder +game +begun +ended +players +reason$/);
    expect(lines[4]).toMatch(/ended\/1 +tally .* bob +That was all\.$/);
  });

  it('says so where there is none', () => {
    const { data } = new HangWorld();
    rmSync(join(data, 'rooms'), { recursive: true, force: true });
    expect(isDataDirectory(data)).toBe(false);
    mkdirSync(join(data, 'rooms'));
    expect(tableOfRooms(listRoomFiles(data), data)).toContain('There are no rooms in');
  });
});
