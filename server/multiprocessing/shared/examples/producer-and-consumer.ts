// A producer puts numbers into a queue; a consumer prints their squares until the queue has ended.
import { Group } from '../index.ts';
import { child, role, say } from './family.ts';

const me = import.meta.filename;

if (role === '') {
  await using _group = await Group.start();
  await Promise.all([child(me, 'produce'), child(me, 'consume')]);
} else {
  const group = await Group.current();
  const numbers = await group.queue<number>('numbers', { maxSize: 2 });
  if (role === 'produce') {
    for (let n = 1; n <= 5; n++) await numbers.put(n);
    await numbers.end();
  } else {
    for await (const n of numbers) say(n * n);
  }
}
