// A program with a group of its own that needs the group after SIGTERM, to finish.
import { Group } from './index.ts';

const group = await Group.start();
const queue = await group.queue<string>('q');
for (const item of ['a', 'b', 'c']) await queue.put(item);
const stay = setInterval(() => {}, 1000);
process.on('SIGTERM', () => process.stdout.write('asked to end\n'));
process.once('SIGUSR2', async () => {
  process.stdout.write(`${await queue.get()}${await queue.get()}${await queue.get()}\n`);
  await group.close();
  clearInterval(stay);
});
process.stdout.write(`${group.coordinatorPid}\n`);
