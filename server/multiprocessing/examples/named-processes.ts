// Named processes, and whether they are alive before, between and after they are waited for.
import { setTimeout } from 'node:timers/promises';
import { currentProcess, Process, target } from '../toolkit.ts';

const WORK_MS = 100;

export async function work(): Promise<void> {
  process.stdout.write(`${currentProcess().name} works\n`);
  await setTimeout(WORK_MS);
}

/** For ever: what is printed does not depend on who is quicker. */
export function wait(): Promise<never> {
  return new Promise(() => {});
}

if (import.meta.main) {
  const first = new Process({ target: target(import.meta.url, work), name: 'first' });
  const second = new Process({ target: target(import.meta.url, wait), name: 'second' });
  const say = (when: string) =>
    process.stdout.write(`${when}: first ${first.isAlive()}, second ${second.isAlive()}\n`);
  say('before');
  first.start();
  second.start();
  say('started');
  await first.join();
  say('between');
  second.terminate();
  await second.join();
  say('after');
  process.stdout.write(`first: exit code ${first.exitCode}; second: ${second.signal}\n`);
}
