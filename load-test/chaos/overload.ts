// The fault of a machine that is too small: busy loops take the processors, and no process may die for it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Victim } from './victim.ts';

/** Longer than a process may hang. */
const OVERLOAD_MS = 6000;
/** With two of them on each processor the server and its clients have a third of it. */
const LOOPS_PER_PROCESSOR = 2;

/** @param problem told of the processes that were killed for being late.
 *  @returns what was done, in words. */
export async function overload(victim: Victim, problem: (text: string) => void): Promise<string> {
  const { admin } = victim.server;
  const before = await admin.deaths();
  const count = availableParallelism() * LOOPS_PER_PROCESSOR;
  const loops = Array.from({ length: count }, busyLoop);
  try {
    await sleep(OVERLOAD_MS);
  } finally {
    await Promise.all(loops.map(end));
  }
  const deaths = (await admin.deaths()) - before;
  if (deaths > 0) problem(`${deaths} processes of the server were killed while it was overloaded`);
  return `${count} busy loops for ${OVERLOAD_MS / 1000} s`;
}

/** It ends by itself where this process is killed. */
function busyLoop(): ChildProcess {
  const code = `const end = Date.now() + ${2 * OVERLOAD_MS}; while (Date.now() < end);`;
  return spawn(process.execPath, ['-e', code], { stdio: 'ignore' });
}

async function end(loop: ChildProcess): Promise<void> {
  if (loop.exitCode !== null || loop.signalCode !== null) return;
  const exit = once(loop, 'exit');
  loop.kill('SIGKILL');
  await exit;
}
