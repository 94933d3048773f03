// A process that cannot be started is one that ends at once.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('Without a file descriptor for it a process is said to have ended, and why', () => {
  const fixture = fileURLToPath(new URL('./fixture-fork-that-fails.ts', import.meta.url));
  const command = 'ulimit -n 200; exec "$0" --import tsx "$1"';
  const told = execFileSync('sh', ['-c', command, process.execPath, fixture], { encoding: 'utf8' });
  expect(told.split('\n').sort()).toEqual(['exited null', expect.stringContaining('EMFILE')]);
});
