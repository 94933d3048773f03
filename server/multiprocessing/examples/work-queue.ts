// Two processes share out work; the program goes on when all of it is done.
import { Group, Process, target } from '../toolkit.ts';

async function open(group: Group) {
  return { work: await group.joinableQueue<number>('work'), done: await group.value('done', 0) };
}

export async function worker(): Promise<void> {
  const { work, done } = await open(await Group.current());
  for await (const n of work) {
    await done.add(n);
    await work.taskDone();
  }
}

if (import.meta.main) {
  await using group = await Group.start();
  const { work, done } = await open(group);
  for (let n = 1; n <= 20; n++) await work.put(n);
  const workers = [1, 2].map(() =>
    new Process({ target: target(import.meta.url, worker) }).start(),
  );
  await work.join();
  process.stdout.write(`all work is done: ${await done.get()}\n`);
  await work.end();
  await Promise.all(workers.map((process) => process.join()));
}
