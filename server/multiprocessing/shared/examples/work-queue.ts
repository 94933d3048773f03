// Two workers share out work; the first program goes on when all of it is done.
import { Group } from '../index.ts';
import { child, role, say } from './family.ts';

const me = import.meta.filename;

await using group = role === '' ? await Group.start() : await Group.current();
const work = await group.joinableQueue<number>('work');
const done = await group.value('done', 0);

if (role === '') {
  for (let n = 1; n <= 20; n++) await work.put(n);
  const workers = [child(me, 'worker 1'), child(me, 'worker 2')];
  await work.join();
  say(`all work is done: ${await done.get()}`);
  await work.end();
  await Promise.all(workers);
} else {
  for await (const n of work) {
    await done.add(n);
    await work.taskDone();
  }
}
