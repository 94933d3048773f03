// Pools among tasks that kill their processes, never end, or are not wanted any more.
import { existsSync, rmSync, statSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import * as endless from './fixture-endless-loop.ts';
import * as fails from './fixture-fails.ts';
import * as tasks from './fixture-tasks.ts';
import { ofTasks, pathOf, startPool, urlOf } from './test-pools.ts';
import { until, untilGone } from './test-processes.ts';
import { type Pool, type PoolOptions, type Target, TimeoutError, target } from './toolkit.ts';

const ofFails = <A extends readonly unknown[], R>(run: (...args: A) => R): Target<A, R> =>
  target(urlOf('./fixture-fails.ts'), run);
const loop = target(urlOf('./fixture-endless-loop.ts'), endless.loop);

let file: string;
let pool: Pool;
beforeEach(() => {
  file = pathOf('begun');
});
function newPool(options: PoolOptions = {}): Pool {
  pool = startPool({ processes: 1, ...options });
  return pool;
}
const begun = () => (existsSync(file) ? statSync(file).size : 0);

describe('When a process of a pool dies', () => {
  it('the task that ran rejects, and those that waited there run in another process', async () => {
    newPool();
    // Quick ones are given ahead.
    for (let count = 0; count < 100; count++) await pool.run(ofTasks(tasks.square), [count]);
    const [pid] = pool.pids;
    const results = await Promise.allSettled([
      pool.run(ofTasks(tasks.pid), []),
      pool.run(ofFails(fails.killItself), []),
      pool.run(ofTasks(tasks.pid), []),
      pool.run(ofTasks(tasks.add), [1, 2]),
    ]);
    expect(results[0]).toMatchObject({ value: pid });
    expect(results[1]).toMatchObject({ reason: { code: 'WORKER_CRASHED', signal: 'SIGKILL' } });
    expect(results[2]).toMatchObject({ value: pool.pids[0] });
    expect(results[3]).toMatchObject({ value: 3 });
    expect(pool.pids[0]).not.toBe(pid);
  });

  it('by kill -9 from outside, tasks in flight are done where they may begin again', async () => {
    newPool({ processes: 2 });
    const slow = Array.from({ length: 20 }, (_, x) =>
      pool.run(ofTasks(tasks.squareLater), [x, 20], { retries: 1 }),
    );
    await slow[0];
    process.kill(pool.pids[0]!, 'SIGKILL');
    expect(await Promise.all(slow)).toEqual(Array.from({ length: 20 }, (_, x) => x * x));
    expect(pool.pids).toHaveLength(2);
  });

  it('its task begins again as often as its retries say', async () => {
    newPool();
    const run = (times: number, retries: number) =>
      pool.run(ofFails(fails.beginTimes), [file, times], { retries });
    expect(await run(3, 2)).toBe(3);
    rmSync(file);
    await expect(run(3, 1)).rejects.toMatchObject({ code: 'WORKER_CRASHED' });
    expect(begun()).toBe(2);
  });

  it('a task that kills takes those beside it with it once only', async () => {
    newPool({ concurrentTasks: 4 });
    const results = await Promise.allSettled([
      pool.run(ofTasks(tasks.squareLater), [2, 200], { retries: 1 }),
      pool.run(ofTasks(tasks.squareLater), [3, 200], { retries: 1 }),
      pool.run(ofFails(fails.killItself), [], { retries: 1 }),
      pool.run(ofTasks(tasks.squareLater), [4, 200], { retries: 1 }),
    ]);
    expect(results).toMatchObject([
      { value: 4 },
      { value: 9 },
      { reason: { code: 'WORKER_CRASHED' } },
      { value: 16 },
    ]);
  });

  it('the error has what nothing caught there', async () => {
    const result = newPool().run(ofFails(fails.throwLater), []);
    await expect(result).rejects.toMatchObject({ cause: { message: 'from a timer' } });
  });
});

describe('A task that takes too long', () => {
  it('rejects, and its process is killed, also in an endless loop', async () => {
    newPool();
    const late = pool.run(loop, [], { timeoutMs: 50 });
    const next = pool.run(ofTasks(tasks.pid), []);
    const { pids } = pool;
    await expect(late).rejects.toThrow(TimeoutError);
    expect(await next).not.toBe(pids[0]);
    await untilGone(pids);
  });

  it('does not hold up the result of the one before it, large as that may be', async () => {
    newPool();
    for (let count = 0; count < 100; count++) await pool.run(ofTasks(tasks.square), [count]);
    const large = pool.run(ofTasks(tasks.zeros), [10_000_000]);
    const late = pool.run(loop, [], { timeoutMs: 1500 });
    const settled: string[] = [];
    await Promise.allSettled([
      late.catch(() => settled.push('late')),
      large.then(({ length }) => settled.push(`large ${length}`)),
    ]);
    expect(settled).toEqual(['large 10000000', 'late']);
  });

  it('is not one that waits for long', async () => {
    newPool();
    await pool.run(ofTasks(tasks.square), [1]);
    // Together they take longer than each may, and each much less, also on a slow machine.
    const slow = [1, 2, 3, 4, 5].map((x) =>
      pool.run(ofTasks(tasks.squareLater), [x, 400], { timeoutMs: 1900 }),
    );
    expect(await Promise.all(slow)).toEqual([1, 4, 9, 16, 25]);
  });
});

describe('A task that is aborted', () => {
  it('rejects with the reason, and its process is killed when it runs', async () => {
    newPool();
    const controller = new AbortController();
    const options = { signal: controller.signal };
    const running = pool.run(ofFails(fails.beginForever), [file], options);
    const next = pool.run(ofTasks(tasks.pid), []);
    const { pids } = pool;
    await until(() => begun() === 1);
    controller.abort(new Error('not wanted'));
    await expect(running).rejects.toThrow('not wanted');
    expect(await next).not.toBe(pids[0]);
    await expect(pool.run(ofTasks(tasks.pid), [], options)).rejects.toThrow('not wanted');
  });

  it('may have its signal together with many', async () => {
    newPool();
    const controller = new AbortController();
    const items = Array.from({ length: 100 }, () => file);
    const options = { signal: controller.signal, chunkSize: 1 };
    const mapped = pool.map(ofFails(fails.beginForever), items, options);
    await until(() => begun() === 1);
    controller.abort(new Error('not wanted'));
    await expect(mapped).rejects.toThrow('not wanted');
    expect(await pool.run(ofTasks(tasks.add), [1, 2])).toBe(3);
    expect(begun()).toBe(1);
  });

  it('never begins when it waits, and no process is killed', async () => {
    newPool();
    const controller = new AbortController();
    const first = pool.run(ofTasks(tasks.pid), []);
    const waiting = pool.run(ofFails(fails.beginForever), [file], { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect(await pool.run(ofTasks(tasks.pid), [])).toBe(await first);
    expect(begun()).toBe(0);
  });
});

describe('A pool that cannot begin', () => {
  it('says what its initializer has thrown', async () => {
    newPool({ initializer: ofFails(fails.throwTypeError) });
    const result = pool.run(ofTasks(tasks.pid), []);
    await expect(result).rejects.toMatchObject({
      code: 'INITIALIZER_FAILED',
      cause: { message: 'not like this' },
    });
    await expect(pool.run(ofTasks(tasks.pid), [])).rejects.toMatchObject({
      code: 'INITIALIZER_FAILED',
    });
    await pool.join();
  });

  it('gives up after three processes that have died before their first task', async () => {
    newPool({ initializer: ofFails(fails.beginTimes), initializerArgs: [file, 100] });
    const result = pool.run(ofTasks(tasks.pid), []);
    await expect(result).rejects.toMatchObject({ code: 'WORKER_CRASHED', signal: 'SIGKILL' });
    expect(begun()).toBe(3);
  });
});
