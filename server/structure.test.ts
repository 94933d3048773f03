// Holds the folders to the arrows that docs/ARCHITECTURE.md draws.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { metricKeys } from './observe/metrics-table.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each folder may import of ours, besides itself. The longest matching folder counts. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  // A package, which the build makes one file.
  'protocol/schema.ts': [],
  'protocol/timers.ts': [],
  'protocol/scan.ts': [],
  client: ['protocol'],
  'load-test': ['client', 'protocol', 'server/multiprocessing'],
  'server/games': ['protocol', 'server/near-name.ts'],
  'server/observe': ['protocol', 'server/error-table.ts'],
  'server/error-table.ts': [],
  // Messages of any table as arrays, for processes that have nothing else of ours.
  'server/row-codec.ts': [],
  // How a process is seen to hang.
  'server/boot.ts': [],
  'server/watch': ['server/boot.ts'],
  // One counter, for what runs often.
  'server/watch/progress.ts': [],
  'server/link': ['protocol', 'server/row-codec.ts', 'server/watch/progress.ts'],
  'server/limits': ['server/observe'],
  // Doors of their own, for processes that have to start quickly and need no more.
  'server/link/channel.ts': ['protocol/scan.ts', 'server/link', 'server/watch/progress.ts'],
  'server/link/socket-server.ts': [],
  'server/link/steady-clock.ts': [],
  'server/multiprocessing/child-origin.ts': ['server/config.ts'],
  'server/coordinator/sync/deque.ts': [],
  'server/coordinator/sync/errors.ts': [],
  'server/coordinator/sync/limits.ts': [],
  'server/coordinator/sync/messages.ts': [
    'server/coordinator/sync/errors.ts',
    'server/row-codec.ts',
  ],
  'server/multiprocessing': [
    'protocol/timers.ts',
    'server/boot.ts',
    'server/config.ts',
    'server/error-table.ts',
    'server/coordinator/sync',
    'server/coordinator/sync/deque.ts',
    'server/coordinator/sync/errors.ts',
    'server/coordinator/sync/limits.ts',
    'server/coordinator/sync/messages.ts',
    'server/link',
    'server/link/channel.ts',
    'server/link/socket-server.ts',
    'server/make-directory.ts',
    'server/observe',
    'server/store',
    'server/watch/progress.ts',
  ],
  'server/coordinator': [
    'protocol',
    'server/config.ts',
    'server/games',
    'server/limits',
    'server/link',
    'server/link/steady-clock.ts',
    'server/multiprocessing',
    'server/observe',
    'server/row-codec.ts',
    'server/boot.ts',
    'server/store',
    'server/watch/progress.ts',
  ],
  'server/coordinator/sync': [
    'server/coordinator/sync/deque.ts',
    'server/coordinator/sync/errors.ts',
    'server/coordinator/sync/messages.ts',
  ],
  'server/make-directory.ts': [],
  'server/node-version.ts': [],
  'server/store': [],
  // Loaded by a child with --verify-determinism, and by no other.
  'server/traps': ['server/coordinator', 'server/games'],
  // Runs rooms, but none that anybody is in.
  'server/replay': ['server/coordinator', 'server/games', 'server/store'],
  'server/worker': [
    'protocol',
    'server/config.ts',
    'server/limits',
    'server/link',
    'server/observe',
    'server/watch/progress.ts',
  ],
  'server/primary': [
    'protocol',
    'server/config.ts',
    'server/limits',
    'server/link',
    'server/make-directory.ts',
    'server/multiprocessing',
    'server/observe',
    'server/watch',
  ],
  // Only tests and what they use: the whole server on a simulated machine.
  'server/simulation': ['client', 'server'],
  // Becomes a role, for which it loads one of the two that follow.
  'server/main.ts': ['server'],
  'server/primary-main.ts': ['server'],
  'server/child-main.ts': ['server'],
  // The only file that imports all roles of children.
  'server/child.ts': ['server'],
  // A whole server in one process, for a moment.
  'server/rehearsal.ts': ['protocol', 'server'],
  // Runs in the watch thread, which loads no more than it must.
  'server/step-sentry.ts': [
    'server/store/recovery-mark.ts',
    'server/watch/judge.ts',
    'server/watch/sentry.ts',
  ],
  'server/hang-stack-sentry.ts': ['server/watch/main-stack.ts', 'server/watch/sentry.ts'],
  'server/watch/main-stack.ts': ['server/watch'],
  'server/store/recovery-mark.ts': [],
  'server/watch/judge.ts': ['server/watch'],
  'server/watch/sentry.ts': ['server/watch'],
  'server/config.ts': [],
  'server/near-name.ts': [],
  'server/config-variables.ts': ['server/config.ts', 'server/near-name.ts'],
  'server/read-config.ts': ['server/config.ts', 'server/limits'],
  'server/fault-code.ts': [],
  'server/document-config.ts': ['server/config.ts', 'server/read-config.ts'],
  // Writes the documents that derive from tables, wherever these are.
  'server/generate.ts': ['protocol', 'server'],
  'server/build.ts': ['server/multiprocessing'],
  'server/cli.ts': ['server/node-version.ts'],
};

