// Code on the disk that breaks while the server runs: processes that die are replaced by ones that run.
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ServerProcess } from '../load-test/server-process.ts';
import { player, temporaryDirectory } from './test-server.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A server of its own copy of the code, and a game of several files beside it. */
class Deployment {
  readonly folder = temporaryDirectory();
  readonly data = join(this.folder, 'data');
  readonly dist = join(this.folder, 'app/dist');
  readonly game = join(this.folder, 'game/version.ts');

  constructor() {
    for (const part of ['server', 'protocol']) {
      cpSync(join(root, 'dist', part), join(this.dist, part), { recursive: true });
    }
    cpSync(join(root, 'package.json'), join(this.folder, 'app/package.json'));
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'app/node_modules'));
    mkdirSync(dirname(this.game));
  }

  /** Puts a version of the game on the disk. */
  write(version: string): void {
    writeFileSync(
      this.game,
      `import { defineGame, Type } from 'holdfast/game';
      import words from './words.json' with { type: 'json' };
      import { version } from './parts/version.ts';
      export const makeWorld = (): string => version;
      export default defineGame({
        name: 'version', text: 'Says which.', ticksPerSecond: 0, playersMax: 9, entities: {},
        state: () => ({ count: 0, world: '' }),
        prepare: { module: import.meta.url, run: makeWorld },
        create(room, world: string) { room.state.world = world; },
        commands: {
          tell: {
            args: Type.Object({}),
            run: (room) => [version, words.greeting, room.state.world, ++room.state.count],
          },
        },
      });`,
    );
    mkdirSync(join(dirname(this.game), 'parts'), { recursive: true });
    const part = join(dirname(this.game), 'parts/version.ts');
    writeFileSync(part, `export const version: string = '${version}';`);
    writeFileSync(join(dirname(this.game), 'words.json'), '{ "greeting": "hello" }');
  }

  /** What an upload that was broken off leaves. */
  break(): void {
    writeFileSync(join(this.dist, 'server/worker/index.js'), 'export class Worker {');
    writeFileSync(join(this.dist, 'server/multiprocessing/process-main.js'), 'oops oops');
    rmSync(join(this.dist, 'server/main.js'));
    rmSync(join(this.dist, 'protocol'), { recursive: true });
    writeFileSync(this.game, 'export default {');
    rmSync(join(dirname(this.game), 'words.json'));
    rmSync(join(dirname(this.game), 'parts'), { recursive: true });
  }

  /** Puts the server's code back. */
  mend(): void {
    for (const part of ['server', 'protocol']) {
      cpSync(join(root, 'dist', part), join(this.dist, part), { recursive: true });
    }
  }

  async start(): Promise<ServerProcess> {
    const args = ['--data', this.data, '--game', this.game, '--workers', '1'];
    return await ServerProcess.start({ args, script: join(this.dist, 'server/main.js') });
  }

  versions(): string[] {
    return readdirSync(join(this.data, 'code'));
  }
}

async function pidOf(server: ServerProcess, role: string): Promise<number> {
  const found = (await server.processes()).find(
    (process) => process.role === role && process.ready,
  );
  return found?.pid ?? 0;
}

/** Kills the process of the role. Resolves when another is ready. */
async function kill(server: ServerProcess, role: string): Promise<void> {
  const before = await pidOf(server, role);
  process.kill(before, 'SIGKILL');
  await expect.poll(async () => [0, before].includes(await pidOf(server, role))).toBe(false);
}

/** Asks for a restart. @returns how it ended. */
async function restart(server: ServerProcess): Promise<{ replaced: number; error: string | null }> {
  const url = `http://127.0.0.1:${server.adminPort}/api/restart`;
  await fetch(url, { method: 'POST' });
  let status = { state: '', replaced: 0, error: null as string | null };
  const state = async () => {
    status = (await (await fetch(url)).json()) as typeof status;
    return status.state;
  };
  await expect.poll(state, { interval: 20 }).toBe('idle');
  return status;
}

describe('While the code on the disk is broken', () => {
  it('every process that dies is replaced by one that runs, a restart is refused, and mended code is taken', async () => {
    const deployment = new Deployment();
    deployment.write('old');
    await using server = await deployment.start();
    const client = await player(server);
    const room = await client.join({ game: 'version' });
    expect(await room.call('tell')).toEqual(['old', 'hello', 'old', 1]);
    const [first] = deployment.versions();

    deployment.break();
    await kill(server, 'worker');
    await kill(server, 'coordinator');
    expect(await room.call('tell')).toEqual(['old', 'hello', 'old', 2]);
    // Its world is made by a process of the pool, which starts now.
    const another = await client.lobby.call('create', { game: 'version' });
    expect(another).toBeTruthy();

    const refused = await restart(server);
    expect(refused.replaced).toBe(0);
    expect(refused.error).toMatch(/the code on the disk is not whole .*protocol/);
    deployment.mend();
    expect((await restart(server)).error).toMatch(/game .*version\.ts: it cannot be loaded/);
    expect(deployment.versions()).toEqual([first]);
    await kill(server, 'coordinator');
    await kill(server, 'worker');
    expect(await room.call('tell')).toEqual(['old', 'hello', 'old', 3]);

    deployment.write('new');
    expect(await restart(server)).toMatchObject({ replaced: 2, error: null });
    expect(await room.call('tell')).toEqual(['new', 'hello', 'old', 4]);
    deployment.break();
    await kill(server, 'coordinator');
    expect(await room.call('tell')).toEqual(['new', 'hello', 'old', 5]);
    expect(deployment.versions()).toHaveLength(1);
    expect(deployment.versions()).not.toEqual([first]);
  });
});

describe('The copy of the code', () => {
  it('is made again where it was removed while the server runs', async () => {
    const deployment = new Deployment();
    deployment.write('old');
    await using server = await deployment.start();
    const room = await (await player(server)).join({ game: 'version' });
    const [version] = deployment.versions();
    rmSync(join(deployment.data, 'code'), { recursive: true });
    deployment.break();
    await kill(server, 'coordinator');
    expect(await room.call('tell')).toEqual(['old', 'hello', 'old', 1]);
    expect(deployment.versions()).toEqual([version]);
    expect(server.log.map(({ msg }) => msg)).toContain(
      'the copy of the code was removed, and is made again',
    );
  });

  it('that cannot be made is said, and the server runs from the disk', async () => {
    const deployment = new Deployment();
    deployment.write('old');
    mkdirSync(deployment.data);
    writeFileSync(join(deployment.data, 'code'), 'in the way');
    await using server = await deployment.start();
    const room = await (await player(server)).join({ game: 'version' });
    expect(await room.call('tell')).toEqual(['old', 'hello', 'old', 1]);
    const said = server.log.find(({ msg }) => msg?.startsWith('no copy of the code is in'));
    expect(said).toMatchObject({ level: 'warn' });
    deployment.write('new');
    expect(await restart(server)).toMatchObject({ error: null });
    expect(await room.call('tell')).toEqual(['new', 'hello', 'old', 2]);
  });
});
