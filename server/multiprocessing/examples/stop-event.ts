// Three processes work until an event says that it is enough.
import { setTimeout as sleep } from 'node:timers/promises';
import { currentProcess, Group, Process, target } from '../toolkit.ts';

async function open(group: Group) {
  return { enough: await group.event('enough'), steps: await group.value('steps', 0) };
}

export async function work(): Promise<void> {
  const { enough, steps } = await open(await Group.current());
  while (!(await enough.isSet())) await steps.add(1);
  process.stdout.write(`${currentProcess().name} stops\n`);
}

if (import.meta.main) {
  await using group = await Group.start();
  const { enough, steps } = await open(group);
  const workers = ['a', 'b', 'c'].map((name) =>
    new Process({ target: target(import.meta.url, work), name }).start(),
  );
  while ((await steps.get()) < 30) await sleep(1);
  await enough.set();
  await Promise.all(workers.map((process) => process.join()));
  process.stdout.write('all have stopped\n');
}
