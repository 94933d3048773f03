// Game code that does not come to an end, in real processes: none of them dies, and the other rooms go on.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RoomView } from '../client/index.ts';
import { killCoordinator, pidsOf, player, startServer, temporaryDirectory } from './test-server.ts';

/** The source of a game that changes an entity in every tick, and has commands that hang. */
const gameOf = (name: string) => `import { pbkdf2Sync } from 'node:crypto';
  import { defineGame, Type } from 'holdfast/game';
  const loop = () => { for (;;); };
  export default defineGame({
    name: '${name}', text: 'Counts.', ticksPerSecond: 20, playersMax: 100,
    entities: { clock: { tick: 'u32' } },
    state: () => ({ total: 0, hangs: false }),
    create: (room) => void room.entities.clock.add({}),
    tick(room) {
      for (const clock of room.entities.clock) clock.tick = room.tick;
      if (room.state.hangs) loop();
    },
    commands: {
      add: { args: Type.Object({}), run: (room) => ++room.state.total },
      total: { args: Type.Object({}), run: (room) => room.state.total },
      loop: { args: Type.Object({}), run(room) { room.state.total = -1; loop(); } },
      native: { args: Type.Object({}), run() { pbkdf2Sync('a', 'b', 2 ** 31 - 1, 64, 'sha512'); } },
      loopInTick: { args: Type.Object({}), run(room) { room.state.hangs = true; } },
    },
  });`;

/** The default is 500; less shows the same, also where other tests take half of the processors. */
const STEP_MS_MAX = 250;
/** Longer than that, a stack and a tick; what a replaced process costs is more. */
const GAP_MS_MAX = 900;

/** @returns the longest time without news of `room` so far. */
function gapsIn(room: RoomView): () => number {
  let at = performance.now();
  let longest = 0;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - at);
    at = now;
  };
  room.on('state', look);
  onTestFinished(() => void room.off('state', look));
  return () => {
    look();
    return longest;
  };
}

async function start() {
  const data = temporaryDirectory();
  const games = ['tally', 'other'].flatMap((name) => {
    const path = join(data, `${name}.ts`);
    writeFileSync(path, gameOf(name));
    return ['--game', path];
  });
  const limit = ['--step-ms-max', String(STEP_MS_MAX)];
  const server = await startServer('--data', data, '--workers', '1', ...games, ...limit);
  const [ada, bob] = [await player(server), await player(server, 'bob')];
  const room = await ada.join({ game: 'tally' });
  const other = await bob.join({ game: 'other' });
  for (let i = 0; i < 5; i++) await room.call('add');
  // The spare processes are there, too.
  await expect.poll(async () => (await server.processes()).every(({ ready }) => ready)).toBe(true);
  return { data, server, room, gap: gapsIn(other), pids: await pidsOf(server) };
}

describe('A native function that does not return', () => {
  it('costs its process once: the next one refuses the command, without running it', async () => {
    const { server, room } = await start();
    room.send('add');
    await expect(room.call('native')).rejects.toMatchObject({ code: 'GAME_ERROR' });
    expect(await room.call('add')).toBe(7);
    const said = (text: string) => server.log.filter(({ msg }) => msg?.includes(text));
    expect(said('cannot be stopped')).toMatchObject([{ msg: expect.stringContaining('room 1') }]);
    expect(said('coordinator died')).toHaveLength(1);
    expect(said('set aside')).toMatchObject([{ command: 'native', room: 1 }]);
  });
});

/** On a busy machine the watch thread may need longer for a stack than the guard waits. */
const STACK_MAY_BE_LATE = { retry: 2 };

describe('An endless loop', () => {
  it(
    'in a command is refused, costs other rooms its time limit and no process, and changes nothing in its room',
    STACK_MAY_BE_LATE,
    async () => {
      const { data, server, room, gap, pids } = await start();
      room.send('add');
      await expect(room.call('loop')).rejects.toMatchObject({ code: 'GAME_ERROR' });
      expect(await room.call('add')).toBe(7);
      expect(gap()).toBeLessThan(GAP_MS_MAX);
      expect(await pidsOf(server)).toEqual(pids);
      expect(server.log.find(({ msg }) => msg?.includes('set aside'))).toMatchObject({
        level: 'error',
        game: 'tally',
        room: 1,
        command: 'loop',
        // The file, and the line of the loop.
        err: { stack: expect.stringMatching(/^GameHangError: .*\n +at loop \(.*tally\.ts:3:/) },
      });
      await killCoordinator(server);
      expect(await room.call('total')).toBe(7);
      expect(readdirSync(join(data, 'rooms'))).toEqual(['1', '2']);
    },
  );

  it('is stopped as well after a terminal has sent SIGINT to every process', async () => {
    const { server, room, gap, pids } = await start();
    const coordinator = (await server.processes()).find(({ role }) => role === 'coordinator')!;
    for (let i = 0; i < 5; i++) {
      process.kill(coordinator.pid, 'SIGINT');
      expect(await room.call('total')).toBe(5);
    }
    await expect(room.call('loop')).rejects.toMatchObject({ code: 'GAME_ERROR' });
    expect(await room.call('total')).toBe(5);
    expect(gap()).toBeLessThan(GAP_MS_MAX);
    expect(await pidsOf(server)).toEqual(pids);
  });

  it(
    'in a tick ends its room, of which the players are told, and costs no process',
    STACK_MAY_BE_LATE,
    async () => {
      const { data, server, room, gap, pids } = await start();
      const left = new Promise((resolve) => room.once('left', resolve));
      room.send('loopInTick');
      expect(await left).toMatchObject({
        code: 'GAME_ERROR',
        text: expect.stringContaining('did not come to an end'),
      });
      expect(gap()).toBeLessThan(GAP_MS_MAX);
      expect(await pidsOf(server)).toEqual(pids);
      expect(server.log.find(({ msg }) => msg?.includes('in its tick'))).toMatchObject({
        err: { stack: expect.stringMatching(/tally\.ts:3:.*\n +at tick \(.*tally\.ts:11:/) },
      });
      expect(readdirSync(join(data, 'rooms'))).toEqual(['1.quarantined-1', '2']);
    },
  );
});
