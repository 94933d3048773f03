// What a copy of the code holds: the server's scripts, and the files that games are made of.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCode } from './code-files.ts';
import { LoadError } from './load-error.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  write('app/package.json', '{ "type": "module" }');
  write('app/dist/server/main.js', 'import "./part.js";');
  write('app/dist/protocol/index.js', 'export {};');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Formats by path from the folder on, and aliases likewise. */
async function read(...games: string[]) {
  const mainPath = join(folder, 'app/dist/server/main.js');
  const { index, sources } = await readCode({
    mainPath,
    games: games.map((game) => join(folder, game)),
  });
  const { files, aliases } = JSON.parse(index.replaceAll(`${pathToFileURL(folder).href}/`, ''));
  const texts = Object.values<[string, number, number]>(files).map(([, from, bytes]) => [
    from,
    bytes,
  ]);
  expect(texts.reduce((at, [from, bytes]) => (from === at ? at + bytes! : Number.NaN), 0)).toBe(
    sources.length,
  );
  const formats = Object.entries<string[]>(files).map(([path, [format]]) => [path, format]);
  return { formats: Object.fromEntries(formats), aliases };
}

const own = { 'app/dist/server/main.js': 'module', 'app/dist/protocol/index.js': 'module' };

describe('A copy of the code', () => {
  it('has every script of the server and of the protocol, and nothing else of the package', async () => {
    write('app/dist/server/worker/index.js', 'export {};');
    write('app/dist/server/worker/index.d.ts', 'export {};');
    write('app/dist/load-test/main.js', 'export {};');
    expect((await read()).formats).toEqual({ ...own, 'app/dist/server/worker/index.js': 'module' });
  });

  it('has what a game names by a path, from file to file, also what it loads later', async () => {
    write(
      'games/a/index.ts',
      `import { x } from '../shared/x.ts'; import 'holdfast/game';
       import map from "./map.json" with { type: 'json' };
       export const later = () => import(\`./later.mjs\`);
       export const work = { module: new URL('./work.mts', import.meta.url) };
       export const text = './no-file.ts and ./picture.png';`,
    );
    write('games/shared/x.ts', `export * from './y.cjs'; export * from '../a/index.ts';`);
    write('games/shared/y.cjs', 'exports.y = 1;');
    write('games/a/map.json', '{}');
    write('games/a/later.mjs', '');
    write('games/a/work.mts', '');
    write('games/a/picture.png', '');
    write('games/a/not-named.ts', '');
    expect((await read('games/a/index.ts')).formats).toEqual({
      ...own,
      'games/a/index.ts': 'module-typescript',
      'games/shared/x.ts': 'module-typescript',
      'games/shared/y.cjs': 'commonjs',
      'games/a/map.json': 'json',
      'games/a/later.mjs': 'module',
      'games/a/work.mts': 'module-typescript',
    });
  });

  it('has the formats that Node gives to files by their nearest package', async () => {
    write('games/package.json', '{ "type": "commonjs" }');
    write('games/one.js', 'module.exports = {};');
    write('games/esm/package.json', '{ "type": "module" }');
    write('games/esm/two.ts', '');
    write('bare/three.js', '// first\nimport "holdfast/game";');
    write('bare/four.js', 'module.exports = {};');
    expect(
      (await read('games/one.js', 'games/esm/two.ts', 'bare/three.js', 'bare/four.js')).formats,
    ).toEqual({
      ...own,
      'games/one.js': 'commonjs',
      'games/esm/two.ts': 'module-typescript',
      'bare/three.js': 'module',
      'bare/four.js': 'commonjs',
    });
  });

  it('has a game behind a symbolic link at its real place, and knows the link', async () => {
    write('releases/7/game.ts', `import './part.ts';`);
    write('releases/7/part.ts', '');
    symlinkSync(join(folder, 'releases/7'), join(folder, 'current'));
    const { formats, aliases } = await read('current/game.ts');
    expect(Object.keys(formats)).toEqual([
      ...Object.keys(own),
      'releases/7/game.ts',
      'releases/7/part.ts',
    ]);
    expect(aliases).toEqual({ 'current/game.ts': 'releases/7/game.ts' });
  });

  it('is none of a game that is no game but a tree of builds', async () => {
    const names = Array.from({ length: 2100 }, (_, i) => `./${i}.js`);
    write('games/index.js', names.map((name) => `import '${name}';`).join('\n'));
    for (const name of names) write(join('games', name), '');
    await expect(read('games/index.js')).rejects.toThrow(LoadError);
    await expect(read('games/index.js')).rejects.toThrow(/more than 2000 files/);
  });

  it('is none of code that is not whole, and the error says what is missing and what to do', async () => {
    rmSync(join(folder, 'app/dist/protocol'), { recursive: true });
    await expect(read()).rejects.toThrow(
      /the code on the disk is not whole \(ENOENT.*protocol.*\): ask for a restart when/,
    );
  });
});
