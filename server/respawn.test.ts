// Players who die and come back, and what a game says to those who join, with real processes.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RoomView } from '../client/index.ts';
import type { ServerProcess } from '../load-test/server-process.ts';
import { killCoordinator, killPid, player, startServer, workersOf } from './test-server.ts';

const start = (): Promise<ServerProcess> =>
  startServer('--workers', '2', '--game', join(import.meta.dirname, 'test-ghost-game.ts'));

const places = (room: RoomView): string[] =>
  [...room.of('body')].map(({ x, y }) => `${x} ${y}`).sort();
const own = ({ avatar }: RoomView): string | undefined => avatar && `${avatar.x} ${avatar.y}`;

async function killWorkers(server: ServerProcess): Promise<void> {
  for (const { pid } of await workersOf(server)) killPid(pid);
}

describe('A player who dies and comes back elsewhere', () => {
  it('sees himself there, and the place of the death before, whatever is killed', async () => {
    const server = await start();
    const client = await player(server, 'ada');
    const other = await (await player(server, 'bob')).join({ game: 'ghosts' });
    const room = await client.join({ game: 'ghosts' });
    const avatars: unknown[] = [];
    room.on('avatar', (avatar) => avatars.push(avatar?.id));
    await other.call('walk', { x: 300, y: 300 });
    await room.call('walk', { x: 305, y: 305 });
    await expect.poll(() => places(room)).toEqual(['300 300', '305 305']);
    await room.call('die');
    await expect.poll(() => [room.avatarId, ...places(room)]).toEqual([0, '300 300']);
    let welcomes = 0;
    client.on('connected', () => welcomes++);
    await killWorkers(server);
    await expect.poll(() => welcomes).toBeGreaterThan(0);
    await other.call('walk', { x: 301, y: 300 });
    await expect.poll(() => [room.avatarId, ...places(room)]).toEqual([0, '301 300']);
    await room.call('respawn', { x: 700, y: 700 });
    await expect.poll(() => own(room)).toBe('700 700');
    expect(places(room)).toEqual(['700 700']);
    await killCoordinator(server);
    await room.call('walk', { x: 701, y: 700 });
    await expect.poll(() => own(room)).toBe('701 700');
    await room.call('die');
    await room.call('watch');
    await expect.poll(() => places(room)).toEqual(['301 300']);
    expect(avatars).toEqual([undefined, 3, undefined]);
  }, 60_000);
});

describe('What a game says to a player who joins', () => {
  it('is heard by the client that waits for the room, in order and once', async () => {
    const server = await start();
    for (let i = 0; i < 10; i++) {
      const client = await player(server, `player ${i}`);
      const room = await client.join({ game: 'ghosts' });
      const heard: unknown[] = [];
      room.on('event', (_, data) => heard.push(data));
      await expect.poll(() => heard).toEqual(['to you', 'to all', 'from the tick']);
      await room.leave();
    }
  }, 60_000);
});
