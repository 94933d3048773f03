// The bank: what players have banked is theirs, whatever is killed, once each and for good.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Client, RoomView } from '../client/index.ts';
import type { ServerProcess } from '../load-test/server-process.ts';
import { player, processesOf, startServer, temporaryDirectory } from './test-server.ts';

/** A game in which coins are made and put into the bank: each is counted by its room. */
const MINT = `
import { defineGame, Type } from '${join(import.meta.dirname, 'games/game.ts')}';
const amount = Type.Integer({ minimum: 1 });
export default defineGame({
  name: 'mint', text: 'Coins.', ticksPerSecond: 20, playersMax: 50, entities: {}, items: ['coin'],
  state: () => ({ accepted: 0, refused: 0, balances: {} }),
  join(room, player) { room.bank.balance(player, 'coin'); },
  settled(room, { kind, player, amount, accepted, balance }) {
    const { state } = room;
    state.balances[player] = balance;
    if (!accepted) state.refused++;
    else if (kind !== 'balance') state.accepted += kind === 'deposit' ? amount : -amount;
  },
  commands: {
    put: {
      args: Type.Object({ amount }),
      run: (room, player, args) => room.bank.deposit(player, 'coin', args.amount),
    },
    take: {
      args: Type.Object({ amount }),
      run: (room, player, args) => room.bank.withdraw(player, 'coin', args.amount),
    },
    books: {
      args: Type.Object({}),
      run: ({ state, bank }, player) => ({
        accepted: state.accepted,
        refused: state.refused,
        underWay: [...bank.underWay].length,
        balance: state.balances[player.id] ?? null,
      }),
    },
  },
});
`;

interface Books {
  accepted: number;
  refused: number;
  underWay: number;
  balance: number;
}

interface Totals {
  items: { item: string; accounts: number; rooms: number }[];
  rooms: { room: number; item: string; net: number }[];
}

function start(data: string): Promise<ServerProcess> {
  const game = join(data, 'mint.ts');
  writeFileSync(game, MINT);
  const args = ['--data', data, '--workers', '2', '--game', game, '--restarts-max', '100'];
  return startServer(...args);
}

async function enter(server: ServerProcess, name: string, account?: string) {
  const options = { reconnectMsMax: 100, ...(account === undefined ? {} : { account }) };
  const client = await player(server, name, options);
  const room = await client.join({ game: 'mint' });
  await expect.poll(async () => (await books(room)).balance).not.toBeNull();
  return { client, room };
}

const books = async (room: RoomView) => (await room.call('books')) as Books;
const totals = async (client: Client) => (await client.lobby.call('audit')) as Totals;

async function replaceCoordinator(server: ServerProcess): Promise<void> {
  const pid = async () => (await processesOf(server, 'coordinator'))[0]?.pid;
  const before = await pid();
  process.kill(before!, 'SIGKILL');
  await expect.poll(async () => (await pid()) ?? before).not.toBe(before);
}

/** Puts 3 and takes 1, again and again; what that must come to. */
function work(room: RoomView): { stop(): Promise<number> } {
  let isOver = false;
  const done = (async () => {
    let sum = 0;
    while (!isOver) {
      const calls = [room.call('put', { amount: 3 }), room.call('take', { amount: 1 })];
      await Promise.all(calls);
      sum += 2;
      await sleep(5);
    }
    return sum;
  })();
  return {
    stop() {
      isOver = true;
      return done;
    },
  };
}

/** Resolves when nothing is under way any more. */
async function settled(room: RoomView): Promise<Books> {
  await expect.poll(async () => (await books(room)).underWay).toBe(0);
  return books(room);
}

const KILLS = 5;

describe('The bank', () => {
  it('has each deposit once, however often the coordinator is killed', async () => {
    const server = await start(temporaryDirectory());
    const players = await Promise.all(['ada', 'bob', 'eve'].map((name) => enter(server, name)));
    const works = players.map(({ room }) => work(room));
    for (let i = 0; i < KILLS; i++) {
      await sleep(Math.random() * 300);
      await replaceCoordinator(server);
    }
    const sums = await Promise.all(works.map(({ stop }) => stop()));
    const { accepted, refused } = await settled(players[0]!.room);
    const expected = sums.reduce((a, b) => a + b, 0);
    expect([accepted, refused]).toEqual([expected, 0]);
    const balances = await Promise.all(
      players.map(async ({ room }) => (await books(room)).balance),
    );
    expect(balances).toEqual(sums);
    const { items, rooms } = await totals(players[0]!.client);
    expect(items).toEqual([{ item: 'coin', accounts: expected, rooms: expected }]);
    expect(rooms).toEqual([{ room: players[0]!.room.number, item: 'coin', net: expected }]);
    const best = await players[0]!.client.lobby.call('leaderboard', { item: 'coin' });
    const place = 1 + sums.filter((sum) => sum > sums[0]!).length;
    expect(best).toMatchObject({ own: { place } });
  });

  it('has everything after the whole server was killed; the same key is the same player', async () => {
    const data = temporaryDirectory();
    const first = await start(data);
    const { client, room } = await enter(first, 'ada');
    const account = client.account!;
    const putTen = () =>
      Promise.all(Array.from({ length: 10 }, () => room.call('put', { amount: 5 })));
    await putTen();
    await settled(room);
    // This is under way still.
    await putTen();
    await first.killAll();
    client.destroy();
    const second = await start(data);
    const { room: again, client: same } = await enter(second, 'ada', account);
    expect(same.account).toBe(account);
    expect(again.number).toBe(room.number);
    const { accepted, refused, balance } = await settled(again);
    expect([accepted + 5 * refused, balance]).toEqual([100, accepted]);
    // What was under way when the account was taken over may have been refused.
    expect(accepted).toBeGreaterThanOrEqual(50);
    const { items } = await totals(same);
    expect(items).toEqual([{ item: 'coin', accounts: accepted, rooms: accepted }]);
    const { room: other } = await enter(second, 'bob');
    expect(await settled(other)).toMatchObject({ balance: 0 });
  });

  it('lets a newer session of an account end the one before, and go on with what there is', async () => {
    const server = await start(temporaryDirectory());
    const { client, room } = await enter(server, 'ada');
    await room.call('put', { amount: 7 });
    const ended = new Promise<Error>((resolve) => client.on('error', resolve));
    const newer = await enter(server, 'ada', client.account);
    expect(await ended).toMatchObject({ code: 'SESSION_REPLACED' });
    await settled(newer.room);
    await newer.room.call('put', { amount: 1 });
    const { balance, refused } = await settled(newer.room);
    // What was under way when the account was taken over may have been refused.
    expect(balance).toBe(refused === 0 ? 8 : 1);
  });
});
