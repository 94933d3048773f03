// What a process has got from a queue, and how it ends: well, and it is done with; or badly.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Pool, Process, target } from '../toolkit.ts';
import { takeOne } from './fixture-takes.ts';
import { Group } from './index.ts';

const take = target(new URL('./fixture-takes.ts', import.meta.url), takeOne);
let group: Group;
beforeAll(async () => {
  group = await Group.start();
});
afterAll(() => group.close());

/** What is left of 1 and 2 when everything is given back. */
async function left(name: string): Promise<number[]> {
  const queue = await group.queue<number>(name);
  await queue.end();
  const items: number[] = [];
  for await (const item of queue) items.push(item);
  return items.toSorted();
}

describe('An item that a process has got from a queue', () => {
  it.each([
    ['is done with when its function has returned', 'return', [2]],
    ['is there again when its function has thrown', 'throw', [1, 2]],
    ['is there again when it has ended otherwise', 'exit', [1, 2]],
  ] as const)('%s', async (_, then, items) => {
    const queue = await group.queue<number>(then);
    for (const item of [1, 2]) await queue.put(item);
    const child = new Process({ target: take, args: [then, then] }).start();
    child.result.catch(() => {});
    await child.join();
    expect(await left(then)).toEqual(items);
  });

  it('is done with when the pool needs the process no more, and not when it is terminated', async () => {
    for (const end of ['close', 'terminate'] as const) {
      const queue = await group.queue<number>(end);
      for (const item of [1, 2]) await queue.put(item);
      const pool = new Pool({ processes: 1 });
      expect(await pool.run(take, [end, 'return'])).toBe(1);
      await pool[end]();
      await pool.join();
      expect(await left(end)).toEqual(end === 'close' ? [2] : [1, 2]);
    }
  });
});
