// Pipes between real processes: what arrives, and how the end of one is noticed at the other.
import { existsSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import * as ends from './fixture-pipe.ts';
import { until } from './test-processes.ts';
import { messageBytesMax, Pipe, type PipeEnd, Process, target } from './toolkit.ts';

const fixture = new URL('./fixture-pipe.ts', import.meta.url);
/** Messages that the receiving end keeps, and those that the system does. */
const AHEAD_MAX = 100;
const started: Process<readonly unknown[], unknown>[] = [];
const opened: Pipe[] = [];
afterEach(async () => {
  for (const pipe of opened.splice(0)) pipe.close();
  for (const process of started.splice(0)) await process[Symbol.asyncDispose]();
});

function start<A extends readonly unknown[], R>(run: (...args: A) => R, ...args: A): Process<A, R> {
  const process = new Process({ target: target(fixture, run), args: args as NoInfer<A> }).start();
  started.push(process as never);
  return process;
}
function open(end: PipeEnd): Pipe {
  const pipe = Pipe.open(end);
  opened.push(pipe);
  return pipe;
}

describe('A pipe', () => {
  it('has values as they are at its other end, in order, in both directions', async () => {
    const [here, there] = Pipe.ends();
    const pipe = open(here);
    const echo = start(ends.echo, there);
    const values = [1, new Map([['a', new Date(5)]]), undefined, new Float64Array(100_000), 'x'];
    for (const value of values) await pipe.send(value);
    for (const value of values) expect(await pipe.recv()).toEqual(value);
    pipe.close();
    expect(await echo.result).toBe(5);
  });

  it('can have both of its ends in other processes, the second one open before the first', async () => {
    const [first, second] = Pipe.ends();
    const collects = start(ends.collect, second);
    await collects.isResponsive();
    start(ends.sendAndReturn, first, 'from afar');
    expect(await collects.result).toEqual(['from afar']);
    expect(existsSync(first.directory)).toBe(false);
  });

  it('ends where the other process has been killed, after all that it had sent', async () => {
    const [here, there] = Pipe.ends();
    const pipe = open(here);
    const [done, theirs] = Pipe.ends();
    const other = start(ends.sendAndWait, there, [1, 2, 3], theirs);
    await open(done).recv();
    other.kill();
    expect(await ends.allOf(pipe)).toEqual([1, 2, 3]);
    await expect(pipe.recv()).rejects.toMatchObject({ code: 'END_OF_STREAM' });
    await expect(pipe.send(1)).rejects.toMatchObject({ name: 'EndOfStreamError' });
    expect(await pipe.poll()).toBe(true);
  });

  it('ends where the process of the first end died before the second was open', async () => {
    const [there, here] = Pipe.ends();
    const other = start(ends.open, there);
    await until(() => existsSync(`${there.directory}/socket`));
    other.kill();
    await other.join();
    await expect(open(here).recv()).rejects.toMatchObject({ code: 'END_OF_STREAM' });
  });

  it('ends what waits at the end that is closed', async () => {
    const [here, there] = Pipe.ends();
    const pipe = open(here);
    const waits = pipe.recv();
    pipe.close();
    await expect(waits).rejects.toMatchObject({ code: 'END_OF_STREAM' });
    await expect(pipe.send(1)).rejects.toMatchObject({ code: 'END_OF_STREAM' });
    await expect(open(there).recv()).rejects.toMatchObject({ code: 'END_OF_STREAM' });
    expect(existsSync(there.directory)).toBe(false);
  });

  it('is waited for until a time or a signal', async () => {
    const [here, there] = Pipe.ends();
    const [pipe, other] = [open(here), open(there)];
    expect(await pipe.poll()).toBe(false);
    await expect(pipe.recv({ timeoutMs: 1 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const controller = new AbortController();
    const waits = pipe.recv({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(waits).rejects.toThrow('enough');
    await other.send('late');
    expect(await pipe.poll(10_000)).toBe(true);
    expect(await pipe.recv({ timeoutMs: 0 })).toBe('late');
  });

  it('holds up who sends when nobody receives, and loses nothing', async () => {
    const [here, there] = Pipe.ends();
    const [pipe, other] = [open(here), open(there)];
    const large = 'x'.repeat(100_000);
    let sent = 0;
    const all = (async () => {
      for (; sent < 200; sent++) await other.send(`${sent} ${large}`);
      other.close();
    })();
    for (let received = 0; received < 200; received++) {
      for (let turns = 0; turns < 20; turns++) await turn();
      expect(sent).toBeLessThan(received + AHEAD_MAX);
      expect(String(await pipe.recv()).split(' ')[0]).toBe(String(received));
    }
    expect(await ends.allOf(pipe)).toEqual([]);
    await all;
  });

  it('refuses what cannot cross, and goes on', async () => {
    const [here, there] = Pipe.ends();
    const [pipe, other] = [open(here), open(there)];
    await expect(pipe.send(() => {})).rejects.toMatchObject({ code: 'NOT_CLONEABLE' });
    const large = new Uint8Array(messageBytesMax);
    await expect(pipe.send(large)).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
    await pipe.send('small');
    expect(await other.recv()).toBe('small');
  });
});
