// A lock between processes: one has it, until it ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileLock } from './file-lock.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  path = join(folder, 'name');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A process that has the lock. */
async function holder() {
  const script = `import('${import.meta.resolve('./file-lock.ts')}').then(({ FileLock }) => {
    if (FileLock.take(${JSON.stringify(path)})) console.log('taken');
    setInterval(() => {}, 1000);
  });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

describe('A lock', () => {
  it('is had by one, and can be taken again when that one lets go', () => {
    const lock = FileLock.take(path)!;
    expect([FileLock.take(path), FileLock.holder(path)]).toEqual([undefined, process.pid]);
    lock.release();
    lock.release();
    expect(existsSync(`${path}.pid`)).toBe(false);
    FileLock.take(path)!.release();
  });

  it('is kept by a process that does not move, and free as soon as it is killed', async () => {
    const child = await holder();
    expect([FileLock.take(path), FileLock.holder(path)]).toEqual([undefined, child.pid]);
    child.kill('SIGSTOP');
    expect(await FileLock.wait(path, 100)).toBeUndefined();
    const waiting = FileLock.wait(path, 10_000);
    child.kill('SIGKILL');
    const lock = await waiting;
    expect(FileLock.holder(path)).toBe(process.pid);
    lock!.release();
  });

  it('is had also where nobody can be told who has it', () => {
    mkdirSync(`${path}.pid`);
    const lock = FileLock.take(path)!;
    expect([FileLock.take(path), FileLock.holder(path)]).toEqual([undefined, undefined]);
    rmdirSync(`${path}.pid`);
    lock.release();
  });

  it('says why where its file cannot be made', () => {
    expect(() => FileLock.take(join(folder, 'not', 'there'))).toThrow('no such file or directory');
  });
});
