// Code on the disk that breaks while the server runs: processes that die are replaced by ones that run.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Deployment, kill, restart } from './test-deployment.ts';
import { player } from './test-server.ts';

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
    expect(refused.error).toMatch(/the code on the disk is not whole .*main\.js/);
    deployment.mend();
    expect((await restart(server)).error).toMatch(/game .*version\.ts:1: syntax error/);
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
  });
});
