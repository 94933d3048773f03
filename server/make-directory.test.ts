// Directories whose path comes from outside: made for this user alone, or refused in bounded time.
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeDirectory } from './make-directory.ts';

function scene(): string {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

it('A directory is made with those above it, for this user alone, and a second time nothing happens', () => {
  const path = join(scene(), 'a', 'b', 'c');
  makeDirectory(path);
  makeDirectory(path);
  for (const made of [path, join(path, '..'), join(path, '../..')]) {
    expect(statSync(made).mode & 0o777).toBe(0o700);
  }
});

it('A path on which there is a file is refused', () => {
  const file = join(scene(), 'file');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'a', 'b')]) {
    expect(() => makeDirectory(path)).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  }
});

it
  .runIf(existsSync('/proc/self'))
  .each(['/proc/holdfast', '/proc/holdfast/a', '/proc/self/fd/999/a'])(
  'A path under /proc is refused, where the recursive call of Node never returns: %s',
  (path) => {
    expect(() => makeDirectory(path)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  },
);
