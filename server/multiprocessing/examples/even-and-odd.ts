// Two processes, of which one finds the even numbers and the other one the odd.
import { Process, target } from '../toolkit.ts';

const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9];

export function having(remainder: number, candidates: readonly number[]): number[] {
  return candidates.filter((number) => number % 2 === remainder);
}

if (import.meta.main) {
  const [even, odd] = [0, 1].map((remainder) =>
    new Process({ target: target(import.meta.url, having), args: [remainder, numbers] }).start(),
  );
  process.stdout.write(`even: ${await even!.result}\nodd: ${await odd!.result}\n`);
}
