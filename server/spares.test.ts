// Spare processes of a real server, as operators see them.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { processesOf, startServerWith, temporaryDirectory, workersOf } from './test-server.ts';

it('A spare process is ready when it has loaded its code and rehearsed, not before', async () => {
  const directory = temporaryDirectory();
  const gate = join(directory, 'gate');
  const game = join(directory, 'gated.ts');
  writeFileSync(
    game,
    `import { existsSync } from 'node:fs';
    import { setTimeout } from 'node:timers/promises';
    import { defineGame } from 'holdfast/game';
    while (existsSync(${JSON.stringify(gate)})) await setTimeout(10);
    export default defineGame({
      name: 'gated', text: 'Loads when it may.', ticksPerSecond: 20, playersMax: 100,
      entities: { clock: { ticks: 'u32' } },
      state: () => ({}),
      create: ({ entities }) => void entities.clock.add({}),
      tick({ entities }) { for (const clock of entities.clock) clock.ticks++; },
      commands: {},
    });`,
  );
  const data = join(directory, 'data');
  const args = ['--data', data, '--spares', '1', '--game', game];
  const server = await startServerWith({ NODE_COMPILE_CACHE: '' }, ...args);
  const spares = async () =>
    (await processesOf(server, 'spare')).map(({ pid, ready }) => ({ pid, ready }));
  await expect.poll(spares).toMatchObject([{ ready: true }]);
  // What it has compiled is there for those that come after.
  expect(readdirSync(join(data, 'compiled'))).not.toEqual([]);
  const [first] = await spares();
  writeFileSync(gate, '');
  process.kill((await workersOf(server))[0]!.pid, 'SIGKILL');
  const others = async () => (await spares()).filter(({ pid }) => pid !== first!.pid);
  await expect.poll(others).toMatchObject([{ ready: false }]);
  const workers = () => workersOf(server);
  await expect.poll(workers).toMatchObject([{ pid: first!.pid, ready: true }]);
  rmSync(gate);
  await expect.poll(others).toMatchObject([{ ready: true }]);
});
