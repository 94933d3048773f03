// README.md against the server: what it tells newcomers to do works as written.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connect } from '../client/index.ts';
import { ServerProcess } from '../load-test/server-process.ts';
import { RawClient } from './test-raw-client.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The first block of code that contains `text`. */
function block(text: string): string {
  const blocks = [...readme.matchAll(/```(?:ts|sh)\n([\s\S]*?)```/g)].map(([, code]) => code!);
  return blocks.find((code) => code.includes(text))!;
}

describe('README', () => {
  it('shows lines that get welcome, joined and state as JSON', async () => {
    const lines = /printf '([^']+)'/.exec(readme)![1]!.replaceAll('\\n', '\n');
    await using server = await ServerProcess.start();
    using client = new RawClient(server.port);
    client.send(lines);
    await client.message('state');
    const types = client.messages.map(({ type }) => type);
    expect(types.slice(0, 5)).toEqual(['welcome', 'account', 'joined', 'resumed', 'state']);
  });

  it('has a game that loads from anywhere and plays', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-readme-'));
    try {
      const path = join(directory, 'paint.ts');
      writeFileSync(path, block('defineGame'));
      await using server = await ServerProcess.start({ args: ['--game', path] });
      await using client = await connect({ port: server.port, name: 'ada' });
      const room = await client.join({ game: 'paint' });
      const east = Number(room.avatar?.x) < 31 ? 1 : -1;
      const before = Number(room.avatar?.x);
      room.send('walk', { dx: east, dy: 0 });
      expect(await room.call('painted')).toBe(1);
      await expect.poll(() => room.avatar?.x).toBe(before + east);
      expect([...room.of('tile')]).toMatchObject([{ x: before + east }]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('names only npm scripts that there are', () => {
    const { scripts } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    );
    const named = [...readme.matchAll(/npm (?:run )?(start|test|play|load-test)\b/g)];
    expect(named.length).toBeGreaterThan(5);
    for (const [, name] of named) expect(scripts).toHaveProperty([name!]);
  });
});
