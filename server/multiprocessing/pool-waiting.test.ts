// How a pool's processes wait for tasks: in a read that blocks, until something needs their event loop.
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import * as awaits from './fixture-awaits.ts';
import * as leaves from './fixture-leaves-work.ts';
import * as tasks from './fixture-tasks.ts';
import { ofTasks, pathOf, startPool, urlOf } from './test-pools.ts';
import { until, untilGone, waitsInRead } from './test-processes.ts';
import { type Pool, type PoolOptions, type Target, target } from './toolkit.ts';

const ofLeaves = <A extends readonly unknown[], R>(run: (...args: A) => R): Target<A, R> =>
  target(urlOf('./fixture-leaves-work.ts'), run);
const square = ofTasks(tasks.square);

let file: string;
let pool: Pool;
beforeEach(() => {
  file = pathOf('file');
});
function newPool(options: PoolOptions = {}): Pool {
  pool = startPool({ processes: 1, ...options });
  return pool;
}
const thePid = () => pool.pids[0]!;
/** A process has decided how it waits when it takes the next task. */
async function waits(): Promise<string> {
  expect(await pool.run(square, [3])).toBe(9);
  return waitsInRead(thePid()) ? 'in a read' : 'in its event loop';
}
/** Quick tasks are given ahead afterwards. */
async function quicken(): Promise<void> {
  for (let count = 0; count < 100; count++) await pool.run(square, [count]);
}

describe('A process of a pool waits in a read', () => {
  it('where its tasks only compute, or await nothing but each other', async () => {
    newPool();
    expect(await waits()).toBe('in a read');
    expect(await pool.run(ofTasks(tasks.echoSoon), [5])).toBe(5);
    expect(await waits()).toBe('in a read');
  });

  it('after an initializer that leaves nothing', async () => {
    newPool({ initializer: ofTasks(tasks.prepare), initializerArgs: ['well'] });
    expect(await pool.run(ofTasks(tasks.getPrepared), [])).toBe('well');
    expect(await waits()).toBe('in a read');
  });

  it.each(leaves.soonWays)('after a task has left a %s, which runs at once', async (way) => {
    newPool();
    await pool.run(ofLeaves(leaves.leave), [way, file]);
    expect(await pool.run(ofLeaves(leaves.hasDone), [])).toBe(true);
    expect(await waits()).toBe('in a read');
    rmSync(file);
    await pool.run(ofLeaves(leaves.leave), [way, file]);
    await until(() => existsSync(file));
  });

  it('again when a file is closed that a task has left open', async () => {
    newPool();
    await pool.run(ofLeaves(leaves.leave), ['file', file]);
    await until(() => existsSync(file));
    expect(await waits()).toBe('in a read');
  });

  it('and takes and gives more than a pipe holds, both at once', async () => {
    newPool();
    await quicken();
    const large = new Uint8Array(4_000_000).fill(7);
    const all = await Promise.all([1, 2, 3].map(() => pool.run(ofTasks(tasks.echo), [large])));
    for (const one of all) expect(Buffer.compare(one as Uint8Array, large)).toBe(0);
    expect(await waits()).toBe('in a read');
  });

  it('and ends by a signal at once, and with its pool', async () => {
    newPool({ processes: 2 });
    await Promise.all([0, 1].map(() => pool.run(square, [3])));
    const pids = [...pool.pids];
    await until(() => pids.every(waitsInRead));
    process.kill(pids[0]!, 'SIGTERM');
    await until(() => !pool.pids.includes(pids[0]!));
    expect(await pool.run(square, [3])).toBe(9);
    pool.close();
    await pool.join();
    await untilGone(pids);
  });
});

describe('A process of a pool turns to its event loop', () => {
  it.each(leaves.laterWays)('when a task leaves a %s, which comes while it waits', async (way) => {
    newPool();
    expect(await waits()).toBe('in a read');
    await pool.run(ofLeaves(leaves.leave), [way, file]);
    await until(() => existsSync(file));
    expect(await waits()).toBe('in its event loop');
  });

  it('when a task is not done at once', async () => {
    newPool();
    expect(await waits()).toBe('in a read');
    expect(await pool.run(ofTasks(tasks.squareLater), [3, 1])).toBe(9);
    expect(await waits()).toBe('in its event loop');
    expect(await pool.run(ofTasks(tasks.squareLater), [4, 1])).toBe(16);
  });

  it.each([ofLeaves(leaves.serve), ofLeaves(leaves.serveLater)])(
    'when its initializer opens a server ($name)',
    async (initializer) => {
      newPool({ initializer, initializerArgs: [file] });
      expect(await waits()).toBe('in its event loop');
      const socket = connect(file);
      expect(String((await once(socket, 'data'))[0])).toBe('hello');
      socket.destroy();
    },
  );

  it('when a task listens to a signal', async () => {
    newPool();
    await pool.run(ofLeaves(leaves.listenTo), ['SIGTERM', file]);
    const pid = thePid();
    process.kill(pid, 'SIGTERM');
    await until(() => existsSync(file));
    expect(await waits()).toBe('in its event loop');
    expect(thePid()).toBe(pid);
  });

  it('when a module waits before it is loaded', async () => {
    newPool();
    expect(await pool.run(target(urlOf('./fixture-awaits.ts'), awaits.one), [])).toBe(1);
    expect(await waits()).toBe('in its event loop');
  });

  it('when a module is never loaded, and goes on', async () => {
    newPool();
    const controller = new AbortController();
    const module = `${urlOf('./fixture-awaits.ts').href}?file=${encodeURIComponent(file)}`;
    const running = pool.run({ module, name: 'one' }, [], { signal: controller.signal });
    await until(() => existsSync(file));
    await until(() => !waitsInRead(thePid()));
    controller.abort(new Error('not wanted'));
    await expect(running).rejects.toThrow('not wanted');
  });

  it('when modules were loaded before it, which may have left anything', async () => {
    process.execArgv.push('--import', 'data:text/javascript,');
    newPool();
    process.execArgv.splice(-2);
    expect(await waits()).toBe('in its event loop');
  });
});

describe('SIGUSR1, by which Node otherwise opens a debugger that asks for no password', () => {
  it('changes nothing in a process of a pool', async () => {
    newPool();
    expect(await waits()).toBe('in a read');
    const pid = thePid();
    process.kill(pid, 'SIGUSR1');
    expect(await waits()).toBe('in a read');
    expect(await pool.run(ofTasks(tasks.inspectorUrl), [])).toBe('none');
    expect(thePid()).toBe(pid);
  });
});

describe('What a task leaves that nothing catches', () => {
  it.each([ofLeaves(leaves.leaveRejection), ofLeaves(leaves.leaveThrowing)])(
    'ends the process ($name)',
    async (leave) => {
      newPool();
      await quicken();
      const pid = thePid();
      const [left, lost] = await Promise.allSettled([
        pool.run(leave, []),
        pool.run(ofTasks(tasks.forever), []),
      ]);
      expect(left.status).toBe('fulfilled');
      expect(lost).toMatchObject({
        reason: { code: 'WORKER_CRASHED', cause: { message: 'left behind' } },
      });
      await untilGone([pid]);
    },
  );
});
