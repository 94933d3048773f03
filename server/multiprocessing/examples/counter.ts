// Ten processes raise two counters: one under a lock, one in a single step.
import { Group, Process, target } from '../toolkit.ts';

async function open(group: Group) {
  const lock = await group.lock('counter');
  return { lock, locked: await group.value('locked', 0), atomic: await group.value('atomic', 0) };
}

export async function raise(): Promise<void> {
  const { lock, locked, atomic } = await open(await Group.current());
  await using _held = await lock.acquire();
  await locked.set((await locked.get()) + 1);
  await atomic.add(1);
}

if (import.meta.main) {
  await using group = await Group.start();
  const { locked, atomic } = await open(group);
  const processes = Array.from({ length: 10 }, () =>
    new Process({ target: target(import.meta.url, raise) }).start(),
  );
  await Promise.all(processes.map(({ result }) => result));
  process.stdout.write(`under a lock: ${await locked.get()}\n`);
  process.stdout.write(`in a single step: ${await atomic.get()}\n`);
}
