// Starts a process and a pool when there is no file descriptor left, and says what became of them.
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { square } from './fixture-tasks.ts';
import { Pool, Process, target } from './toolkit.ts';

const ofSquare = target(new URL('./fixture-tasks.ts', import.meta.url), square);

if (import.meta.main) {
  const told: string[] = [];
  // Modules that are loaded at their first use need a descriptor, too.
  await using before = new Pool({ processes: 1 });
  await before.run(ofSquare, [1]);
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    // That was the last one.
  }
  const process_ = new Process({ target: ofSquare, args: [3], name: 'alone' }).start();
  const failure = await process_.result.catch((error) => error);
  told.push(`${failure.code}: ${failure.message}`);
  await using pool = new Pool({ processes: 2 });
  const result = pool.run(ofSquare, [5]);
  process.kill(before.pids[0]!, 'SIGKILL');
  const resultAfterDeath = before.run(ofSquare, [6], { retries: 1 });
  await sleep(300);
  for (const file of taken) closeSync(file);
  told.push(`${await result} ${await resultAfterDeath} ${pool.isOpen}`);
  process.stdout.write(told.join('\n'));
}
