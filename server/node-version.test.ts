// An older Node than the package needs, which an operator may have in /usr/bin.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { nodeProblem } from './node-version.ts';

const root = new URL('../', import.meta.url);
const { engines } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

describe('A Node that is too old', () => {
  it('is one below the version that package.json names', () => {
    const major = Number(/\d+/.exec(engines.node)![0]);
    const of = (version: string) => nodeProblem({ version } as NodeJS.Process);
    expect(of(`v${major}.0.0`)).toBeUndefined();
    expect(of(`v${major - 1}.9.0`)).toBe(
      `holdfast needs Node ${major} or newer, and this is v${major - 1}.9.0`,
    );
  });

  it.each(['main', 'cli'])('is named by server/%s.js, which does nothing else then', (name) => {
    const old = 'Object.defineProperty(process, "version", { value: "v20.20.2" })';
    const path = fileURLToPath(new URL(`dist/server/${name}.js`, root));
    const args = ['--import', `data:text/javascript,${encodeURIComponent(old)}`, path, '--help'];
    const { status, stderr, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^holdfast needs Node \d+ or newer, and this is v20\.20\.2\n$/);
  });
});
