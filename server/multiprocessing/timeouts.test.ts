// Time limits of processes, pools and pipes beyond what the timers of Node keep.
import { afterEach, describe, expect, it } from 'vitest';
import * as tasks from './fixture-tasks.ts';
import { ofTasks, startPool } from './test-pools.ts';
import { Pipe, type PipeEnd, Process } from './toolkit.ts';

const LONG = [2 ** 31, Number.POSITIVE_INFINITY];
const WRONG = [Number.NaN, -1];
const started: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one[Symbol.asyncDispose]();
});
function open(end: PipeEnd): Pipe {
  const pipe = Pipe.open(end);
  started.push(pipe);
  return pipe;
}

describe('A time limit of days or of Infinity', () => {
  it('lets a task of a pool come to its end', async () => {
    const pool = startPool({ processes: 1 });
    for (const timeoutMs of LONG) {
      expect(await pool.run(ofTasks(tasks.squareLater), [3, 20], { timeoutMs })).toBe(9);
    }
  });

  it('lets join and isResponsive wait for their process', async () => {
    const process = new Process({ target: ofTasks(tasks.squareLater), args: [3, 20] }).start();
    started.push(process);
    expect(await process.isResponsive(2 ** 31)).toBe(true);
    expect(await process.join(Number.POSITIVE_INFINITY)).toBe(true);
  });

  it('lets recv and poll of a pipe wait for a message', async () => {
    const [here, there] = Pipe.ends().map(open) as [Pipe, Pipe];
    for (const timeoutMs of LONG) {
      const polled = here.poll(timeoutMs);
      const received = here.recv({ timeoutMs });
      await there.send(timeoutMs);
      expect([await polled, await received]).toEqual([true, timeoutMs]);
    }
  });
});

describe('A time limit that is negative or NaN', () => {
  it('is refused by a sentence that names the option', async () => {
    const pool = startPool({ processes: 1 });
    const [end] = Pipe.ends();
    const pipe = open(end);
    const process = new Process({ target: ofTasks(tasks.forever), daemon: true }).start();
    started.push(process);
    const said = /^timeoutMs must be a number of milliseconds from 0 on/;
    for (const timeoutMs of WRONG) {
      await expect(pool.run(ofTasks(tasks.square), [3], { timeoutMs })).rejects.toThrow(said);
      await expect(pool.map(ofTasks(tasks.square), [3], { timeoutMs })).rejects.toThrow(said);
      await expect(process.join(timeoutMs)).rejects.toThrow(said);
      await expect(process.isResponsive(timeoutMs)).rejects.toThrow(said);
      await expect(pipe.recv({ timeoutMs })).rejects.toThrow(said);
      await expect(pipe.poll(timeoutMs)).rejects.toThrow(said);
    }
    expect(await pool.run(ofTasks(tasks.square), [3])).toBe(9);
  });
});
