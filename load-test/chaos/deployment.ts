// The code that the server of a chaos run is started from: a copy of its own, which a fault may break.
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../package-root.ts';

const MAIN = 'dist/server/main.js';
const GAMES = [
  'dist/server/games/goldrush/index.js',
  'dist/server/games/connect-four.js',
  'dist/load-test/chaos/tally-game.js',
];
/** What the server loads of the build. */
const PARTS = [
  'dist/server',
  'dist/protocol',
  'dist/load-test/chaos/tally-game.js',
  'package.json',
];

/** What an upload that was broken off, a build that failed or a mistake leave on the disk. */
const breakages: readonly (readonly [text: string, act: (folder: string) => void])[] = [
  ['a game that is no program', (folder) => spoil(folder, GAMES[2]!)],
  [
    'a coordinator that is no program',
    (folder) => spoil(folder, 'dist/server/coordinator/index.js'),
  ],
  ['no main.js', (folder) => rmSync(join(folder, MAIN))],
  ['no protocol', (folder) => rmSync(join(folder, 'dist/protocol'), { recursive: true })],
  ['no game', (folder) => rmSync(join(folder, GAMES[0]!))],
];

/** The games of the build, for what reads the rooms later. */
export const gamePaths = (): string[] => GAMES.map((game) => join(packageRoot(), game));

export class Deployment {
  private readonly folder: string;

  /** @param folder is made. */
  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder);
    symlinkSync(join(packageRoot(), 'node_modules'), join(folder, 'node_modules'));
    this.deploy();
  }

  get main(): string {
    return join(this.folder, MAIN);
  }

  get games(): string[] {
    return GAMES.map((game) => join(this.folder, game));
  }

  /** Puts good code there. */
  deploy(): void {
    for (const part of PARTS) {
      const to = join(this.folder, part);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(packageRoot(), part), to, { recursive: true });
    }
  }

  /** @param pick which harm is done. @returns it in words. */
  break(pick: number): string {
    const [text, act] = breakages[pick % breakages.length]!;
    act(this.folder);
    return text;
  }
}

function spoil(folder: string, file: string): void {
  writeFileSync(join(folder, file), 'export class {');
}
