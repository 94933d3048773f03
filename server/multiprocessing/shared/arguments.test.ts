// Arguments of the group's calls are checked in the call that gives them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Group, runTask } from './index.ts';

let group: Group;
beforeEach(async () => {
  group = await Group.start();
});
afterEach(() => group.close());

type Wait = (timeoutMs: number) => Promise<unknown>;

/** Every call that waits, where it would wait without end. */
async function waits(): Promise<[string, Wait][]> {
  const lock = await group.lock('l');
  await lock.acquire();
  const full = await group.joinableQueue('full', { maxSize: 1 });
  await full.put(1);
  const [empty, none] = [await group.queue('empty'), await group.semaphore('none', 0)];
  const [event, barrier] = [await group.event('e'), await group.barrier('b', 9)];
  const held = await group.lock('held');
  const condition = await group.condition('c', held);
  const waitFor: Wait = (timeoutMs) =>
    runTask(async () => {
      await using _held = await held.acquire();
      await condition.waitFor(() => false, { timeoutMs });
    });
  return [
    ['lock.acquire', (timeoutMs) => runTask(() => lock.acquire({ timeoutMs }))],
    ['queue.put', (timeoutMs) => full.put(2, { timeoutMs })],
    ['queue.get', (timeoutMs) => empty.get({ timeoutMs })],
    ['queue.take', (timeoutMs) => empty.take({ timeoutMs })],
    ['queue.join', (timeoutMs) => full.join({ timeoutMs })],
    ['semaphore.acquire', (timeoutMs) => none.acquire({ timeoutMs })],
    ['event.wait', (timeoutMs) => event.wait({ timeoutMs })],
    ['barrier.wait', (timeoutMs) => barrier.wait({ timeoutMs })],
    ['condition.waitFor', waitFor],
  ];
}

describe('A timeout', () => {
  it('of NaN or below 0 is refused by every call that waits', async () => {
    for (const [name, wait] of await waits()) {
      for (const timeoutMs of [Number.NaN, -1]) {
        const error = (await wait(timeoutMs).catch((refusal) => refusal)) as Error;
        expect(error, name).toMatchObject({ name: 'RangeError' });
        expect(error.message).toMatch(/timeoutMs/);
      }
    }
    const timeoutMs = Number.NaN;
    await expect(Group.ofServer('nowhere', { timeoutMs })).rejects.toThrow(/timeoutMs/);
  });

  it('of Infinity or beyond 2^31 ms does not end the wait', async () => {
    for (const [name, wait] of await waits()) {
      for (const timeoutMs of [Number.POSITIVE_INFINITY, 2 ** 31 + 1, 1e15]) {
        const ended = wait(timeoutMs).then(
          () => 'done',
          (error) => error.code,
        );
        // Whatever was asked before this is answered before it.
        const first = await Promise.race([ended, (await group.event('e')).isSet()]);
        expect(first, name).toBe(false);
      }
    }
  });
});
