// A primary that is killed: the other processes end by themselves, and the next server goes on.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ServerProcess } from '../load-test/server-process.ts';
import { isAlive, pidsOf, players, startServerWith, temporaryDirectory } from './test-server.ts';

const ROUNDS = 2;

/** Counts each player's additions; numbers them, so that one applied twice or out of order shows. */
const tally = `import { defineGame, refuse, Type } from 'holdfast/game';
  export default defineGame({
    name: 'tally', text: 'Counts.', ticksPerSecond: 20, playersMax: 100, entities: {},
    state: () => ({ counts: {} }),
    commands: {
      add: { args: Type.Object({ number: Type.Integer() }), run(room, player, { number }) {
        const before = room.state.counts[player.id] ?? 0;
        if (number !== before + 1) refuse('WRONG', number + ' after ' + before);
        room.state.counts[player.id] = number;
      } },
      count: { args: Type.Object({}), run: (room, player) => room.state.counts[player.id] ?? 0 },
    },
  });`;

let folder: string;
let temporary: string;
beforeEach(() => {
  folder = temporaryDirectory();
  temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  writeFileSync(join(folder, 'tally.ts'), tally);
});

function start(port = 0): Promise<ServerProcess> {
  const game = join(folder, 'tally.ts');
  const data = join(folder, 'data');
  const of = { port: String(port), workers: '2', data, game, 'snapshot-ms': '500' };
  const args = Object.entries(of).flatMap(([name, value]) => [`--${name}`, value]);
  return startServerWith({ TMPDIR: temporary }, ...args);
}

describe('After kill -9 of the primary', () => {
  it('a server that is started at once has everyone back, every command once', async () => {
    let server = await start();
    const { port } = server;
    const clients = await players({ port }, 8);
    const rooms = await Promise.all(clients.map((client) => client.join({ game: 'tally' })));
    const problems: unknown[] = [];
    for (const client of clients) client.on('session', () => problems.push('session lost'));
    for (const room of rooms) room.on('rejected', (error) => problems.push(error.message));
    const sent = rooms.map(() => 0);
    const sending = setInterval(() => {
      rooms.forEach((room, i) => {
        // More than this may not be unanswered.
        if (room.unacknowledged < 60) room.send('add', { number: ++sent[i]! });
      });
    }, 20);
    onTestFinished(() => clearInterval(sending));
    const dead: number[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      dead.push(...(await pidsOf(server)));
      void server.kill();
      server = await start(port);
      // An answer shows that this one is back.
      await Promise.all(rooms.map((room) => room.call('count')));
    }
    clearInterval(sending);
    expect(await Promise.all(rooms.map((room) => room.call('count')))).toEqual(sent);
    expect(problems).toEqual([]);
    await expect.poll(() => dead.filter(isAlive)).toEqual([]);
    const folders = readdirSync(temporary).filter((name) => name.startsWith('holdfast-'));
    expect(folders).toEqual([]);
  }, 180_000);

  it('no server writes beside a coordinator that has not ended', async () => {
    const first = await start();
    const processes = await first.processes();
    const coordinator = processes.find(({ role }) => role === 'coordinator')!;
    process.kill(coordinator.pid, 'SIGSTOP');
    await first.kill();
    const text = `the coordinator (process ${coordinator.pid}) of a server that has ended`;
    await expect(start()).rejects.toThrow(text);
    process.kill(coordinator.pid, 'SIGCONT');
    const isThere = () => isAlive(coordinator.pid);
    await expect.poll(isThere).toBe(false);
    await start();
  });
});
