// Processes of one function: what comes back, how they end, and whom they end with.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import * as endless from './fixture-endless-loop.ts';
import * as fails from './fixture-fails.ts';
import { ignoreSigterm } from './fixture-ignores-sigterm.ts';
import * as tasks from './fixture-tasks.ts';
import { isRunning, until, untilGone } from './test-processes.ts';
import { MessageTooLargeError, messageBytesMax, Process, type Target, target } from './toolkit.ts';

const urlOf = (file: string) => new URL(file, import.meta.url);
const ofTasks = <A extends readonly unknown[], R>(run: (...args: A) => R): Target<A, R> =>
  target(urlOf('./fixture-tasks.ts'), run);
const ofFails = <A extends readonly unknown[], R>(run: (...args: A) => R): Target<A, R> =>
  target(urlOf('./fixture-fails.ts'), run);
const loop = target(urlOf('./fixture-endless-loop.ts'), endless.loop);

const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const started: AsyncDisposable[] = [];
afterEach(async () => {
  for (const process of started.splice(0)) await process[Symbol.asyncDispose]();
});
function start<A extends readonly unknown[], R>(of: Target<A, R>, ...args: A): Process<A, R> {
  const process = new Process({ target: of, args: args as NoInfer<A> }).start();
  started.push(process);
  return process;
}

describe('A process', () => {
  it('gives what its function returns, and ends with code 0', async () => {
    const process = start(ofTasks(tasks.squareLater), 7, 1);
    expect(process.isAlive()).toBe(true);
    expect(await process.result).toBe(49);
    expect(await process.join()).toBe(true);
    expect([process.isAlive(), process.exitCode, process.signal]).toEqual([false, 0, undefined]);
    expect(isRunning(process.pid!)).toBe(false);
  });

  it('is given values as they are: maps, dates, typed arrays, circles, undefined', async () => {
    const circle: Record<string, unknown> = { nothing: undefined, big: 10n ** 30n };
    circle.self = circle;
    const value = [new Map([[new Date(5), new Set([1])]]), new Float64Array([1.5]), circle];
    expect(await start(ofTasks(tasks.echo), value).result).toEqual(value);
  });

  it('knows its name and who has started it', async () => {
    const child = new Process({ target: ofTasks(tasks.identities), name: 'bob', daemon: true });
    const [self, parent] = await child.start().result;
    expect(self).toEqual({ name: 'bob', pid: child.pid, isDaemon: true });
    expect(parent).toEqual({ name: 'main', pid: process.pid, isDaemon: false });
    await child.join();
  });

  it('has a number for a name by default', () => {
    const [first, second] = [1, 2].map(() => new Process({ target: loop }).name);
    const number = (name: string) => Number(/^Process-(\d+)$/.exec(name)?.[1]);
    expect(number(second!) - number(first!)).toBe(1);
  });

  it('is found by the path of its module as well as by its URL', async () => {
    const module = fileURLToPath(urlOf('./fixture-tasks.ts'));
    const child = new Process({ target: { module, name: 'add' }, args: [1, 2] }).start();
    expect(await child.result).toBe(3);
    await child.join();
  });
});

