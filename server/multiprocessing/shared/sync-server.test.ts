// The coordinator's door: who is let in, and what outlives broken connections and its own death.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuthenticationError, GroupError } from '../errors.ts';
import { Group, runTask } from './index.ts';
import { SyncServer } from './sync-server.ts';
import { GREETING_BYTES, WIRE_VERSION } from './wire.ts';

const key = Buffer.alloc(32, 7);
let directory: string;
let path: string;
let server: SyncServer;
const groups: Group[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  path = join(directory, 'socket');
  server = await SyncServer.listen({ path, key });
});
afterEach(async () => {
  await Promise.all(groups.splice(0).map((group) => group.close()));
  await server.close();
  rmSync(directory, { recursive: true });
});

async function member(at = path, known = key): Promise<Group> {
  const environment = { HOLDFAST_GROUP: at, HOLDFAST_GROUP_KEY: known.toString('hex') };
  const group = await Group.join(environment);
  groups.push(group);
  return group;
}

/** Between a client and the coordinator: cuts what passes through. */
async function fault() {
  const sockets = new Set<Socket>();
  const at = join(directory, 'fault');
  const proxy = createServer((socket) => {
    const onward = connect(path);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(one);
      one.on('data', (data) => other.write(data)).on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await once(proxy.listen(at), 'listening');
  return {
    path: at,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () => proxy.close(),
  };
}

async function serverOfAnotherVersion(at: string) {
  const greeting = Buffer.alloc(GREETING_BYTES, WIRE_VERSION + 1);
  let asked = 0;
  const newer = createServer((socket) => {
    socket.once('data', () => {
      asked++;
      socket.write(greeting);
    });
  });
  await once(newer.listen(at), 'listening');
  return { timesAsked: () => asked, close: () => newer.close() };
}

describe('A stranger', () => {
  it('with a wrong key is refused', async () => {
    await expect(member(path, Buffer.alloc(32, 8))).rejects.toThrow(AuthenticationError);
    expect(server.counts.owners).toBe(0);
  });

  it('that says nonsense is cut off, and costs the others nothing', async () => {
    const group = await member();
    const socket = connect(path);
    socket
      .on('error', () => {})
      .resume()
      .write(Buffer.alloc(10_000, 0xff));
    await once(socket, 'close');
    expect(await (await group.value('n', 1)).get()).toBe(1);
  });

  it('cannot have answered where others could enter the directory', async () => {
    chmodSync(directory, 0o755);
    await expect(member()).rejects.toMatchObject({ code: 'AUTHENTICATION' });
  });

  it.runIf(process.getuid!() === 0)('of another user cannot reach it', async () => {
    const script = `require('net').connect(${JSON.stringify(path)})
      .on('error', (error) => console.log(error.code)).on('connect', () => console.log('in'))`;
    const stranger = spawn('/proc/self/exe', ['-e', script], { uid: 65_534, gid: 65_534 });
    const [said] = await once(stranger.stdout, 'data');
    expect(String(said).trim()).toBe('EACCES');
  });

  it('is told that the coordinator is of another version', async () => {
    const other = join(directory, 'other');
    const newer = await serverOfAnotherVersion(other);
    await expect(member(other)).rejects.toMatchObject({ code: 'OTHER_VERSION' });
    newer.close();
  });

  it('is told that there is nobody, or no group', async () => {
    await expect(member(join(directory, 'none'))).rejects.toMatchObject({ code: 'DISCONNECTED' });
    await expect(Group.join({})).rejects.toThrow(GroupError);
  });
});

describe('A connection that breaks', () => {
  it('loses and doubles nothing, of 64 in flight', async () => {
    const between = await fault();
    const group = await member(between.path);
    const value = await group.value('n', 0);
    const seen: number[] = [];
    let cuts = 0;
    const raise = async () => {
      for (let i = 0; i < 50; i++) {
        seen.push(await value.add(1));
        if (seen.length % 160 !== 0) continue;
        between.cut();
        cuts++;
      }
    };
    await Promise.all(Array.from({ length: 64 }, raise));
    expect([cuts, await value.get()]).toEqual([20, 3200]);
    expect(new Set(seen).size).toBe(3200);
    await group.close();
    between.close();
  });

  it('leaves locks with their holders and waiters in their line', async () => {
    const between = await fault();
    const group = await member(between.path);
    const direct = await member();
    const lock = await group.lock('l');
    const held = await lock.acquire();
    const theirs = (await direct.lock('l')).acquire();
    const mine = runTask(() => lock.acquire());
    while ((await lock.waiting()) < 2) await new Promise(setImmediate);
    between.cut();
    held.release();
    (await theirs).release();
    expect((await mine).isHeld).toBe(true);
    await group.close();
    between.close();
  });
});

describe('A coordinator that took the place of a dead one', () => {
  it('gives locks back to their holders before others get them', async () => {
    const [ada, bob] = [await member(), await member()];
    const held = await (await ada.lock('l')).acquire();
    const waiting = (await bob.lock('l')).acquire();
    await server.close();
    server = await SyncServer.listen({ path, key, forgot: true, graceMs: 300 });
    expect(await (await bob.lock('l')).isLocked()).toBe(true);
    held.release();
    expect((await waiting).fence).toBeGreaterThan(held.fence);
  });

  it('ends all waits at once where it is of another version', async () => {
    const group = await member();
    const waiting = (await group.queue('q')).get();
    await server.close();
    const newer = await serverOfAnotherVersion(path);
    await expect(waiting).rejects.toMatchObject({ code: 'OTHER_VERSION' });
    expect(newer.timesAsked()).toBe(1);
    newer.close();
  });

  it('is started by the first program, under the same address', async () => {
    await using group = await Group.start();
    const lock = await group.lock('l');
    const held = await lock.acquire();
    process.kill(group.coordinatorPid!, 'SIGKILL');
    await expect(runTask(() => lock.acquire({ timeoutMs: 50 }))).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    expect(held.isHeld).toBe(true);
    held.release();
    expect(await lock.isLocked()).toBe(false);
  });
});
