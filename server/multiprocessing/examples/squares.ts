// The squares of three numbers, by a pool.
import { Pool, target } from '../toolkit.ts';

export function square(x: number): number {
  return x * x;
}

if (import.meta.main) {
  await using pool = new Pool({ processes: 2 });
  const squares = await pool.map(target(import.meta.url, square), [1, 2, 3]);
  process.stdout.write(`${JSON.stringify(squares)}\n`);
}
