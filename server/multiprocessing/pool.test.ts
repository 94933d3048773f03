// Pools: what comes back, in which order, and where it runs.
import { describe, expect, it } from 'vitest';
import { listeningPorts } from '../test-listening.ts';
import { throwAt3, throwTypeError } from './fixture-fails.ts';
import * as tasks from './fixture-tasks.ts';
import { ofTasks, startPool, urlOf } from './test-pools.ts';
import { isRunning } from './test-processes.ts';
import { messageBytesMax, Pool, type PoolOptions, target } from './toolkit.ts';

const fails = urlOf('./fixture-fails.ts');

const newPool = (options: PoolOptions = {}): Pool => startPool({ processes: 2, ...options });
async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('The processes of a pool', () => {
  it('open no debugger’s port on SIGUSR1, whether they wait or work, and go on', async () => {
    const pool = newPool();
    const { pids } = pool;
    const working = pool.run(ofTasks(tasks.squareLater), [3, 300]);
    expect(await pool.run(ofTasks(tasks.square), [2])).toBe(4);
    for (const pid of pids) process.kill(pid, 'SIGUSR1');
    expect(await working).toBe(9);
    expect(await pool.map(ofTasks(tasks.square), [1, 2, 3, 4])).toEqual([1, 4, 9, 16]);
    expect(pids.flatMap(listeningPorts)).toEqual([]);
    expect(pool.pids).toEqual(pids);
  });
});

describe('A task', () => {
  it('gives what its function returns, also later', async () => {
    const pool = newPool();
    expect(await pool.run(ofTasks(tasks.add), [1, 2])).toBe(3);
    expect(await pool.run(ofTasks(tasks.squareLater), [3, 1])).toBe(9);
  });

  it('runs when the first process can, among many more of them', async () => {
    const pool = newPool({ processes: 4 });
    const many = Array.from({ length: 200 }, (_, x) => pool.run(ofTasks(tasks.square), [x]));
    expect(await Promise.all(many)).toEqual(Array.from({ length: 200 }, (_, x) => x * x));
  });

  it('rejects with the error, its stack there and its cause, and the pool goes on', async () => {
    const pool = newPool({ name: 'errors', processes: 1 });
    const [failed, next] = await Promise.allSettled([
      pool.run(target(fails, throwTypeError), []),
      pool.run(ofTasks(tasks.pid), []),
    ]);
    expect(failed).toMatchObject({
      reason: {
        code: 'TASK_FAILED',
        message: 'errors-1: it has thrown: not like this',
        remoteStack: expect.stringContaining('fixture-fails.ts'),
        cause: { name: 'TypeError', cause: { code: 'E_REASON' } },
      },
    });
    expect(next).toMatchObject({ status: 'fulfilled', value: pool.pids[0] });
  });

  it('rejects alone where its arguments or its result cannot cross', async () => {
    const pool = newPool({ processes: 1 });
    const echo = ofTasks(tasks.echo);
    // Known to the pool, and given ahead, so that they go together.
    for (let count = 0; count < 100; count++) await pool.run(echo, [count]);
    const results = await Promise.allSettled([
      pool.run(echo, [1]),
      pool.run(echo, [() => {}]),
      pool.run(echo, [new Uint8Array(messageBytesMax)]),
      pool.run(ofTasks(tasks.makeFunction), []),
      pool.run(ofTasks(tasks.zeros), [messageBytesMax]),
      pool.run(echo, [2]),
    ]);
    expect(results.map((r) => (r.status === 'fulfilled' ? r.value : r.reason.code))).toEqual([
      1,
      'NOT_CLONEABLE',
      'MESSAGE_TOO_LARGE',
      'NOT_CLONEABLE',
      'MESSAGE_TOO_LARGE',
      2,
    ]);
  });

  it('is alone in its process, unless the pool says how many may be there', async () => {
    const alone = newPool({ processes: 1 });
    const three = newPool({ processes: 1, concurrentTasks: 3 });
    const run = (pool: Pool) =>
      Promise.all([1, 2, 3].map(() => pool.run(ofTasks(tasks.together), [])));
    expect(await run(alone)).toEqual([1, 2, 3]);
    expect(await run(three)).toEqual([3, 3, 3]);
  });
});

describe('A map', () => {
  it.each([undefined, 1, 3, 1000])('has its results in order (chunks of %s)', async (chunkSize) => {
    const items = Array.from({ length: 100 }, (_, x) => x);
    const options = chunkSize === undefined ? {} : { chunkSize };
    const squares = await newPool().map(ofTasks(tasks.square), new Set(items), options);
    expect(squares).toEqual(items.map((x) => x * x));
  });

  it('of nothing is nothing', async () => {
    expect(await newPool().map(ofTasks(tasks.square), [])).toEqual([]);
  });

  it('may give several arguments to each call, and wait for each', async () => {
    const squares = await newPool().starmap(ofTasks(tasks.squareLater), [
      [1, 20],
      [2, 1],
      [3, 1],
    ]);
    expect(squares).toEqual([1, 4, 9]);
  });

  it('rejects with the first error', async () => {
    const result = newPool().map(target(fails, throwAt3), [1, 2, 3, 4], { chunkSize: 1 });
    await expect(result).rejects.toMatchObject({ cause: { message: '3 is bad' } });
  });
});

