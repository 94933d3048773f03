// A server of its own copy of the code, for tests that break that or put other code in its place.
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { ServerProcess } from '../load-test/server-process.ts';
import { temporaryDirectory } from './test-server.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A server of its own copy of the code, and a game of several files beside it. */
export class Deployment {
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
export async function kill(server: ServerProcess, role: string): Promise<void> {
  const before = await pidOf(server, role);
  process.kill(before, 'SIGKILL');
  await expect.poll(async () => [0, before].includes(await pidOf(server, role))).toBe(false);
}

/** Asks for a restart. @returns how it ended. */
export async function restart(
  server: ServerProcess,
): Promise<{ replaced: number; error: string | null }> {
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
