// A process picks the even ones of the numbers 0 to 9, and gives them back through a queue.
import { Group, Process, target } from '../toolkit.ts';

export async function pickEven(numbers: readonly number[]): Promise<void> {
  const even = await (await Group.current()).queue<number>('even');
  for (const number of numbers) if (number % 2 === 0) await even.put(number);
  await even.end();
}

if (import.meta.main) {
  await using group = await Group.start();
  const even = await group.queue<number>('even');
  const numbers = Array.from({ length: 10 }, (_, index) => index);
  new Process({ target: target(import.meta.url, pickEven), args: [numbers] }).start();
  for await (const number of even) process.stdout.write(`${number}\n`);
}
