// A process that prepares itself stands back, and is as quick as any when it is needed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { lower, raise } from './priority.ts';

it('Every thread of a process that was lowered is raised again', async () => {
  // It has a thread for each of the files that it reads.
  const script = "require('fs').promises.readFile('/dev/null').then(() => console.log('up'))";
  const child = spawn(process.execPath, ['-e', `${script}; setInterval(() => {}, 1000)`]);
  try {
    const own = getPriority();
    lower(child.pid!, 5);
    const lowered = getPriority(child.pid!);
    // A system on which it could not be raised again leaves it as it is.
    expect([own, own + 5]).toContain(lowered);
    await once(child.stdout, 'data');
    raise(child.pid!);
    const threads = readdirSync(`/proc/${child.pid}/task`).map(Number);
    expect(threads.length).toBeGreaterThan(4);
    expect(threads.filter((thread) => getPriority(thread) !== own)).toEqual([]);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

it('Where there is no process nothing happens', () => {
  const own = getPriority();
  lower(0, 5);
  raise(0);
  expect(getPriority()).toBe(own);
});
