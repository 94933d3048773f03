// What the server writes is for its own user, whatever the umask was; a data directory under /proc is refused.
import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ServerProcess } from '../load-test/server-process.ts';
import { player, startServer, temporaryDirectory } from './test-server.ts';

it('Other users get at nothing that a server writes, or an earlier one has written', async () => {
  // As it is inherited by a server that a shell starts.
  const before = process.umask(0o000);
  try {
    const data = join(temporaryDirectory(), 'data');
    mkdirSync(join(data, 'rooms'), { recursive: true });
    writeFileSync(join(data, 'server.lock'), '');
    writeFileSync(join(data, 'notes.txt'), 'not the server’s');
    chmodSync(data, 0o755);
    const server = await startServer('--data', data, '--workers', '1');
    const client = await player(server);
    await client.join({ game: 'goldrush' });
    await expect.poll(() => readdirSync(data)).toContain('group.json');
    const open = readdirSync(data, { recursive: true, encoding: 'utf8' }).filter(
      (name) => (lstatSync(join(data, name)).mode & 0o077) !== 0,
    );
    expect(open).toEqual(['notes.txt']);
    const said = server.log.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
    expect(said).toContainEqual(expect.stringMatching(/could read or lock rooms, server\.lock/));
    expect(said).toContainEqual(expect.stringMatching(/can enter the data directory.*chmod go=/));
    expect(statSync(data).mode & 0o777).toBe(0o755);
    await server.stop();
  } finally {
    process.umask(before);
  }
});

it('A data directory under /proc is refused at once with the reason', async () => {
  const start = ServerProcess.start({ args: ['--data', '/proc/holdfast'] });
  await expect(start).rejects.toThrow(
    /cannot use \/proc\/holdfast: no directory can be made there: choose another with --data/,
  );
});
