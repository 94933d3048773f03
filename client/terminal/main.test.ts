import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

async function run(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], { stdio: 'pipe' });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { stdout, stderr, code };
}

describe('play', () => {
  it('says in one line that it needs a terminal, and exits 1', async () => {
    const { stdout, stderr, code } = await run();
    expect(stderr).toMatch(/^play needs a terminal[^\n]*\n$/);
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
  });

  it('refuses a port that is none', async () => {
    const { stderr, code } = await run('--port', '0');
    expect(stderr).toContain('from 1 to 65535');
    expect(code).toBe(1);
  });

  it('explains its options', async () => {
    const { stdout, code } = await run('--help');
    for (const option of ['--host', '--port', '--name', '--game']) expect(stdout).toContain(option);
    expect(code).toBe(0);
  });
});
