// Asks the system about processes, for tests.
import { constants, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { PIPE_FD } from './spawned-process.ts';

/** Whether it runs: one that has ended and was not yet reaped does not. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setTimeout(5);
}

export const untilGone = (pids: readonly number[]): Promise<void> =>
  until(() => !pids.some(isRunning));

/** Whether a process of a pool waits for its tasks in a read that blocks: it has made no socket of its
 *  pipe. */
export function waitsInRead(pid: number): boolean {
  const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${PIPE_FD}`, 'utf8'));
  return (Number.parseInt(flags![1]!, 8) & constants.O_NONBLOCK) === 0;
}

/** Those of the test runner load modules into every process, which waits in its event loop for that. */
export function withoutFlags(): void {
  process.execArgv = [];
}
