// Which input is left out when a recovery has ended with its process, and when the room is given up.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../config.ts';
import { readConfig } from '../read-config.ts';
import type { Input } from './inputs.ts';
import { replay, setCulpritAside } from './recovery.ts';
import { snapshotOf } from './room-snapshot.ts';
import { RoomState, type SavedRoom } from './room-state.ts';
import { FileStorage } from './storage.ts';
import { quietTally } from './test-game.ts';
import { guard, log, metrics } from './test-room.ts';

const ROOM = 3;
const add = (seq: number): Input => {
  return { kind: 'command', player: 1, seq, name: 'add', args: { by: seq }, call: false };
};

let data: string;
let storage: FileStorage;
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  storage = await FileStorage.open({ ...readConfig([]), data } as Config);
  const state = new RoomState(quietTally, { id: ROOM, seed: 1, now: 1 });
  const first = snapshotOf(quietTally, state);
  const room = await storage.createRoom(ROOM, first);
  room.append(1, 10, [{ kind: 'join', player: 1, name: 'ada' }, add(1)]);
  room.append(2, 20, [add(2), add(3), add(4), add(5), { kind: 'leave', player: 2 }]);
  await room.close();
});
afterEach(async () => {
  await storage.close();
  rmSync(data, { recursive: true });
});

/** A recovery that ends with its process. @returns whether the one after it may go on. */
function endAt(tick: number, index: number): boolean {
  storage.beginRecovery(ROOM).at(tick, index);
  const attempt = storage.beginRecovery(ROOM);
  const goesOn = setCulpritAside(ROOM, attempt, storage, { log, metrics });
  attempt.end();
  return goesOn;
}

async function recovered() {
  const { storage: journal, recovered } = storage.recoverRoom(ROOM);
  await journal.close();
  const saved = recovered.snapshot.saved as SavedRoom;
  const state = RoomState.restore(quietTally, { id: ROOM, saved });
  const attempt = storage.beginRecovery(ROOM);
  const { untold } = await replay(state, recovered.batches, attempt, guard);
  attempt.end();
  const { applied } = state.room.state as { applied: string[] };
  return { applied, seqs: untold.map(({ seq }) => seq), ledger: state.ledgerOf(1)!.applied };
}

describe('A recovery after one that ended with its process', () => {
  it('leaves out the command of the last batch at which that was, and nothing else', async () => {
    expect(endAt(2, 1)).toBe(true);
    expect(await recovered()).toEqual({
      applied: ['ada 1', 'ada 2', 'ada 4', 'ada 5'],
      seqs: [3],
      ledger: 5,
    });
  });

  it('leaves out nothing where it is not sure', async () => {
    expect([endAt(1, -1), endAt(1, 1), endAt(0, -1)]).toEqual([true, true, true]);
    expect(await recovered()).toMatchObject({ seqs: [], ledger: 5 });
  });

  it('gives up a room of which three commands were left out', async () => {
    expect([endAt(2, 0), endAt(2, 1), endAt(2, 2)]).toEqual([true, true, true]);
    expect(await recovered()).toMatchObject({ seqs: [2, 3, 4], applied: ['ada 1', 'ada 5'] });
    expect(endAt(2, 3)).toBe(false);
  });

  it.each([
    ['the hook of another input', 4],
    ['the game’s tick', 5],
    ['what the game says about the room', 6],
  ])('gives up a room that %s ends', (_what, index) => {
    expect(endAt(2, index)).toBe(false);
  });
});
