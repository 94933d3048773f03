// Releases in folders of their own, and a symbolic link that leads to the one to be run.
import { cpSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ServerProcess } from '../load-test/server-process.ts';
import { Deployment, kill, restart } from './test-deployment.ts';
import { player } from './test-server.ts';

describe('A deployment into a folder of its own', () => {
  it('is taken when a symbolic link leads to it and a restart is asked for; the old folder may go', async () => {
    const releases = new Deployment();
    const { folder, data } = releases;
    releases.write('old');
    const link = join(folder, 'current');
    const switchTo = (release: string) => {
      symlinkSync(join(folder, release), `${link}-new`);
      renameSync(`${link}-new`, link);
    };
    const release = (name: string) => {
      for (const part of ['app', 'game']) {
        cpSync(join(folder, part), join(folder, name, part), {
          recursive: true,
          verbatimSymlinks: true,
        });
      }
    };
    release('1');
    switchTo('1');
    await using server = await ServerProcess.start({
      args: ['--data', data, '--game', join(link, 'game/version.ts'), '--workers', '1'],
      script: join(link, 'app/dist/server/main.js'),
    });
    const room = await (await player(server)).join({ game: 'version' });
    expect(await room.call('tell')).toEqual(['old', 'hello', 'old', 1]);
    releases.write('new');
    release('2');
    switchTo('2');
    expect(await restart(server)).toMatchObject({ replaced: 2, error: null });
    rmSync(join(folder, '1'), { recursive: true });
    await kill(server, 'coordinator');
    expect(await room.call('tell')).toEqual(['new', 'hello', 'old', 2]);
  });
});
