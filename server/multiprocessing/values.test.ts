// Values to and from processes, pools and pipes: each arrives as it is, or is refused in the call.

import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { Connection } from './connection.ts';
import * as fails from './fixture-fails.ts';
import * as tasks from './fixture-tasks.ts';
import { frameOf } from './frame.ts';
import { ofTasks, startPool, urlOf } from './test-pools.ts';
import { Pipe, Process, target } from './toolkit.ts';

class Point {
  x = 1;
}
/** Each with the place that an error names. */
const refused: [string, unknown, string][] = [
  ['a function in an object', { run: { now: () => 1 } }, '.run.now'],
  ['a symbol', [Symbol('x')], '[0]'],
  ['an instance of a class', { at: new Point() }, '.at'],
  ['an entry of a Map', new Map([['a', new Point()]]), '(entry 0)'],
  ['shared memory', { bytes: new Uint8Array(new SharedArrayBuffer(4)) }, '.bytes'],
];
const kept: [string, unknown][] = [
  ['a Map whose keys are objects', new Map([[{ id: 1 }, [new Date(1)]]])],
  ['a RegExp', { pattern: /a+/giu }],
  [
    'typed arrays that are a part of their bytes',
    [new Uint16Array([1, 2, 3]).subarray(1), new Float16Array([1.5])],
  ],
  ['values that JSON does not have', [undefined, -0, Number.NaN, 10n ** 30n]],
  ['half a character', { text: ['\ud800'] }],
  [
    'an object of many plain members',
    Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, { i }])),
  ],
];
const opened: Pipe[] = [];
afterEach(() => {
  for (const pipe of opened.splice(0)) pipe.close();
});

describe('A value that is refused', () => {
  it.each(refused)('fails the call of a pool alone: %s', async (_, value, place) => {
    const pool = startPool({ processes: 1 });
    const before = await pool.run(ofTasks(tasks.pid), []);
    const results = await Promise.allSettled([
      pool.run(ofTasks(tasks.add), [1, 2]),
      pool.run(ofTasks(tasks.echo), [value]),
      pool.run(ofTasks(tasks.add), [3, 4]),
    ]);
    expect(results).toMatchObject([
      { value: 3 },
      { reason: { code: 'NOT_CLONEABLE' } },
      { value: 7 },
    ]);
    const { reason } = results[1] as PromiseRejectedResult;
    expect(reason.message).toContain(`args[0]${place}: `);
    expect(await pool.run(ofTasks(tasks.pid), [])).toBe(before);
  });

  it.each(refused)(
    'fails the start of a process and the send of a pipe: %s',
    async (_, value, place) => {
      const process = new Process({ target: ofTasks(tasks.echo), args: [value] });
      expect(() => process.start()).toThrow(`args[0]${place}: `);
      const [here, there] = Pipe.ends().map((end) => Pipe.open(end)) as [Pipe, Pipe];
      opened.push(here, there);
      await expect(here.send(value)).rejects.toThrow(`value${place}: `);
      await here.send('next');
      expect(await there.recv()).toBe('next');
    },
  );

  it('fails the task that gives it as its result, with its place, and not the process', async () => {
    const pool = startPool({ processes: 1 });
    const before = await pool.run(ofTasks(tasks.pid), []);
    const result = pool.run(target(urlOf('./fixture-fails.ts'), fails.giveInstance), []);
    await expect(result).rejects.toMatchObject({
      code: 'NOT_CLONEABLE',
      message: expect.stringContaining(
        'result.found[0]: an instance of Found would lose its class',
      ),
    });
    expect(await pool.run(ofTasks(tasks.pid), [])).toBe(before);
  });

  it('is known when a pool is made where it is for the initializer, also if it is changed later', async () => {
    const initializer = ofTasks(tasks.prepare) as never;
    expect(() => startPool({ initializer, initializerArgs: [new Point()] })).toThrow('args[0]: ');
    const names: unknown[] = ['good'];
    const pool = startPool({ processes: 1, tasksPerChild: 1, initializer, initializerArgs: names });
    names[0] = new Point();
    for (let count = 0; count < 3; count++) {
      expect(await pool.run(ofTasks(tasks.getPrepared), [])).toBe('good');
    }
  });
});

describe('A value that is kept', () => {
  it('arrives as it is, through a pool and through a pipe', async () => {
    const pool = startPool({ processes: 1 });
    const [here, there] = Pipe.ends().map((end) => Pipe.open(end)) as [Pipe, Pipe];
    opened.push(here, there);
    for (const [, value] of kept) {
      expect(await pool.run(ofTasks(tasks.echo), [value])).toStrictEqual(value);
      await here.send(value);
      expect(await there.recv()).toStrictEqual(value);
    }
  });
});

describe('A connection', () => {
  it.each([
    ['bytes that are no clone', Buffer.from([3, 0, 0, 0, 0xff, 0x0f, 0xee])],
    ['text that is no JSON', Buffer.from([3, 0, 0, 0, 0x5b, 0x21, 0x5d])],
    ['a frame without end', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x5b])],
  ])('closes on %s, and its process goes on', async (_, bytes) => {
    const stream = new PassThrough();
    const received: unknown[] = [];
    const closed = new Promise<void>((resolve) => {
      const unsendable = () => {};
      const message = (value: unknown) => received.push(value);
      new Connection({ stream, message, closed: resolve, unsendable });
    });
    stream.write(frameOf(['before']));
    stream.write(bytes);
    await closed;
    expect(received).toEqual(['before']);
  });
});