describe('The error of a process', () => {
  it('has the stack, the cause and the code that were thrown there', async () => {
    const process = start(ofFails(fails.throwTypeError));
    const error = await process.result.catch((error) => error);
    expect(error).toMatchObject({ name: 'ProcessError', code: 'TASK_FAILED' });
    expect(error.message).toBe(`${process.name}: it has thrown: not like this`);
    expect(error.remoteStack).toMatch(/^TypeError: not like this\n.*fixture-fails\.ts/);
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.cause.cause).toBeInstanceOf(RangeError);
    expect(error.cause.cause).toMatchObject({ message: 'the reason', code: 'E_REASON' });
    await process.join();
    expect(process.exitCode).toBe(1);
  });

  it('is on standard error where nobody has asked for the result', async () => {
    const script = fileURLToPath(urlOf('./fixture-asks-for-nothing.ts'));
    const { stderr, stdout } = await promisify(execFile)(process.execPath, [script]);
    expect(stderr).toMatch(/^silent: TypeError: not like this\n.*fixture-fails\.ts/);
    expect(stdout).toBe('1\n');
  });

  it('may have been no error there', async () => {
    const { result } = start(ofFails(fails.rejectWithText));
    await expect(result).rejects.toMatchObject({ cause: { message: 'only text' } });
  });

  it('says that there is no such function', async () => {
    const { result } = start({ module: urlOf('./fixture-tasks.ts'), name: 'missing' });
    await expect(result).rejects.toMatchObject({ cause: { code: 'TARGET_NOT_FOUND' } });
  });

  it.each([
    ['exits', ofFails(fails.exit), [3], { exitCode: 3, signal: undefined }],
    ['is killed', ofFails(fails.killItself), [], { exitCode: undefined, signal: 'SIGKILL' }],
  ] as [string, Target<readonly unknown[], unknown>, unknown[], object][])(
    'says how the process has ended that %s before its result',
    async (_, of, args, end) => {
      const { result } = start(of, ...args);
      await expect(result).rejects.toMatchObject({ code: 'WORKER_CRASHED', ...end });
    },
  );

  it('has as its cause what nothing caught', async () => {
    const { result } = start(ofFails(fails.throwLater));
    await expect(result).rejects.toMatchObject({
      code: 'WORKER_CRASHED',
      cause: { message: 'from a timer' },
    });
  });

  it('is known before the start where the arguments cannot cross', () => {
    const child = new Process({ target: ofTasks(tasks.echo), args: [() => {}] });
    expect(() => child.start()).toThrow(expect.objectContaining({ code: 'NOT_CLONEABLE' }));
    const large = new Process({
      target: ofTasks(tasks.echo),
      args: [new Uint8Array(messageBytesMax)],
    });
    expect(() => large.start()).toThrow(MessageTooLargeError);
  });

  it('tells of results that cannot cross', async () => {
    const makes = start(ofTasks(tasks.makeFunction));
    await expect(makes.result).rejects.toMatchObject({ code: 'NOT_CLONEABLE' });
    const zeros = start(ofTasks(tasks.zeros), messageBytesMax);
    await expect(zeros.result).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
  });

  it('is told of a module that starts processes while it is loaded, which would never end', async () => {
    const { result } = start({ module: urlOf('./fixture-starts-while-loaded.ts'), name: 'run' });
    await expect(result).rejects.toMatchObject({ cause: { code: 'STARTED_WHILE_LOADING' } });
  });
});

describe('A process can be', () => {
  it('waited for a while', async () => {
    const process = start(ofTasks(tasks.forever));
    expect(await process.join(1)).toBe(false);
    process.terminate();
    expect([await process.join(10_000), process.signal]).toEqual([true, 'SIGTERM']);
  });

  it('alive and not responsive', async () => {
    const process = start(ofTasks(tasks.forever));
    expect(await process.isResponsive(10_000)).toBe(true);
    const looping = start(loop);
    // The loop begins some time after the start.
    while (await looping.isResponsive(200));
    expect(looping.isAlive()).toBe(true);
    looping.kill();
    expect(await looping.isResponsive(10_000)).toBe(false);
  });

  it('killed where it ignores being asked to end', async () => {
    const file = join(folder, 'deaf');
    const process = start(target(urlOf('./fixture-ignores-sigterm.ts'), ignoreSigterm), file);
    await until(() => existsSync(file));
    process.terminate();
    expect(await process.isResponsive(10_000)).toBe(true);
    process.kill();
    await process.join();
    expect(process.signal).toBe('SIGKILL');
  });

  it('started once, joined when started, and closed when ended', async () => {
    const process = new Process({ target: ofTasks(tasks.forever) });
    started.push(process);
    await expect(process.join()).rejects.toMatchObject({ code: 'NOT_STARTED' });
    expect(() => process.kill()).toThrow(expect.objectContaining({ code: 'NOT_STARTED' }));
    process.start();
    expect(() => process.start()).toThrow(expect.objectContaining({ code: 'ALREADY_STARTED' }));
    expect(() => process.close()).toThrow(expect.objectContaining({ code: 'STILL_RUNNING' }));
    process.kill();
    await process.join();
    process.close();
  });
});

async function parent(...args: string[]) {
  const script = fileURLToPath(urlOf('./fixture-parent.ts'));
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, exited, pids: JSON.parse(line) as number[] };
}

describe('Processes', () => {
  it('that are daemons, and pools, end with a parent that is killed', async () => {
    const { child, exited, pids } = await parent('daemon', 'wait');
    expect(pids.every(isRunning)).toBe(true);
    child.kill('SIGKILL');
    await exited;
    await untilGone(pids);
  });

  it('that are daemons do not keep their parent, and end with it also in an endless loop', async () => {
    const { exited, pids } = await parent('daemon', 'exit');
    expect(pids).toHaveLength(4);
    expect(await exited).toEqual([0, null]);
    await untilGone(pids);
  });

  it('that are none keep their parent from ending', async () => {
    const { child, exited, pids } = await parent('plain', 'end');
    expect(child.exitCode).toBeNull();
    process.kill(pids[0]!, 'SIGKILL');
    expect(await exited).toEqual([0, null]);
    await untilGone(pids);
  });
});
