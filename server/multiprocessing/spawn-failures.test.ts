// Processes that the system does not start, for want of descriptors or since Node is not in its place.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Dispatcher } from './dispatcher.ts';
import * as tasks from './fixture-tasks.ts';
import { Task } from './task.ts';
import { ofTasks, startPool } from './test-pools.ts';
import { until } from './test-processes.ts';
import { Process, processSpec, Supervisor, systemClock } from './toolkit.ts';

const { execPath } = process;
afterEach(() => {
  process.execPath = execPath;
  vi.useRealTimers();
});
function moveNodeAway(): void {
  process.execPath = '/nowhere/node';
}
function moveNodeBack(): void {
  process.execPath = execPath;
}

describe('While the system starts no process', () => {
  it('for want of descriptors, a process ends with a code, and a pool waits and lives on', () => {
    const fixture = fileURLToPath(new URL('./fixture-spawns-that-fail.ts', import.meta.url));
    const command = 'ulimit -n 100; exec "$0" "$1"';
    const said = execFileSync('sh', ['-c', command, execPath, fixture], { encoding: 'utf8' });
    const [failure, results] = said.split('\n');
    expect(failure).toMatch(/^NOT_SPAWNED: alone: the system does not start .*EMFILE/);
    expect(results).toBe('25 36 true');
  });

  it('a pool tries again, and its tasks run when Node is back', async () => {
    moveNodeAway();
    const pool = startPool({ processes: 2 });
    const results = pool.map(ofTasks(tasks.square), [1, 2, 3]);
    // More attempts than a pool allows to processes that end before they are ready.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect([pool.isOpen, pool.pids]).toEqual([true, []]);
    moveNodeBack();
    expect(await results).toEqual([1, 4, 9]);
    await until(() => pool.pids.length === 2);
  });

  it('a pool replaces a process that dies as soon as Node is back', async () => {
    const pool = startPool({ processes: 1 });
    await pool.run(ofTasks(tasks.square), [1]);
    moveNodeAway();
    process.kill(pool.pids[0]!, 'SIGKILL');
    await until(() => pool.pids.length === 0);
    const result = pool.run(ofTasks(tasks.square), [7]);
    moveNodeBack();
    expect(await result).toBe(49);
  });

  it('a pool that waits for it can be closed and terminated', async () => {
    moveNodeAway();
    const pool = startPool({ processes: 1 });
    const result = pool.run(ofTasks(tasks.square), [7]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await Promise.all([
      expect(result).rejects.toMatchObject({ code: 'TERMINATED' }),
      pool.terminate(),
    ]);
    const idle = startPool({ processes: 1 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    idle.close();
    await idle.join();
  });

  it('for ten seconds, the tasks of a pool are told, and the pool stays open', async () => {
    moveNodeAway();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const [initializer, concurrentTasks] = [undefined, 1];
    const pool = { name: 'idle', processes: 1, initializer, concurrentTasks, tasksPerChild: 9 };
    const dispatcher = new Dispatcher(pool);
    const address = { module: 'file:///nowhere.js', name: 'none' };
    const task = new Task(dispatcher, 'idle', 'task', address, [], {});
    let failure: { code?: string } | undefined;
    task.promise.catch((error) => {
      failure = error;
    });
    dispatcher.submit(task);
    const startedAt = performance.now();
    while (!failure && performance.now() - startedAt < 20_000) {
      vi.advanceTimersByTime(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(failure).toMatchObject({ code: 'NOT_SPAWNED', cause: { code: 'ENOENT' } });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(10_000);
    expect(dispatcher.isOpen).toBe(true);
    dispatcher.close();
  });

  it('a supervisor tries again without counting that as a restart too many', async () => {
    moveNodeAway();
    const delays: unknown[] = [];
    let gaveUp = false;
    const supervisor = new Supervisor({
      clock: systemClock,
      restartsMax: 1,
      restartPeriodMs: 60_000,
      died: (_, exit, delayMs) => delays.push([exit, delayMs]),
      gaveUp: () => {
        gaveUp = true;
      },
    });
    supervisor.add(processSpec({ id: 'worker', target: ofTasks(tasks.forever) }));
    await until(() => delays.length >= 4);
    moveNodeBack();
    expect(delays.slice(0, 4)).toEqual(
      [0, 50, 100, 200].map((delayMs) => [{ code: null, signal: null }, delayMs]),
    );
    expect(gaveUp).toBe(false);
    await supervisor.stop();
  });

  it('a process that was not started has no pid, no exit code, and can be joined', async () => {
    moveNodeAway();
    const process_ = new Process({ target: ofTasks(tasks.square), args: [1] }).start();
    await expect(process_.result).rejects.toMatchObject({
      code: 'NOT_SPAWNED',
      cause: { code: 'ENOENT' },
    });
    expect(await process_.join()).toBe(true);
    expect([process_.pid, process_.exitCode, process_.signal]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    process_.kill();
  });
});
