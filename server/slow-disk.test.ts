// A disk that is slow or full while a room is opened: who asked waits or is refused, and nobody else.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../client/index.ts';
import { ServerProcess } from '../load-test/server-process.ts';

const gameFor = (playersMax: number) => `import { defineGame, Type } from 'holdfast/game';
  export default defineGame({
    name: 'tally', text: 'Counts.', ticksPerSecond: 20, playersMax: ${playersMax},
    entities: { score: { count: 'u32' } },
    state: () => ({ total: 0 }),
    join: (room) => room.entities.score.add({}),
    commands: { add: { args: Type.Object({}), run: (room) => ++room.state.total } },
  });`;

/** A server whose disk is as the file `fault` says, and two clients, of whom one has a room for itself. */
async function scene(playersMax = 1) {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const fault = join(data, 'fault');
  const path = join(data, 'tally.ts');
  writeFileSync(path, gameFor(playersMax));
  const args = ['--data', data, '--game', path, '--fault-disk', fault, '--workers', '1'];
  const server = await ServerProcess.start({ args });
  const [player, other] = await Promise.all(
    ['ada', 'bob'].map((name) => connect({ port: server.port, name })),
  );
  onTestFinished(async () => {
    await Promise.all([player!.close(), other!.close()]);
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  });
  const room = await player!.join({ game: 'tally' });
  return { server, fault, room, other: other! };
}

it('While a room is opened on a slow disk, the ticks of the others go on', async () => {
  const { fault, room, other } = await scene();
  writeFileSync(fault, 'sync 1500');
  const ticks = (total: number) => expect.poll(() => room.call('add')).toBeGreaterThan(total);
  // Ticks let the server look at the file.
  await ticks(5);
  let isOpen = false;
  const opening = other.join({ game: 'tally' }).then((opened) => {
    isOpen = true;
    return opened;
  });
  await other.lobby.call('online');
  await ticks(15);
  expect(isOpen).toBe(false);
  rmSync(fault);
  expect((await opening).number).toBe(2);
});

it('A room that a full disk does not take is refused, and is there when there is space', async () => {
  const { server, fault, room, other } = await scene();
  await fillDisk(server, fault);
  await expect(other.join({ game: 'tally' })).rejects.toMatchObject({ code: 'ROOM_NOT_STORED' });
  rmSync(fault);
  expect(await room.call('add')).toBe(1);
  expect((await other.join({ game: 'tally' })).number).toBeGreaterThan(1);
});

it('A full disk is said to players and operators, and what players sent is applied when there is space', async () => {
  const { server, fault, room, other } = await scene(9);
  const told: unknown[] = [];
  other.lobby.on('event', (name, data) => told.push([name, (data as Told).writable]));
  const ready = () => fetch(`http://127.0.0.1:${server.adminPort}/readyz`);
  await fillDisk(server, fault);
  const refused = expect(other.join({ game: 'tally' })).rejects.toMatchObject({
    code: 'ROOM_STALLED',
  });
  const waiting = room.call('add');
  await expect.poll(() => told).toEqual([['storage', false]]);
  // Both joins are refused: the one from before the room stood still, and one now.
  await refused;
  await expect(other.join({ game: 'tally' })).rejects.toMatchObject({ code: 'ROOM_STALLED' });
  const newcomer = connect({ port: server.port, name: 'eve', connectTimeoutMs: 1000 });
  await expect(newcomer).rejects.toMatchObject({ code: 'SESSION_NOT_STORED' });
  const refusal = await ready();
  expect(refusal.status).toBe(503);
  expect(await refusal.json()).toMatchObject({
    reason: expect.stringMatching(/cannot be written: .*disk is full.*1 room stands still/s),
  });
  await expect.poll(() => server.metric('holdfast_rooms_stalled')).toBe(1);
  for (const part of ['room', 'session']) {
    const failures = () => server.metric('holdfast_write_failures_total', { part });
    await expect.poll(failures).toBeGreaterThan(0);
  }
  expect(await server.metric('holdfast_data_free_bytes')).toBeGreaterThan(0);
  rmSync(fault);
  expect(await waiting).toBe(1);
  await expect.poll(async () => (await ready()).status).toBe(200);
  await expect.poll(() => told.at(-1)).toEqual(['storage', true]);
  expect((await other.join({ game: 'tally' })).number).toBe(1);
});

/** Resolves when the server has found the disk full. */
async function fillDisk(server: ServerProcess, fault: string): Promise<void> {
  writeFileSync(fault, 'full');
  const isSaid = () => server.log.some(({ msg }) => msg?.includes('acknowledged'));
  await expect.poll(isSaid).toBe(true);
}

interface Told {
  readonly writable: boolean;
}
