// Values of queues and shared values: each arrives as it was given, or is refused in the call.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Group, type Queue } from './index.ts';

let group: Group;
let queue: Queue<unknown>;
let coordinator: number | undefined;
beforeAll(async () => {
  group = await Group.start();
  queue = await group.queue('q');
  coordinator = group.coordinatorPid;
});
afterAll(async () => {
  expect(group.coordinatorPid).toBe(coordinator);
  await group.close();
});

class Point {
  x = 1;
}

describe('An item of a queue', () => {
  it('arrives unchanged: maps, sets, dates, typed arrays and all', async () => {
    const items = [
      new Map([[{ id: 1 }, 'x']]),
      new Set([1, new Date(5)]),
      [/a/g, 2n ** 70n, undefined, Number.NaN, -0],
      new Float32Array([1.5]),
      { bytes: Buffer.from('x'), list: Object.assign([1], { 2: 3 }) },
      'x'.repeat(100_000),
      -0,
      undefined,
    ];
    for (const item of items) await queue.put(item);
    for (const item of items) expect(await queue.get()).toStrictEqual(item);
    await queue.put(items[0]);
    const taken = await queue.take();
    expect(taken.value).toStrictEqual(items[0]);
    await taken.confirm();
  });

  it('that would arrive as something else is refused in the call, and its place is named', async () => {
    for (const [item, message] of [
      [{ jobs: [{ run: () => 1 }] }, 'q: .*value.jobs\\[0\\].run: a function'],
      [new Map([['a', new Point()]]), 'value\\(entry 0\\): an instance of Point'],
      [Symbol('x'), 'value: a symbol'],
    ] as const) {
      const error = await queue.put(item).catch((refusal) => refusal);
      expect(error).toMatchObject({ name: 'SyncError', code: 'BAD_VALUE' });
      expect(error.message).toMatch(new RegExp(message));
    }
    expect(await queue.size()).toBe(0);
  });

  it('is refused when it is above 1 MiB, with its size', async () => {
    const error = await queue.put(Buffer.alloc(1_048_577)).catch((refusal) => refusal);
    expect(error).toMatchObject({ name: 'MessageTooLargeError', code: 'MESSAGE_TOO_LARGE' });
    expect(error.bytes).toBeGreaterThan(1_048_576);
  });

  it('of 1 MB comes with many others in one turn', async () => {
    const many = Array.from({ length: 20 }, (_, i) => Buffer.alloc(1_000_000, i));
    await Promise.all(many.map((item) => queue.put(item)));
    for (const item of many) expect(Buffer.compare((await queue.get()) as Buffer, item)).toBe(0);
  });
});

describe('A shared value', () => {
  it('is of any of these, and is compared in depth', async () => {
    const value = await group.value<unknown>('map', new Map([['a', [1]]]));
    expect(await value.get()).toStrictEqual(new Map([['a', [1]]]));
    expect(await value.compareAndSet(new Map([['a', [2]]]), 1)).toBe(false);
    expect(await value.compareAndSet(new Map([['a', [1]]]), { b: 1, a: new Date(1) })).toBe(true);
    expect(await value.compareAndSet({ a: new Date(1), b: 1 }, 5)).toBe(true);
    expect(await value.compareAndSet(5, 'x')).toBe(true);
    await expect(value.set({ at: new URL('http://a/') })).rejects.toThrow('value.at: an instance');
    expect(await value.get()).toBe('x');
  });

  it('is opened with an equal first value, whatever the order of its keys', async () => {
    const open = (initial: unknown) => group.value<unknown>('config', initial);
    await open({ a: 1, b: [new Date(0)] });
    expect(await (await open({ b: [new Date(0)], a: 1 })).get()).toEqual({
      a: 1,
      b: [new Date(0)],
    });
    await expect(open({ a: 2, b: [new Date(0)] })).rejects.toMatchObject({ code: 'DIFFERENT' });
    await expect(open(1)).rejects.toMatchObject({ code: 'DIFFERENT' });
    await expect(open(() => 1)).rejects.toMatchObject({ code: 'BAD_VALUE' });
  });

  it('is updated by a function that changes what it is given', async () => {
    const value = await group.value('list', [1, 2]);
    const changed = await value.update((list) => {
      list[1] = 9;
      return list;
    });
    expect([changed, await value.get()]).toEqual([
      [1, 9],
      [1, 9],
    ]);
  });

  it('loses no update of several at a time', async () => {
    const value = await group.value('counts', { n: 0 });
    const raise = () => value.update(({ n }) => ({ n: n + 1 }));
    await Promise.all(Array.from({ length: 20 }, raise));
    expect(await value.get()).toEqual({ n: 20 });
  });

  it('that is -0 can be added to', async () => {
    const value = await group.value('zero', -0);
    expect(await value.get()).toBe(-0);
    expect(await value.add(2)).toBe(2);
    await expect(value.add('2' as never)).rejects.toMatchObject({ code: 'NOT_A_NUMBER' });
    await expect(value.add({} as never)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  });
});

describe('An argument of a wrong type', () => {
  it('is refused in the call, and costs no connection', async () => {
    const semaphore = await group.semaphore('s', 1);
    const lock = await group.lock('l');
    for (const call of [
      () => group.queue('wrong', { maxSize: '5' as never }),
      () => group.semaphore('wrong', undefined as never),
      () => group.lock(5 as never),
      () => group.lock('x'.repeat(5000)),
      () => semaphore.release('2' as never),
      () => lock.acquire({ leaseMs: '5' as never }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    }
  });
});
