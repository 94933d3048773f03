// The group of a real server: what scripts share in it outlives the server's processes, and their own.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../client/index.ts';
import { ServerProcess } from '../load-test/server-process.ts';
import { Member } from './multiprocessing/shared/test-member.ts';
import { untilGone } from './multiprocessing/test-processes.ts';
import { Group, type Lock } from './multiprocessing/toolkit.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'holdfast-group-'));
  cleanUps.push(() => rmSync(data, { recursive: true, force: true }));
});

const SOON_MS = 20_000;
const soon = { timeout: SOON_MS, interval: 20 };

/** Its `prepare`, in a process of the coordinator's pool, tells the group of it. */
const helpedGame = `import { defineGame } from 'holdfast/game';
  import { Group } from 'holdfast/multiprocessing';
  export async function makeWorld() {
    // A spare process rehearses it, without a group.
    if (process.title !== 'holdfast pool') return {};
    const worlds = await (await Group.current()).queue('worlds');
    await worlds.put('made by ' + process.title);
    return {};
  }
  export default defineGame({
    name: 'helped', text: 'Has help.', ticksPerSecond: 20, playersMax: 9, entities: {},
    state: () => ({}),
    prepare: { module: import.meta.url, run: makeWorld },
    commands: {},
  });`;

async function serve(...args: string[]): Promise<ServerProcess> {
  const server = await ServerProcess.start({
    args: ['--data', data, '--workers', '1', '--restarts-max', '100', ...args],
  });
  cleanUps.push(() => server.stop());
  return server;
}

async function entered(): Promise<Group> {
  const group = await Group.ofServer(data, { timeoutMs: SOON_MS });
  cleanUps.push(() => group.close());
  return group;
}

/** A script of its own. */
async function member(): Promise<Member> {
  const started = await Member.start({ HOLDFAST_GROUP: data, HOLDFAST_GROUP_KEY: '' });
  cleanUps.push(() => started.kill());
  return started;
}

async function coordinatorOf(server: ServerProcess): Promise<number> {
  return (await server.processes()).find(({ role }) => role === 'coordinator')!.pid;
}

async function killCoordinator(server: ServerProcess): Promise<void> {
  const pid = await coordinatorOf(server);
  process.kill(pid, 'SIGKILL');
  await untilGone([pid]);
}

async function untilWaiting(lock: Lock, waiting: number): Promise<void> {
  while ((await lock.waiting()) < waiting) await new Promise(setImmediate);
}

const written = () => JSON.parse(readFileSync(join(data, 'group.json'), 'utf8'));

