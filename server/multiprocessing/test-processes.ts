// Asks the system about processes, for tests.
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

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
