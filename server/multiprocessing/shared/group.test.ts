// Groups of real processes: what they share, and what becomes of it when one of them is killed.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Group, runTask } from './index.ts';
import { DIED, Member } from './test-member.ts';

let group: Group;
let members: Member[] = [];
let names = 0;

beforeAll(async () => {
  group = await Group.start();
});
afterAll(() => group.close());
afterEach(async () => {
  await Promise.all(members.map((member) => member.kill()));
  members = [];
});

/** Of an object that no other test has. */
const fresh = (): string => `name ${++names}`;

async function start(count: number): Promise<Member[]> {
  const started = await Promise.all(
    Array.from({ length: count }, () => Member.start(group.environment)),
  );
  members.push(...started);
  return started;
}

/** Asks until it is so. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(setImmediate);
}

describe('A lock', () => {
  it('of a process that is killed goes to the first who waits, with a higher number', async () => {
    const name = fresh();
    const lock = await group.lock(name);
    const [ada, bob, cat] = (await start(3)) as [Member, Member, Member];
    const fence = Number(await ada.ask(['lock', name], 'acquire'));
    const second = bob.ask(['lock', name], 'acquire');
    await until(async () => (await lock.waiting()) === 1);
    const third = cat.ask(['lock', name], 'acquire');
    await until(async () => (await lock.waiting()) === 2);
    await ada.kill();
    expect(Number(await second)).toBeGreaterThan(fence);
    await bob.kill();
    expect(Number(await third)).toBeGreaterThan(Number(await second));
  });

  it('is passed on past those who died waiting', async () => {
    const name = fresh();
    const lock = await group.lock(name);
    const [bob, cat] = (await start(2)) as [Member, Member];
    const held = await lock.acquire();
    const dead = bob.ask(['lock', name], 'acquire');
    await until(async () => (await lock.waiting()) === 1);
    const waiting = cat.ask(['lock', name], 'acquire');
    await until(async () => (await lock.waiting()) === 2);
    await bob.kill();
    held.release();
    expect(await dead).toBe(DIED);
    expect(await waiting).toBeTypeOf('number');
  });

  it('excludes: what is read and written under it is never lost', async () => {
    const lock = await group.lock(fresh());
    const value = await group.value(fresh(), 0);
    const raise = async () => {
      await using _held = await lock.acquire();
      await value.set((await value.get()) + 1);
    };
    await Promise.all(Array.from({ length: 64 }, () => runTask(raise)));
    expect(await value.get()).toBe(64);
  });

  it('says when it was not got in time, and when it was not waited for to the end', async () => {
    const lock = await group.lock(fresh());
    using _held = await lock.acquire();
    await runTask(async () => {
      const late = lock.acquire({ timeoutMs: 1 });
      await expect(late).rejects.toMatchObject({ name: 'TimeoutError', code: 'TIMEOUT' });
      const controller = new AbortController();
      const aborted = lock.acquire({ signal: controller.signal });
      await until(async () => (await lock.waiting()) === 1);
      controller.abort(new Error('enough'));
      await expect(aborted).rejects.toThrow('enough');
      await expect(lock.acquire({ signal: controller.signal })).rejects.toThrow('enough');
    });
    expect(await lock.waiting()).toBe(0);
  });

  it('is lost after its lease, which its holder is told', async () => {
    const lock = await group.lock(fresh());
    const held = await lock.acquire({ leaseMs: 1 });
    using next = await runTask(() => lock.acquire());
    expect([held.isHeld, next.isHeld]).toEqual([false, true]);
    expect(() => held.release()).toThrow(expect.objectContaining({ code: 'NOT_OWNER' }));
    expect(next.fence).toBeGreaterThan(held.fence);
  });

  it('is lost also where its holder hears of that together with the grant', async () => {
    const lock = await group.lock(fresh());
    const acquired = lock.acquire({ leaseMs: 1 });
    await new Promise<void>((sent) => process.nextTick(sent));
    // Meanwhile both come.
    for (const from = performance.now(); performance.now() - from < 100; );
    const held = await acquired;
    await until(async () => !held.isHeld);
  });

  it('refuses at once to wait in a circle of processes, and names it', async () => {
    const [a, b] = [fresh(), fresh()];
    const [bob] = (await start(1)) as [Member];
    const mine = await group.lock(a);
    using _held = await mine.acquire();
    await bob.ask(['lock', b], 'acquire');
    const waiting = bob.ask(['lock', a], 'acquire');
    await until(async () => (await mine.waiting()) === 1);
    await expect((await group.lock(b)).acquire()).rejects.toThrow(
      expect.objectContaining({
        name: 'DeadlockError',
        message: expect.stringMatching(new RegExp(`lock ${b} → ${bob.pid}-.* → lock ${a} → `)),
      }),
    );
    _held.release();
    expect(await waiting).toBeTypeOf('number');
  });

  it('of the kind RLock is acquired again by its task, and free after as many releases', async () => {
    const lock = await group.rlock(fresh());
    const first = await lock.acquire();
    const second = await lock.acquire();
    first.release();
    await expect(runTask(() => lock.acquire({ timeoutMs: 0 }))).rejects.toThrow();
    second.release();
    expect(await lock.isLocked()).toBe(false);
  });
});

describe('A queue', () => {
  it('has the items of a killed consumer at its front again', async () => {
    const name = fresh();
    const queue = await group.queue<number>(name);
    const [ada] = (await start(1)) as [Member];
    for (const n of [1, 2, 3]) await queue.put(n);
    expect(await ada.ask(['queue', name], 'get')).toBe(1);
    expect(await ada.ask(['queue', name], 'get')).toBe(2);
    await ada.kill();
    await until(async () => (await queue.size()) === 2);
    const taken = await queue.take();
    expect(taken).toMatchObject({ value: 2, deliveries: 2 });
    await taken.confirm();
    expect(await queue.get()).toBe(3);
  });

  it('has no items back of a consumer that came to its end', async () => {
    const name = fresh();
    const queue = await group.queue<number>(name);
    for (const n of [1, 2]) await queue.put(n);
    await using other = await Group.join(group.environment);
    expect(await (await other.queue<number>(name)).get()).toBe(1);
    await other.close();
    expect([await queue.get(), await queue.size()]).toEqual([2, 0]);
  });

  it('is bounded, and ends what waits when its time is over', async () => {
    const queue = await group.queue<number>(fresh(), { maxSize: 1 });
    await expect(queue.get({ timeoutMs: 1 })).rejects.toMatchObject({ code: 'EMPTY' });
    await queue.put(1);
    await expect(queue.put(2, { timeoutMs: 1 })).rejects.toMatchObject({ code: 'FULL' });
    await queue.end();
    await expect(queue.put(2)).rejects.toMatchObject({ code: 'QUEUE_CLOSED' });
    const items: number[] = [];
    for await (const item of queue) items.push(item);
    expect(items).toEqual([1]);
  });

  it('that is joined goes on when the dead worker’s item was done by another', async () => {
    const name = fresh();
    const queue = await group.joinableQueue<number>(name);
    const [ada] = (await start(1)) as [Member];
    await queue.put(1);
    await ada.ask(['joinableQueue', name], 'get');
    const joined = queue.join();
    await ada.kill();
    expect(await queue.get()).toBe(1);
    await expect(queue.join({ timeoutMs: 1 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await queue.taskDone();
    await joined;
  });
});

describe('A barrier', () => {
  it('is broken for those who wait with one that is killed', async () => {
    const name = fresh();
    const barrier = await group.barrier(name, 3);
    const [ada, bob] = (await start(2)) as [Member, Member];
    void ada.ask(['barrier', name, 3], 'wait');
    const bobs = bob.ask(['barrier', name, 3], 'wait');
    await until(async () => (await barrier.waiting()) === 2);
    await ada.kill();
    expect(await bobs).toBe('BROKEN_BARRIER');
    await expect(barrier.wait()).rejects.toMatchObject({ name: 'BrokenBarrierError' });
    await barrier.reset();
    expect(await barrier.isBroken()).toBe(false);
  });
});

describe('A condition', () => {
  it('wakes who waits, with the lock, in another process', async () => {
    const [lockName, name] = [fresh(), fresh()];
    const lock = await group.lock(lockName);
    const condition = await group.condition(name, lock);
    const [ada] = (await start(1)) as [Member];
    await ada.ask(['lock', lockName], 'acquire');
    const woken = ada.ask(['condition', name, lockName], 'wait');
    {
      using _held = await lock.acquire();
      expect(await condition.notifyAll()).toBe(1);
    }
    expect(await woken).toBe(undefined);
    await expect(lock.acquire({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await ada.ask(['lock', lockName], 'release');
    (await lock.acquire()).release();
  });

  it('gives the lock back however the wait ends', async () => {
    const lock = await group.lock(fresh());
    const condition = await group.condition(fresh(), lock);
    await expect(condition.wait()).rejects.toMatchObject({ code: 'NOT_OWNER' });
    const held = await lock.acquire();
    await expect(condition.wait({ timeoutMs: 1 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const signal = AbortSignal.timeout(1);
    const error = await condition.wait({ signal }).catch((reason) => reason);
    expect(error).toBe(signal.reason);
    let asked = 0;
    await condition.waitFor(() => ++asked > 0);
    held.release();
    expect(await lock.isLocked()).toBe(false);
  });
});

describe('The others', () => {
  it('a semaphore has the permits of a killed process again', async () => {
    const name = fresh();
    const semaphore = await group.boundedSemaphore(name, 2);
    const [ada] = (await start(1)) as [Member];
    await ada.ask(['boundedSemaphore', name, 2], 'acquire');
    using _permit = await semaphore.acquire();
    const third = semaphore.acquire();
    expect(await semaphore.permits()).toBe(0);
    await ada.kill();
    (await third).release();
    _permit.release();
    await expect(semaphore.release()).rejects.toMatchObject({ code: 'RELEASED_TOO_OFTEN' });
  });

  it('an event wakes all processes that wait for it', async () => {
    const name = fresh();
    const event = await group.event(name);
    const waiting = (await start(2)).map((member) => member.ask(['event', name], 'wait'));
    await event.set();
    expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
    await event.clear();
    await expect(event.wait({ timeoutMs: 1 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('a value is changed in one step', async () => {
    const value = await group.value(fresh(), { n: 0 });
    const raise = () => value.update(({ n }) => ({ n: n + 1 }));
    await Promise.all(Array.from({ length: 20 }, raise));
    expect(await value.get()).toEqual({ n: 20 });
    expect(await value.compareAndSet({ n: 19 }, { n: 0 })).toBe(false);
    const number = await group.value(fresh(), 1);
    await Promise.all(Array.from({ length: 64 }, () => number.add(1)));
    expect(await number.get()).toBe(65);
  });
});
