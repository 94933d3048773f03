// What authors of games read about their mistakes, from the real loader and a real server.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect } from '../client/index.ts';
import { ServerProcess } from '../load-test/server-process.ts';
import { createLog } from './observe/index.ts';
import { AcceptedCode } from './primary/accepted-code.ts';
import { readCode } from './primary/code-files.ts';
import { loadMistakes } from './test-load-mistakes.ts';
import type { Mistake } from './test-paint-game.ts';
import { runMistakes } from './test-run-mistakes.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const LOADER = pathToFileURL(join(root, 'server/fixture-load-games.ts')).href;

/** Of games that run beside each other each has a name of its own. */
const nameOf = (i: number): string => `paint-${i}`;

/** Writes the modules of each mistake into a folder of its own.
 *  @returns those folders. */
function write(mistakes: readonly Mistake[], under: string): string[] {
  return mistakes.map(({ files }, i) => {
    const folder = join(under, `${i}`);
    mkdirSync(folder);
    for (const [path, source] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), source);
    }
    return folder;
  });
}

describe('A game with a mistake', () => {
  const said = new Map<string, string>();
  const under = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  afterAll(() => rmSync(under, { recursive: true }));

  beforeAll(async () => {
    const folders = write(loadMistakes, under);
    const games = loadMistakes.map(({ load = ['paint.ts'] }, i) =>
      load.map((path) => join(folders[i]!, path)),
    );
    // As processes of a server: they run a copy of the code, and the author's files may be gone.
    const code = new AcceptedCode({
      data: under,
      mainPath: join(root, 'dist/server/main.js'),
      games: games.flat(),
      log: createLog({ role: 'primary', level: 'error', write: () => {} }),
      sources: {
        readCode,
        readBoot: () => readFileSync(join(root, 'dist/server/primary/code-boot.js'), 'utf8'),
      },
    });
    await code.begin();
    const { exec } = code.script();
    expect(exec).toContain(under);
    const text = execFileSync(process.execPath, [exec, LOADER, JSON.stringify(games)], {
      encoding: 'utf8',
    });
    for (const [i, sentence] of (JSON.parse(text) as string[]).entries()) {
      said.set(loadMistakes[i]!.mistake, sentence.replaceAll(folders[i]!, '~'));
    }
  });

  it.each([
    'an enum',
    'a namespace',
    'a parameter property',
    'an import without its extension',
    'nothing',
  ])('is told by a server that runs from its source, too: %s', (mistake) => {
    const i = loadMistakes.findIndex((row) => row.mistake === mistake);
    const folder = mkdtempSync(join(under, 'dev-'));
    for (const [path, source] of Object.entries(loadMistakes[i]!.files)) {
      writeFileSync(join(folder, path), source);
    }
    const games = JSON.stringify([[join(folder, 'paint.ts')]]);
    const tsx = join(root, 'node_modules/.bin/tsx');
    const text = execFileSync(tsx, [fileURLToPath(LOADER), games, 'source'], { encoding: 'utf8' });
    const [sentence] = JSON.parse(text) as [string];
    expect(sentence.replaceAll(folder, '~')).toBe(loadMistakes[i]!.says);
  });

  it.each(loadMistakes)('is told when it is loaded: $mistake', ({ mistake, says }) => {
    expect(said.get(mistake)).toBe(says);
    expect(says).not.toContain('\n');
  });
});

describe('A game with a mistake that shows when it runs', () => {
  const said = new Map<string, string>();
  const under = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  afterAll(() => rmSync(under, { recursive: true }));

  beforeAll(async () => {
    const named = runMistakes.map((row, i) => {
      const source = row.files['paint.ts']!.replace("name: 'paint'", `name: '${nameOf(i)}'`);
      return { ...row, files: { 'paint.ts': source } };
    });
    const folders = write(named, under);
    const args = folders.flatMap((folder) => ['--game', join(folder, 'paint.ts')]);
    const limits = ['joins-per-second', 'rooms-per-account-max', 'rooms-per-address-max'];
    args.push(...limits.flatMap((limit) => [`--${limit}`, '1000']));
    await using server = await ServerProcess.start({ args });
    const client = await connect({ port: server.port, name: 'ada' });
    const lineOf = (i: number) =>
      server.log.find(({ msg }) => msg?.startsWith(`game ${nameOf(i)}:`))?.msg;
    for (const [i, { mistake }] of runMistakes.entries()) {
      const room = await client.join({ game: nameOf(i) }).catch(() => undefined);
      await room?.call('go', {}).catch(() => undefined);
      await vi.waitUntil(() => lineOf(i), { timeout: 30_000 }).catch(() => undefined);
      await room?.leave().catch(() => undefined);
      const text = (lineOf(i) ?? 'nothing')
        .replace(nameOf(i), 'paint')
        .replaceAll(folders[i]!, '~');
      said.set(mistake, text.replace(/player, but got \d+: room/, 'player, but got <id>: room'));
    }
    await client.close();
  });

  it.each(runMistakes)('is told in the log: $mistake', ({ mistake, says }) => {
    expect(said.get(mistake)).toBe(says);
  });
});
