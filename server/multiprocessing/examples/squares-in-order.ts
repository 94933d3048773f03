// The squares of three numbers, each by a task of its own.
import { Pool, target } from '../toolkit.ts';

export function square(x: number): number {
  return x ** 2;
}

if (import.meta.main) {
  await using pool = new Pool({ processes: 3 });
  const tasks = [1, 5, 9].map((x) => pool.run(target(import.meta.url, square), [x]));
  process.stdout.write(`${JSON.stringify(await Promise.all(tasks))}\n`);
}
