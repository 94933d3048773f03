// A group's own coordinator: what it outlives, and what outlives it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { untilGone } from '../test-processes.ts';
import { Group } from './index.ts';

let group: Group | undefined;
const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await group?.close();
  group = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function run(
  name: string,
  args: string[],
  detached = false,
): { child: ChildProcess; out: string[] } {
  const file = join(import.meta.dirname, name);
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const child = spawn(process.execPath, [file, ...args], { stdio: [...stdio], detached });
  children.push(child);
  const out: string[] = [];
  child.stdout!.on('data', (bytes) => out.push(...String(bytes).trim().split('\n')));
  return { child, out };
}

async function killCoordinator(): Promise<void> {
  const pid = group!.coordinatorPid!;
  process.kill(pid, 'SIGKILL');
  await untilGone([pid]);
}

const until = (holds: () => unknown) => expect.poll(holds, { interval: 5 }).toBeTruthy();

describe('While the coordinator of a group is killed again and again', () => {
  it('scripts with nothing else open go on, and come to their ends', async () => {
    group = await Group.start({ journal: folder });
    const scripts = Array.from({ length: 4 }, () => run('fixture-script.ts', ['15']));
    const exits = scripts.map(({ child }) => once(child, 'exit'));
    const value = await group.value('n', 0);
    for (const some of [5, 25, 45]) {
      while ((await value.get()) < some) await new Promise(setImmediate);
      await killCoordinator();
    }
    expect(await Promise.all(exits)).toEqual(scripts.map(() => [0, null]));
    expect(scripts.map(({ out }) => out)).toEqual(scripts.map(() => ['came to its end']));
    expect(await value.get()).toBe(4 * 15);
    expect(await (await group.queue('done')).size()).toBe(4);
  });

  it('a process that joins waits for the next', async () => {
    group = await Group.start();
    for (let i = 0; i < 3; i++) {
      await killCoordinator();
      await using another = await Group.join(group.environment);
      expect(await (await another.event('e')).isSet()).toBe(false);
    }
  });
});

describe('A coordinator', () => {
  it('outlives a SIGTERM to all processes of its program, which needs it to finish', async () => {
    const { child, out } = run('fixture-finishes.ts', [], true);
    await until(() => out.length === 1);
    process.kill(-child.pid!, 'SIGTERM');
    await until(() => out.includes('asked to end'));
    const exited = once(child, 'exit');
    child.kill('SIGUSR2');
    expect(await exited).toEqual([0, null]);
    expect(out.at(-1)).toBe('abc');
    await untilGone([Number(out[0])]);
  });

  it('is found again after its directory was removed, and loses nothing', async () => {
    group = await Group.start();
    const queue = await group.queue('q');
    await queue.put('x');
    rmSync(dirname(group.environment.HOLDFAST_GROUP!), { recursive: true });
    await using another = await Group.join(group.environment);
    expect(await (await another.queue('q')).get()).toBe('x');
  });
});
