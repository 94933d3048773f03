// The mean of 100,000 numbers, split over five processes.
import { Process, target } from '../toolkit.ts';

const COUNT = 100_000;
const PROCESSES = 5;

/** Typed arrays cross processes as they are. */
export function sum(numbers: Float64Array): number {
  return numbers.reduce((a, b) => a + b, 0);
}

if (import.meta.main) {
  const numbers = Float64Array.from({ length: COUNT }, (_, index) => index);
  const size = COUNT / PROCESSES;
  const children = Array.from({ length: PROCESSES }, (_, part) => {
    const args: [Float64Array] = [numbers.slice(part * size, (part + 1) * size)];
    return new Process({ target: target(import.meta.url, sum), args }).start();
  });
  const sums = await Promise.all(children.map(({ result }) => result));
  process.stdout.write(`mean ${sums.reduce((a, b) => a + b) / COUNT}\n`);
}
