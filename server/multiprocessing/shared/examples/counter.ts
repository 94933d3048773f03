// Ten processes raise two counters: one under a lock, one in a single step.
import { Group } from '../index.ts';
import { child, role, say } from './family.ts';

await using group = role === '' ? await Group.start() : await Group.current();
const lock = await group.lock('counter');
const locked = await group.value('locked', 0);
const atomic = await group.value('atomic', 0);

if (role === '') {
  const names = Array.from({ length: 10 }, (_, i) => `raise ${i}`);
  await Promise.all(names.map((name) => child(import.meta.filename, name)));
  say(`under a lock: ${await locked.get()}`);
  say(`in a single step: ${await atomic.get()}`);
} else {
  await using _held = await lock.acquire();
  await locked.set((await locked.get()) + 1);
  await atomic.add(1);
}
