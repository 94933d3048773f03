// The sum of 1 to 1000 in three parts.
import { Pool, target } from '../toolkit.ts';

export function sum(from: number, to: number): number {
  let total = 0;
  for (let number = from; number <= to; number++) total += number;
  return total;
}

if (import.meta.main) {
  await using pool = new Pool({ processes: 3 });
  const parts: [number, number][] = [
    [1, 333],
    [334, 666],
    [667, 1000],
  ];
  const sums = await pool.starmap(target(import.meta.url, sum), parts);
  process.stdout.write(`${sums.join(' + ')} = ${sums.reduce((a, b) => a + b)}\n`);
}
