// A server that starts on what another version has written: it goes on, or refuses with a reason.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogLine, ServerProcess } from '../load-test/server-process.ts';
import { player, startServerWith, temporaryDirectory } from './test-server.ts';

const gameOf = (lines: string) => `import { defineGame, Type } from 'holdfast/game';
  export default defineGame({ name: 'purse', text: 'Saves.', ticksPerSecond: 20, playersMax: 9, ${lines} });`;

const first = gameOf(`
  entities: { purse: { coins: 'u32' } },
  state: () => ({ total: 0 }),
  join: (room) => room.entities.purse.add({}),
  tick: (room) => { room.state.old = true; },
  commands: { save: { args: Type.Object({}), run(room, player) {
    room.state.total++;
    return ++room.entities.purse.get(player.avatar.id).coins;
  } } },`);

const second = gameOf(`
  stateVersion: 1,
  entities: { chest: { lid: 'bool', pennies: 'u32' }, purse: { coins: 'u8' } },
  state: () => ({ totals: [], from: 1 }),
  migrate: (old) => ({
    state: { totals: [old.state.total], from: old.stateVersion },
    entities: { chest: old.entities.purse.map(({ id, coins }) => ({ id, pennies: coins * 100 })) },
  }),
  commands: { look: { args: Type.Object({}), run: (room, player) => ({
    ...room.state, own: room.entities.chest.get(player.avatar.id).pennies }) } },`);

function start(data: string, game: string, ...args: string[]): Promise<ServerProcess> {
  const path = join(data, 'game.ts');
  writeFileSync(path, game);
  const all = ['--data', data, '--game', path, '--workers', '1', ...args];
  // A server that is killed may leave the folder of its links behind.
  return startServerWith({ TMPDIR: data }, ...all);
}

const logged = (server: ServerProcess, text: string): LogLine | undefined =>
  server.log.find(({ msg }) => msg?.includes(text));

describe('A room of an older version of its game', () => {
  it('is migrated after a stop: its players resume with what they had', async () => {
    const data = temporaryDirectory();
    const before = await start(data, first);
    const client = await player(before);
    const room = await client.join({ game: 'purse' });
    for (let i = 1; i <= 3; i++) expect(await room.call('save')).toBe(i);
    const again = new Promise((resolve) => client.once('connected', resolve));
    await before.stop();
    const after = await start(data, second, '--port', String(before.port));
    await again;
    expect(await room.call('look')).toEqual({ totals: [3], from: 0, own: 300 });
    expect(logged(after, 'carried over')).toMatchObject({ room: 1, game: 'purse', from: 0 });
    // Nothing of the older code was left to be repeated under the newer.
    expect(logged(after, 'under other code')).toBeUndefined();
    await after.stop();
    const third = await start(data, second);
    expect(logged(third, 'rooms recovered')).toBeDefined();
    expect(logged(third, 'carried over')).toBeUndefined();
  });

  it('stays away from an older game, and comes back with the newer', async () => {
    const data = temporaryDirectory();
    const newer = await start(data, second);
    await (await player(newer)).join({ game: 'purse' });
    await newer.stop();
    const older = await start(data, first);
    expect(logged(older, 'stays away')!.msg).toContain('start the newer game again');
    await older.stop();
    expect(readdirSync(join(data, 'rooms'))).toEqual(['1']);
    expect(logged(await start(data, second), 'rooms recovered')).toBeDefined();
  });

  it('repeats the last ticks under the newer code after a crash, and says so', async () => {
    const data = temporaryDirectory();
    const before = await start(data, first);
    const room = await (await player(before)).join({ game: 'purse' });
    await room.call('save');
    await before.kill();
    const after = await start(data, second);
    expect(logged(after, 'under other code')).toMatchObject({ level: 'warn', room: 1 });
    expect(logged(after, 'rooms recovered')).toBeDefined();
  });
});

describe('A data directory of a newer server', () => {
  it.each([
    ['rooms/1', 'snapshot-'],
    ['.', 'sessions.log'],
  ])(
    'is refused in one line that names the file, and left as it is (%s/%s…)',
    async (of, prefix) => {
      const data = temporaryDirectory();
      const server = await start(data, first);
      await (await player(server)).join({ game: 'purse' });
      await server.stop();
      const name = readdirSync(join(data, of)).find((name) => name.startsWith(prefix))!;
      const path = join(data, of, name);
      const bytes = readFileSync(path);
      bytes.writeUInt16LE(99, 4);
      writeFileSync(path, bytes);
      const before = contentsOf(data);
      const error = await start(data, first).catch((error) => error);
      expect(error).toMatchObject({ exitCode: 1 });
      const [line] = error.message.split('\n');
      expect(line).toContain(`holdfast: ${path}: format 99 of`);
      expect(line).toMatch(/newer version: start that version/);
      expect(contentsOf(data)).toEqual(before);
    },
  );
});

/** Every file below the directory, but for who has it. */
function contentsOf(data: string): string[][] {
  return readdirSync(data, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(data, name)).isFile() && !/\.(lock|pid)$/.test(name))
    .sort()
    .map((name) => [name, readFileSync(join(data, name), 'latin1')]);
}
