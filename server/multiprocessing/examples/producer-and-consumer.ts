// A producer puts numbers into a queue; a consumer prints their squares until the queue has ended.
import { Group, Process, target } from '../toolkit.ts';

const openNumbers = async () => (await Group.current()).queue<number>('numbers', { maxSize: 2 });

export async function produce(): Promise<void> {
  const numbers = await openNumbers();
  for (let n = 1; n <= 5; n++) await numbers.put(n);
  await numbers.end();
}

export async function consume(): Promise<void> {
  for await (const n of await openNumbers()) process.stdout.write(`${n * n}\n`);
}

if (import.meta.main) {
  await using _group = await Group.start();
  const processes = [produce, consume].map((run) =>
    new Process({ target: target(import.meta.url, run) }).start(),
  );
  await Promise.all(processes.map((process) => process.join()));
}