/** Files that are run, not imported. */
const entries = [
  'server/main.ts',
  'server/primary/code-boot.ts',
  'server/cli.ts',
  'server/generate.ts',
  'server/build.ts',
  'server/multiprocessing/bench/main.ts',
  // By other pools.
  'server/multiprocessing/bench/square-default.ts',
  'server/multiprocessing/process-main.ts',
  'server/multiprocessing/shared/coordinator-main.ts',
  'server/replay/main.ts',
  'server/watch/thread.ts',
  'server/step-sentry.ts',
  'server/hang-stack-sentry.ts',
  'server/coordinator/guard-thread.ts',
  'client/example.ts',
  'client/terminal/main.ts',
  'load-test/main.ts',
  'load-test/swarm.ts',
  'load-test/chaos/main.ts',
  'load-test/chaos/crowd.ts',
  'load-test/chaos/holder.ts',
  'load-test/chaos/poison.ts',
  'load-test/chaos/tally-game.ts',
  'load-test/fuzz/main.ts',
];
/** The doors of the package. */
const doors = [
  'client/index.ts',
  'server/games/game.ts',
  'server/multiprocessing/toolkit.ts',
  'protocol/index.ts',
];

/** Tests and what only they use, benchmarks that are run by hand, and examples that tests run. */
const isTest = (file: string): boolean =>
  /\.test\.ts$|bench\.ts$|\/(test|fake|fixture)-[^/]+$|\/examples\//.test(file);

const files = ['protocol', 'client', 'server', 'load-test']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(folder, file),
    ),
  )
  .filter((file) => file.endsWith('.ts'));

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g);
  return [...found].map(([, path]) => relative(root, resolve(root, dirname(file), path!)));
}

const folderOf = (file: string): string | undefined =>
  Object.keys(arrows)
    .filter((folder) => file === folder || file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];

describe('Folders', () => {
  it('have arrows that run one way', () => {
    const wrong: string[] = [];
    for (const file of files) {
      if (isTest(file)) continue;
      const from = folderOf(file);
      for (const target of importsOf(file)) {
        const allowed = from === undefined ? [] : [from, ...arrows[from]!];
        if (allowed.some((folder) => target === folder || target.startsWith(`${folder}/`)))
          continue;
        wrong.push(`${file} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('are entered by their door', () => {
    const wrong = files
      .filter((file) => !isTest(file) && !/^server\/(build|generate)\.ts$/.test(file))
      .flatMap((file) => importsOf(file).map((target) => ({ file, target })))
      .filter(({ file, target }) => folderOf(file) !== folderOf(target))
      .filter(({ file, target }) => dirname(file) !== dirname(target))
      .filter(({ target }) => !/(^|\/)index\.ts$/.test(target) && !Object.hasOwn(arrows, target));
    expect(wrong).toEqual([]);
  });

  it('have typebox by the one file that the build makes of it', () => {
    const wrong = files
      .filter((file) => !isTest(file) && file !== 'protocol/schema.ts')
      .filter((file) =>
        /^import (?!type ).*'typebox/m.test(readFileSync(join(root, file), 'utf8')),
      );
    expect(wrong).toEqual([]);
  });

  it('have no file that nothing imports or runs', () => {
    const imported = new Set([...files.flatMap(importsOf), ...entries, ...doors]);
    const isRun = (file: string) => isTest(file) || /\/examples\//.test(file);
    const alone = files.filter((file) => !imported.has(file) && !isRun(file));
    expect(alone).toEqual([]);
  });

  it('report every metric of the table', () => {
    const sources = files
      .filter((file) => file.startsWith('server/') && !isTest(file))
      .map((file) => readFileSync(join(root, file), 'utf8'))
      .join();
    expect(metricKeys.filter((key) => !sources.includes(`'${key}'`))).toEqual([]);
  });

  it('have no note of unfinished work', () => {
    const mark = new RegExp(
      `\\b(${['FIX', 'TO', 'XX'].map((a, i) => a + ['ME', 'DO', 'X'][i]).join('|')})\\b`,
    );
    const marked = files.filter((file) => mark.test(readFileSync(join(root, file), 'utf8')));
    expect(marked).toEqual([]);
  });
});
