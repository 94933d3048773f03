// Another program locks the database of accounts: players play on, and what they deposit arrives later.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Client, RoomView } from '../client/index.ts';
import type { ServerProcess } from '../load-test/server-process.ts';
import {
  killCoordinator,
  player,
  processesOf,
  startServer,
  temporaryDirectory,
} from './test-server.ts';

const HANG_MS = 1000;
const LOCKED_MS = 2500;
/** A pause that players would notice; a synchronous wait for the lock is longer than `HANG_MS`. */
const PAUSE_MS_MAX = 700;
const MINT = fileURLToPath(new URL('test-mint-game.ts', import.meta.url));

const start = (data: string): Promise<ServerProcess> =>
  startServer('--data', data, '--game', MINT, '--hang-ms', String(HANG_MS));

/** Another program that has the accounts locked until it is closed. */
function lock(data: string, kind: 'IMMEDIATE' | 'EXCLUSIVE'): DatabaseSync {
  const db = new DatabaseSync(join(data, 'accounts.db'), { timeout: 5000 });
  onTestFinished(() => {
    if (db.isOpen) db.close();
  });
  db.exec(`BEGIN ${kind}`);
  return db;
}

/** A player who deposits one after another, and knows what the account holds. */
class Miner {
  readonly client: Client;
  readonly room: RoomView;
  mined = 0;
  balance = 0;

  static async enter(server: ServerProcess, name: string): Promise<Miner> {
    const client = await player(server, name, { reconnectMsMax: 100 });
    return new Miner(client, await client.join({ game: 'mint' }));
  }

  private constructor(client: Client, room: RoomView) {
    this.client = client;
    this.room = room;
    room.on('event', (_, balance) => {
      this.balance = Math.max(this.balance, balance as number);
    });
  }

  async mine(): Promise<void> {
    this.mined++;
    await this.room.call('mint', { amount: 1 });
  }

  /** @returns the longest that a call took, in ms. */
  async mineFor(ms: number): Promise<number> {
    let longest = 0;
    for (const endsAt = performance.now() + ms; performance.now() < endsAt; ) {
      const startedAt = performance.now();
      await this.mine();
      longest = Math.max(longest, performance.now() - startedAt);
    }
    return longest;
  }

  /** All that was mined is in the account. */
  arrived(): Promise<void> {
    return expect.poll(() => this.balance).toBe(this.mined);
  }
}

const pidOf = async (server: ServerProcess) => (await processesOf(server, 'coordinator'))[0]?.pid;

describe('While another program has the accounts locked', () => {
  it.each(['IMMEDIATE', 'EXCLUSIVE'] as const)(
    'by BEGIN %s, players play on and no process is replaced',
    async (kind) => {
      const data = temporaryDirectory();
      const server = await start(data);
      const ada = await Miner.enter(server, 'ada');
      await ada.mine();
      await ada.arrived();
      const pid = await pidOf(server);
      const other = lock(data, kind);
      const pauses = ada.mineFor(LOCKED_MS);
      const bob = await Miner.enter(server, 'bob');
      const offer = bob.client.lobby.call('trade', { with: 'ada', want: { gold: 1 } });
      const best = await ada.client.lobby.call('leaderboard');
      expect(best).toMatchObject({ own: { place: 1, amount: 1 } });
      expect(await pauses).toBeLessThan(PAUSE_MS_MAX);
      expect(ada.balance).toBe(1);
      other.close();
      await ada.arrived();
      expect(await offer).toMatchObject({ state: 'open' });
      expect(await pidOf(server)).toBe(pid);
      const { mined } = ada;
      expect(await ada.client.lobby.call('audit')).toMatchObject({
        items: [{ item: 'gold', accounts: mined, rooms: mined }],
      });
      const said = server.log
        .map(({ msg }) => String(msg))
        .filter((msg) => msg.includes('accounts'));
      // Once for each kind of work, in the order in which they met the lock.
      expect(said.slice(0, -1).toSorted()).toEqual([
        expect.stringContaining('commands of the lobby'),
        expect.stringContaining('deposits wait'),
      ]);
      expect(said.at(-1)).toBe('the accounts can be written again');
    },
  );

  it('a coordinator that starts serves players, old and new ones, and deposits arrive later', async () => {
    const data = temporaryDirectory();
    const server = await start(data);
    const ada = await Miner.enter(server, 'ada');
    await ada.mine();
    await ada.arrived();
    const pid = await pidOf(server);
    const other = lock(data, 'IMMEDIATE');
    await ada.mine();
    await killCoordinator(server);
    await expect.poll(async () => (await pidOf(server)) ?? pid).not.toBe(pid);
    await ada.mine();
    const bob = await Miner.enter(server, 'bob');
    await bob.mine();
    await sleep(100);
    expect([ada.balance, bob.balance]).toEqual([1, 0]);
    other.close();
    await Promise.all([ada.arrived(), bob.arrived()]);
    expect(await bob.client.lobby.call('audit')).toMatchObject({
      items: [{ item: 'gold', accounts: 4, rooms: 4 }],
    });
  });
});
