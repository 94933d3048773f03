// Three processes get ready in any order, and begin together.
import { Group } from '../index.ts';
import { child, role, say } from './family.ts';

const names = ['a', 'b', 'c'];

await using group = role === '' ? await Group.start() : await Group.current();
const start = await group.barrier('start', names.length);

if (role === '') {
  await Promise.all(names.map((name) => child(import.meta.filename, name)));
} else {
  say(`${role} is ready`);
  await start.wait();
  say(`${role} begins`);
}
