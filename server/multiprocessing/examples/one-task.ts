// One asynchronous task, and something else to do until it is done.
import { setTimeout } from 'node:timers/promises';
import { Pool, target } from '../toolkit.ts';

export async function slowSquare(x: number): Promise<number> {
  await setTimeout(50);
  return x * x;
}

if (import.meta.main) {
  await using pool = new Pool({ processes: 1 });
  const result = pool.run(target(import.meta.url, slowSquare), [10], { timeoutMs: 10_000 });
  process.stdout.write('it runs\n');
  process.stdout.write(`${await result}\n`);
}
