// Bots in a real server: miners that move without anybody behind them, and make place for players.
import { describe, expect, it, vi } from 'vitest';
import type { Client, RoomView } from '../client/index.ts';
import type { ServerProcess } from '../load-test/server-process.ts';
import { player, processesOf, startServer } from './test-server.ts';

/** So many that some are always in sight. */
const WANTED = 200;

const start = (...args: string[]): Promise<ServerProcess> =>
  startServer('--bots', String(WANTED), '--restarts-max', '1000', ...args);

async function joined(server: ServerProcess): Promise<{ client: Client; room: RoomView }> {
  const client = await player(server);
  return { client, room: await client.join({ game: 'goldrush' }) };
}

/** The bots in sight, and where they are. */
function seen(room: RoomView): Map<number, string> {
  const bots = [...room.of('miner')].filter(({ name }) => /^bot \d+$/.test(name as string));
  return new Map(bots.map(({ id, x, y }) => [id, `${x} ${y}`]));
}

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 30_000, interval: 20 });

/** Resolves when a bot that was in sight before is somewhere else. */
async function untilOneMoves(room: RoomView): Promise<void> {
  let before = seen(room);
  await until(() => {
    const now = seen(room);
    const moved = [...now].some(([id, place]) => (before.get(id) ?? place) !== place);
    before = now;
    expect(moved).toBe(true);
  });
}

const untilBots = (server: ServerProcess, count: number) =>
  until(async () => expect(await server.metric('holdfast_bots')).toBe(count));

describe('With --bots', () => {
  it('a player meets miners who move, each player in the place of one', async () => {
    const server = await start();
    const ada = await joined(server);
    await untilOneMoves(ada.room);
    await untilBots(server, WANTED - 1);
    const bob = await joined(server);
    expect(bob.room.number).toBe(ada.room.number);
    await untilBots(server, WANTED - 2);
    await bob.client.close();
    await untilBots(server, WANTED - 1);
    expect(await server.metric('holdfast_sessions')).toBe(1);
    const rooms = await ada.client.lobby.call('rooms');
    expect(rooms).toMatchObject([{ players: 1 }]);
    expect(await server.metric('holdfast_pool_failures_total', { task: 'bots' })).toBe(0);
  });

  it('they go on after kill -9 of the coordinator', async () => {
    const server = await start('--verify-determinism');
    const { room } = await joined(server);
    await untilOneMoves(room);
    const [coordinator] = await processesOf(server, 'coordinator');
    process.kill(coordinator!.pid, 'SIGKILL');
    await until(async () => {
      const [now] = await processesOf(server, 'coordinator');
      expect(now?.pid).not.toBe(coordinator!.pid);
    });
    await untilOneMoves(room);
    await untilBots(server, WANTED - 1);
    expect(await room.call('audit')).toMatchObject({ total: 6000 });
    expect(await server.metric('holdfast_determinism_errors_total')).toBe(0);
    expect(await server.stop()).toBe(0);
  });

  it('a room with bots only ends as an empty one does', async () => {
    const server = await start('--room-empty-ms', '300');
    const { client } = await joined(server);
    await untilBots(server, WANTED - 1);
    await client.close();
    await untilBots(server, 0);
  });
});
