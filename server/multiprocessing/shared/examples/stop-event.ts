// Three workers work until an event says that it is enough.
import { setTimeout as sleep } from 'node:timers/promises';
import { Group } from '../index.ts';
import { child, role, say } from './family.ts';

await using group = role === '' ? await Group.start() : await Group.current();
const enough = await group.event('enough');
const steps = await group.value('steps', 0);

if (role === '') {
  const workers = ['a', 'b', 'c'].map((name) => child(import.meta.filename, name));
  while ((await steps.get()) < 30) await sleep(1);
  await enough.set();
  await Promise.all(workers);
  say('all have stopped');
} else {
  while (!(await enough.isSet())) await steps.add(1);
}
