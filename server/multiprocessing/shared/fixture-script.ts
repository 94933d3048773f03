// A script with nothing open but its group: it raises a value under a lock, again and again, and ends.
import { setTimeout as sleep } from 'node:timers/promises';
import { Group } from './index.ts';

const [rounds = '1'] = process.argv.slice(2);
const group = await Group.current();
// Mostly it rests, with nothing asked, when its connection breaks.
const lock = await group.lock(`lock of ${process.pid}`);
const value = await group.value('n', 0);
const done = await group.queue<number>('done');
for (let i = 0; i < Number(rounds); i++) {
  const held = await lock.acquire();
  await value.add(1);
  held.release();
  await sleep(40);
}
await done.put(process.pid);
process.stdout.write('came to its end\n');
