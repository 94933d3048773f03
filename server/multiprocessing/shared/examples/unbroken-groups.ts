// Three processes print three lines each; a lock keeps those of one process together.
import { setImmediate as turn } from 'node:timers/promises';
import { Group } from '../index.ts';
import { child, role, say } from './family.ts';

if (role === '') {
  await using _group = await Group.start();
  await Promise.all(['a', 'b', 'c'].map((name) => child(import.meta.filename, name)));
} else {
  const group = await Group.current();
  const screen = await group.lock('screen');
  await using _held = await screen.acquire();
  for (let n = 1; n <= 3; n++) {
    say(`${role}${n}`);
    await turn();
  }
}