describe('A lock in the group of a server', () => {
  it('stays with its holder when the coordinator is killed, and goes on in line', async () => {
    const server = await serve();
    const group = await entered();
    const lock = await group.lock('l');
    const [ada, bob] = [await member(), await member()];
    const fence = Number(await ada.ask(['lock', 'l'], 'acquire'));
    const bobs = bob.ask(['lock', 'l'], 'acquire');
    await untilWaiting(lock, 1);
    await killCoordinator(server);
    await expect(lock.acquire({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect([await lock.isLocked(), await lock.waiting()]).toEqual([true, 1]);
    await ada.ask(['lock', 'l'], 'release');
    expect(await bobs).toBe(fence + 1);
  });

  it('goes to who waits when its holder is killed', async () => {
    const server = await serve();
    const lock = await (await entered()).lock('l');
    const [ada, bob, cat] = [await member(), await member(), await member()];
    const fence = Number(await ada.ask(['lock', 'l'], 'acquire'));
    const bobs = bob.ask(['lock', 'l'], 'acquire');
    await untilWaiting(lock, 1);
    const cats = cat.ask(['lock', 'l'], 'acquire');
    await untilWaiting(lock, 2);
    await ada.kill();
    expect(await bobs).toBe(fence + 1);
    // Also one that dies while nobody serves.
    await Promise.all([killCoordinator(server), bob.kill()]);
    expect(await cats).toBe(fence + 2);
  });

  it('stays with its holder through a rolling restart', async () => {
    const server = await serve();
    const lock = await (await entered()).lock('l');
    const held = await lock.acquire();
    expect(await server.admin.restart()).toBe(true);
    await vi.waitFor(async () => expect(await server.admin.restartState()).toBe('idle'), soon);
    const waiting = (await member()).ask(['lock', 'l'], 'acquire');
    await untilWaiting(lock, 1);
    expect(held.isHeld).toBe(true);
    const { fence } = held;
    held.release();
    expect(await waiting).toBe(fence + 1);
  });
});

describe('Queues and values in the group of a server', () => {
  it('are as they were after a kill of the coordinator and a restart of the server', async () => {
    const server = await serve();
    const group = await entered();
    const [queue, value] = [await group.queue<number>('q'), await group.value('n', 0)];
    const lock = await group.lock('l');
    const held = await lock.acquire();
    for (const item of [1, 2, 3]) await queue.put(item);
    await value.set(7);
    await killCoordinator(server);
    expect([await queue.get(), await value.add(1)]).toEqual([1, 8]);
    const { key } = written();
    await server.stop();
    // What is asked meanwhile waits for the next server.
    const meanwhile = value.add(1);
    await serve();
    expect([await queue.get(), await meanwhile, await queue.size()]).toEqual([2, 9, 1]);
    expect([held.isHeld, await lock.isLocked()]).toEqual([true, true]);
    expect(written().key).toBe(key);
  });
});

describe('The group of a server', () => {
  it('has files that only its user can read', async () => {
    await serve();
    await entered();
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(modeOf(join(data, 'group.json'))).toBe('600');
    expect(modeOf(join(data, 'shared'))).toBe('700');
    expect(modeOf(join(data, 'shared', 'sync.log'))).toBe('600');
    expect(modeOf(dirname(written().path))).toBe('700');
  });

  it('refuses a wrong key', async () => {
    await serve();
    await entered();
    writeFileSync(join(data, 'group.json'), JSON.stringify({ ...written(), key: 'ab'.repeat(32) }));
    await expect(Group.ofServer(data)).rejects.toMatchObject({ code: 'AUTHENTICATION' });
  });

  it('is none without a server, which is said with what to do', async () => {
    const none = Group.ofServer(data, { timeoutMs: 0 });
    await expect(none).rejects.toMatchObject({ code: 'NO_GROUP' });
    await expect(none).rejects.toThrow('start one with it (--data)');
    const server = await serve();
    await entered();
    await server.stop();
    const gone = Group.ofServer(data, { timeoutMs: 0 });
    await expect(gone).rejects.toMatchObject({ code: 'NO_GROUP' });
    await expect(gone).rejects.toThrow('start one with it (--data)');
  });

  it('is not served from a journal that is damaged, and the game goes on', async () => {
    const server = await serve();
    await (await (await entered()).queue('q')).put('x');
    await server.stop();
    const journal = join(data, 'shared', 'sync.log');
    const bytes = readFileSync(journal);
    bytes[0]! ^= 1;
    writeFileSync(journal, bytes);
    const again = await serve();
    const said = () => again.log.find(({ msg }) => msg?.includes('not served'));
    await vi.waitFor(() => expect(said()?.msg).toContain('its bytes are damaged'), soon);
    expect(said()?.level).toBe('error');
    await using client = await connect({ port: again.port, name: 'ann' });
    expect(await client.lobby.call('rooms')).toBeTypeOf('object');
    expect(readFileSync(journal)).toEqual(bytes);
  });

  it('waits for a disk that is full, and loses nothing that was answered', async () => {
    const disk = join(data, 'disk');
    const server = await serve('--fault-disk', disk);
    const value = await (await entered()).value('n', 0);
    expect(await value.add(1)).toBe(1);
    const coordinator = await coordinatorOf(server);
    writeFileSync(disk, 'full');
    const added: Promise<number>[] = [];
    const said = () => server.log.some(({ msg }) => msg?.includes('the disk is full'));
    await vi.waitFor(() => {
      added.push(value.add(1));
      expect(said()).toBe(true);
    }, soon);
    expect(await Promise.race([added.at(-1), 'nothing'])).toBe('nothing');
    writeFileSync(disk, '');
    expect(await Promise.all(added)).toEqual(added.map((_, i) => i + 2));
    expect(await value.get()).toBe(added.length + 1);
    expect(await coordinatorOf(server)).toBe(coordinator);
  });

  it('is found by the program of the document, run beside the server', async () => {
    const server = await serve();
    const document = new URL('../docs/MULTIPROCESSING.md', import.meta.url);
    const blocks = readFileSync(document, 'utf8').matchAll(/```ts\n([\s\S]*?)```/g);
    const code = [...blocks].map(([, text]) => text!).find((text) => text.includes('ofServer'))!;
    const door = join(import.meta.dirname, 'multiprocessing/toolkit.ts');
    const program = join(data, 'program.ts');
    const here = code.replace("'holdfast/multiprocessing'", JSON.stringify(door));
    writeFileSync(program, here.replace("'data'", JSON.stringify(data)));
    const run = () => promisify(execFile)(process.execPath, [program]);
    expect((await run()).stdout).toBe('1\n');
    const backup = await (await entered()).lock('backup');
    const held = await backup.acquire();
    await expect(run()).rejects.toThrow('backup');
    held.release();
    expect((await run()).stdout).toBe('2\n');
    const objects = () => server.metric('holdfast_group_objects');
    await vi.waitFor(async () => expect(await objects()).toBe(2), soon);
  });

  it('is that of the processes that the server starts', async () => {
    const game = join(data, 'helped.ts');
    writeFileSync(game, helpedGame);
    const server = await serve('--game', game);
    const queue = await (await entered()).queue<string>('worlds');
    await using client = await connect({ port: server.port, name: 'ann' });
    await client.join({ game: 'helped' });
    expect(await queue.get({ timeoutMs: SOON_MS })).toBe('made by holdfast pool');
  });
});