describe('An iterated map', () => {
  it('gives results in the order of the items', async () => {
    const results = newPool().imap(ofTasks(tasks.echo), [5, 4, 3, 2, 1, 0], { chunkSize: 2 });
    expect(await collect(results)).toEqual([5, 4, 3, 2, 1, 0]);
  });

  it('gives them as they come where the order does not matter', async () => {
    const pool = newPool({ processes: 1, concurrentTasks: 2 });
    const later = target(urlOf('./fixture-tasks.ts'), tasks.echoLater);
    const results = await collect(pool.imapUnordered(later, [500, 1, 2]));
    expect(results).toEqual([1, 2, 500]);
  });

  it('takes no more items than it may ahead, and gives the first while more are to come', async () => {
    let taken = 0;
    async function* numbers() {
      for (;;) yield taken++;
    }
    const pool = newPool();
    const results = pool.imap(ofTasks(tasks.square), numbers(), { chunksAhead: 3 });
    expect((await results.next()).value).toBe(0);
    expect((await results.next()).value).toBe(1);
    expect(taken).toBeLessThanOrEqual(6);
    await results.return();
  });

  it('is given items that come one by one, without waiting for the next', async () => {
    const second = Promise.withResolvers<void>();
    async function* two() {
      yield 1;
      await second.promise;
      yield 2;
    }
    const results = newPool().imap(ofTasks(tasks.square), two());
    expect((await results.next()).value).toBe(1);
    second.resolve();
    expect(await collect(results)).toEqual([4]);
  });

  it('closes its items when it is left early, and the pool goes on', async () => {
    let isClosed = false;
    function* numbers() {
      try {
        for (let x = 0; ; x++) yield x;
      } finally {
        isClosed = true;
      }
    }
    const pool = newPool();
    for await (const x of pool.imapUnordered(ofTasks(tasks.square), numbers())) if (x >= 4) break;
    expect(isClosed).toBe(true);
    expect(await pool.run(ofTasks(tasks.add), [1, 1])).toBe(2);
  });

  it('ends with the first error', async () => {
    const results = newPool().imap(target(fails, throwAt3), [1, 2, 3, 4]);
    expect([await results.next(), await results.next()].map(({ value }) => value)).toEqual([1, 2]);
    await expect(results.next()).rejects.toMatchObject({ cause: { message: '3 is bad' } });
    expect((await results.next()).done).toBe(true);
  });
});

describe('The processes of a pool', () => {
  it('run its initializer first', async () => {
    const pool = newPool({ initializer: ofTasks(tasks.prepare), initializerArgs: ['well'] });
    const ask = ofTasks(tasks.getPrepared);
    expect(await Promise.all([1, 2, 3].map(() => pool.run(ask, [])))).toEqual(
      Array(3).fill('well'),
    );
  });

  it('are replaced after as many tasks as they may have', async () => {
    const pool = newPool({ processes: 1, tasksPerChild: 2 });
    const pids = await Promise.all([1, 2, 3, 4, 5].map(() => pool.run(ofTasks(tasks.pid), [])));
    expect(pids[0]).toBe(pids[1]);
    expect(pids[2]).toBe(pids[3]);
    expect(new Set(pids).size).toBe(3);
  });

  it('know their names and their parent', async () => {
    const pool = newPool({ processes: 1, name: 'named' });
    const [self, parent] = await pool.run(ofTasks(tasks.identities), []);
    expect(self).toEqual({ name: 'named-1', pid: pool.pids[0], isDaemon: true });
    expect(parent?.pid).toBe(process.pid);
  });
});

describe('A pool', () => {
  it('that is closed does what it was given, and then ends', async () => {
    const pool = newPool();
    const { pids } = pool;
    const given = [1, 2, 3, 4].map((x) => pool.run(ofTasks(tasks.squareLater), [x, 20]));
    await expect(pool.join()).rejects.toMatchObject({ code: 'NOT_CLOSED' });
    pool.close();
    await expect(pool.run(ofTasks(tasks.pid), [])).rejects.toMatchObject({ code: 'CLOSED' });
    await pool.join();
    expect(await Promise.all(given)).toEqual([1, 4, 9, 16]);
    expect(pids.filter(isRunning)).toEqual([]);
  });

  it('may be closed before its processes have begun', async () => {
    const pool = newPool({ processes: 4 });
    pool.close();
    await pool.join();
    await expect(pool.run(ofTasks(tasks.pid), [])).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('that is terminated rejects what it was given', async () => {
    const pool = newPool();
    const { pids } = pool;
    const given = [1, 2, 3].map(() => pool.run(ofTasks(tasks.forever), []));
    const ended = Promise.allSettled(given);
    await pool.terminate();
    expect(await ended).toEqual(
      Array(3).fill(
        expect.objectContaining({ reason: expect.objectContaining({ code: 'TERMINATED' }) }),
      ),
    );
    expect(pids.filter(isRunning)).toEqual([]);
    await expect(pool.run(ofTasks(tasks.pid), [])).rejects.toMatchObject({ code: 'TERMINATED' });
  });

  it('is terminated when it is left', async () => {
    let pids: readonly number[];
    {
      await using pool = new Pool({ processes: 2 });
      await pool.run(ofTasks(tasks.pid), []);
      pids = pool.pids;
    }
    expect(pids.filter(isRunning)).toEqual([]);
  });

  it('has one process at least', () => {
    expect(() => new Pool({ processes: 0 })).toThrow(RangeError);
  });
});
