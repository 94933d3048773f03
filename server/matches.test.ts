// Matchmaking and Connect four with real processes: nobody is stranded when these die.
import { describe, expect, it } from 'vitest';
import type { Entity, RoomView } from '../client/index.ts';
import type { ServerProcess } from '../load-test/server-process.ts';
import {
  killPid,
  player,
  players,
  processesOf,
  startServer,
  temporaryDirectory,
} from './test-server.ts';

const GAME = 'connect-four';

async function killOne(server: ServerProcess, role: 'worker' | 'coordinator'): Promise<void> {
  // The one that was killed before may not have been replaced yet.
  const isKilled = async () => {
    const [found] = await processesOf(server, role);
    return found !== undefined && killPid(found.pid);
  };
  await expect.poll(isKilled).toBe(true);
}

const boardOf = (room: RoomView): Entity | undefined => [...room.of('board')][0];

/** Drops discs whenever it is one's turn. @returns the winner's colour when the game is over. */
function play(room: RoomView, dropped: () => void): Promise<number> {
  return new Promise((resolve) => {
    let answered = '';
    const look = () => {
      const board = boardOf(room);
      const { avatar } = room;
      if (!board || !avatar) return;
      const cells = String(board.cells);
      if (board.turn === 0 && cells.trim() !== '') resolve(Number(board.winner));
      if (board.turn !== avatar.colour || answered === cells) return;
      answered = cells;
      const free = cells.split('\n').flatMap((column, i) => (column.includes(' ') ? [i] : []));
      room.send('drop', { column: free[Math.floor(Math.random() * free.length)] });
      dropped();
    };
    room.on('state', look);
    look();
  });
}

describe('Forty players', () => {
  it('are matched and play to the end while workers and the coordinator die', async () => {
    const server = await startServer('--workers', '2', '--restarts-max', '1000');
    const clients = await players(server, 40);
    let losses = 0;
    for (const client of clients) client.on('disconnected', () => losses++);
    for (const client of clients) client.on('session', () => losses++);
    const kills: Promise<void>[] = [];
    let matched = 0;
    let drops = 0;
    const dropped = () => {
      drops++;
      if (drops === 60 || drops === 240) kills.push(killOne(server, 'coordinator'));
      if (drops === 150) kills.push(killOne(server, 'worker'));
    };
    const games = clients.map(async (client) => {
      const room = await client.match(GAME);
      if (++matched === 10) kills.push(killOne(server, 'coordinator'));
      return { room, winner: await play(room, dropped) };
    });
    const results = await Promise.all(games);
    await Promise.all(kills);
    expect(kills).toHaveLength(4);
    const byRoom = Map.groupBy(results, ({ room }) => room.number);
    expect(byRoom.size).toBe(20);
    for (const pair of byRoom.values()) {
      const [first, second] = pair.map(({ room, winner }) => ({
        winner,
        cells: boardOf(room)!.cells,
        seats: [...room.of('seat')].map(({ player }) => player),
      }));
      expect([pair.length, first!.seats.length]).toEqual([2, 2]);
      expect(first).toEqual(second);
    }
    expect(await clients[0]!.lobby.call('matching', { game: GAME })).toMatchObject([
      { waiting: 0, place: null },
    ]);
    expect(losses).toBe(0);
  });
});

describe('Who waits', () => {
  it('waits on when the coordinator dies, and when the server starts again', async () => {
    const data = temporaryDirectory();
    const server = await startServer('--data', data, '--workers', '1');
    const [ada, bob] = [await player(server), await player(server, 'bob')];
    const match = ada!.match(GAME);
    await ada!.lobby.call('online');
    await killOne(server, 'coordinator');
    const place = { waiting: 1, place: 1 };
    expect(await ada!.lobby.call('matching', { game: GAME })).toMatchObject([place]);
    const connected = () => new Promise((resolve) => ada!.once('connected', resolve));
    const again = connected();
    await server.stop();
    const next = await startServer('--data', data, '--workers', '1', '--port', String(server.port));
    await again;
    expect(await ada!.lobby.call('matching', { game: GAME })).toMatchObject([place]);
    const [own, its] = await Promise.all([match, bob!.match(GAME)]);
    expect(own.number).toBe(its.number);
    expect(await next.stop()).toBe(0);
  });

  it('and vanishes is not matched; who vanishes from a game has lost it', async () => {
    const server = await startServer('--workers', '1', '--resume-ms', '300');
    const [ghost, ada, bob] = await players(server, 3);
    void ghost!.match(GAME).catch(() => {});
    await ghost!.lobby.call('online');
    ghost!.destroy();
    const isGone = async () => (await ada!.lobby.call('online')) as { sessions: number };
    await expect.poll(isGone).toEqual({ sessions: 2 });
    const [room] = await Promise.all([ada!.match(GAME), bob!.match(GAME)]);
    const { number } = room;
    bob!.destroy();
    await expect.poll(() => boardOf(room)?.turn).toBe(0);
    expect(boardOf(room)?.winner).toBe(room.avatar?.colour);
    await room.leave();
    const rooms = async () => (await ada!.lobby.call('rooms')) as { room: number }[];
    const isThere = async () => (await rooms()).some((one) => one.room === number);
    await expect.poll(isThere).toBe(false);
  });
});

describe('A party', () => {
  it('is put into one match, whoever else waits', async () => {
    const server = await startServer('--workers', '2');
    const [ada, bob, eve] = await players(server, 3);
    const alone = eve!.match(GAME, { signal: AbortSignal.timeout(600_000) });
    alone.catch(() => {});
    await expect(eve!.lobby.call('match', { game: GAME, party: 'us' })).rejects.toMatchObject({
      code: 'UNKNOWN_PARTY',
    });
    const party = await ada!.party();
    const [own, its] = await Promise.all([ada!, bob!].map((one) => one.match(GAME, { party })));
    expect(own!.number).toBe(its!.number);
    await expect(ada!.join({ game: GAME })).resolves.toBe(own);
    await expect(eve!.join({ game: GAME })).rejects.toMatchObject({ code: 'MATCH_ONLY' });
    await expect(eve!.join({ room: own!.number })).rejects.toMatchObject({ code: 'MATCH_ONLY' });
    await expect(eve!.match(GAME)).rejects.toMatchObject({ code: 'ALREADY_WAITING' });
  });

  it('of which one has aborted waits for nobody', async () => {
    const server = await startServer('--workers', '1');
    const [ada, bob] = await players(server, 2);
    const controller = new AbortController();
    const party = await ada!.party();
    const match = ada!.match(GAME, { party, signal: controller.signal });
    controller.abort();
    await expect(match).rejects.toMatchObject({ code: 'ABORTED' });
    void bob!.match(GAME, { party }).catch(() => {});
    const waiting = async () => {
      const [row] = (await ada!.lobby.call('matching')) as { waiting: number }[];
      return row!.waiting;
    };
    await expect.poll(waiting).toBe(1);
  });
});
