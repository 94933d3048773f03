// A group with a journal: its coordinator is killed, and nothing that anyone was told is lost.
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { untilGone } from '../test-processes.ts';
import { Group } from './index.ts';
import { Member } from './test-member.ts';

let folder: string;
let group: Group;
let members: Member[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  group = await Group.start({ journal: folder });
});
afterEach(async () => {
  await Promise.all(members.map((member) => member.kill()));
  members = [];
  await group.close();
  rmSync(folder, { recursive: true });
});

async function start(count: number): Promise<Member[]> {
  members = await Promise.all(Array.from({ length: count }, () => Member.start(group.environment)));
  return members;
}

async function killCoordinator(): Promise<void> {
  const pid = group.coordinatorPid!;
  process.kill(pid, 'SIGKILL');
  await untilGone([pid]);
}

/** Asks until it is so. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(setImmediate);
}

describe('After its coordinator was killed', () => {
  it('a lock is with its holder, and those who wait wait on in their order', async () => {
    const lock = await group.lock('l');
    const [ada, bob, cat] = (await start(3)) as [Member, Member, Member];
    const fence = Number(await ada.ask(['lock', 'l'], 'acquire'));
    const bobs = bob.ask(['lock', 'l'], 'acquire');
    await until(async () => (await lock.waiting()) === 1);
    const cats = cat.ask(['lock', 'l'], 'acquire');
    await until(async () => (await lock.waiting()) === 2);
    await killCoordinator();
    expect([await lock.isLocked(), await lock.waiting()]).toEqual([true, 2]);
    await ada.ask(['lock', 'l'], 'release');
    expect(await bobs).toBe(fence + 1);
    await bob.ask(['lock', 'l'], 'release');
    expect(await cats).toBe(fence + 2);
  });

  it('a lease goes on, and ends', async () => {
    const lock = await group.lock('l');
    const held = await lock.acquire({ leaseMs: 500 });
    await killCoordinator();
    await until(async () => !held.isHeld);
    expect(await lock.isLocked()).toBe(false);
  });

  it('what a process had that died meanwhile goes to others', async () => {
    const queue = await group.queue<number>('q');
    for (const item of [1, 2, 3]) await queue.put(item);
    const [ada, bob] = (await start(2)) as [Member, Member];
    await ada.ask(['lock', 'l'], 'acquire');
    expect(await ada.ask(['queue', 'q'], 'get')).toBe(1);
    const lock = await group.lock('l');
    const bobs = bob.ask(['lock', 'l'], 'acquire');
    await until(async () => (await lock.waiting()) === 1);
    // Stopped, the coordinator cannot see the holder's end.
    process.kill(group.coordinatorPid!, 'SIGSTOP');
    await ada.kill();
    await killCoordinator();
    expect(await bobs).toBeTypeOf('number');
    const taken = [await queue.take(), await queue.take(), await queue.take()];
    expect(taken.map(({ value, deliveries }) => [value, deliveries])).toEqual([
      [1, 2],
      [2, 1],
      [3, 1],
    ]);
  });

  it('every change that was answered was made once, of many in flight', async () => {
    const value = await group.value('n', 0);
    const raise = async () => {
      for (let i = 0; i < 100; i++) await value.add(1);
    };
    const raised = Promise.all(Array.from({ length: 16 }, raise));
    for (const some of [100, 500, 1000]) {
      await until(async () => (await value.get()) >= some);
      await killCoordinator();
    }
    await raised;
    expect(await value.get()).toBe(1600);
  });
});

describe('A later group with the same journal', () => {
  it('has the queues of the one before, though the last record was torn', async () => {
    const queue = await group.queue<string>('q');
    for (const item of ['a', 'b', 'c']) await queue.put(item);
    expect(await queue.get()).toBe('a');
    await group.close();
    appendFileSync(join(folder, 'sync.log'), Buffer.from([9, 0, 0, 0, 1, 2]));
    group = await Group.start({ journal: folder });
    const again = await group.queue<string>('q');
    expect([await again.get(), await again.get(), await again.size()]).toEqual(['b', 'c', 0]);
  });
});
