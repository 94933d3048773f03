// A function for processes that get something from a queue.
import { Group } from './index.ts';

/** Gets one item, and then returns, throws, or ends its process. */
export async function takeOne(name: string, then: 'return' | 'throw' | 'exit'): Promise<number> {
  const item = await (await (await Group.current()).queue<number>(name)).get();
  if (then === 'throw') throw new Error('it was too much');
  if (then === 'exit') process.exit(1);
  return item;
}
