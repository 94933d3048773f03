// Copies of a game's modules: other memory, and the same server.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

const FIXTURE = fileURLToPath(new URL('./fixture-copies.ts', import.meta.url));

const files = {
  'package.json': '{}',
  'count.ts': `let n: number = 0;
export const count = (): number => ++n;`,
  'game.ts': `import { defineGame, refuse, Type } from 'holdfast/game';
import { count } from './count.ts';
let own = 0;
const run = () => refuse('COUNTED', \`\${++own} and \${count()}\`);
export default defineGame({ name: 'counts', text: 'Counts.', ticksPerSecond: 0, playersMax: 1, entities: {},
  state: () => ({}), commands: { count: { args: Type.Object({}), run } } });`,
};

function load(more: Readonly<Record<string, string>>, ...args: string[]): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries({ ...files, ...more })) {
    writeFileSync(join(folder, path), text);
  }
  // As `npm run dev`: from the sources.
  const run = ['--import', import.meta.resolve('tsx'), FIXTURE, join(folder, 'game.ts'), ...args];
  return JSON.parse(execFileSync(process.execPath, run, { encoding: 'utf8' }));
}

describe('A copy of a game', () => {
  it.each([
    ['beside a package.json without a type', {}],
    ['of a package of modules', { 'package.json': '{"type":"module"}' }],
  ])('%s has other memory in all its modules, and refuses as the game does', (_where, more) => {
    const counted = ['refused: 1 and 1', 'refused: 2 and 2'];
    expect(load(more)).toEqual({ live: counted, copy: counted });
  });

  it('is not made of a file that was changed', () => {
    expect(load({}, 'changed')).toMatchObject({ copy: expect.stringContaining('was changed') });
  });
});
