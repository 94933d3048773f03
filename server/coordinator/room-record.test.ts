// When a room is written down whole, and what follows from a disk that fails.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskHealth } from './disk-health.ts';
import { pass, startTime, stopTime } from './fake-time.ts';
import { type Repeated, RoomRecord } from './room-record.ts';
import { RoomState } from './room-state.ts';
import type { RoomStorage } from './storage.ts';
import { quietTally } from './test-game.ts';
import { log } from './test-room.ts';
import { forgetfulRoom } from './test-storage.ts';

beforeEach(() => stopTime());
afterEach(startTime);

/** A record that takes a snapshot every 10 s, and the ticks at which it has. */
function recordOn(changes: Partial<RoomStorage> = {}, repeated?: Repeated) {
  const state = new RoomState(quietTally, { id: 7, seed: 1, now: 0 });
  const snapshots: number[] = [];
  const failures: unknown[] = [];
  const storage: RoomStorage = {
    ...forgetfulRoom,
    async snapshot({ tick }) {
      snapshots.push(tick);
      return 0;
    },
    ...changes,
  };
  const record = new RoomRecord({
    game: quietTally,
    state,
    storage,
    carriedOver: false,
    repeated,
    snapshotMs: 10_000,
    health: new DiskHealth(),
    log,
    diskFailed: (error) => failures.push(error),
    unwritable: (error) => failures.push(error.message),
  });
  const step = (ms: number, inputs = [{ kind: 'leave', player: 9 } as const]) => {
    state.apply(0, inputs);
    record.applied(inputs, ms);
    record.snapshotIfDue();
  };
  return { record, state, step, snapshots, failures };
}

/** Lets the promises of a snapshot be kept. */
async function written(): Promise<void> {
  for (let i = 0; i < 4; i++) await Promise.resolve();
}

describe('A state that cannot be written', () => {
  it('is the failure of the game, and not of the disk', async () => {
    const { record, state, step, snapshots, failures } = recordOn();
    state.room.state = { players: [{ seats: new Map() }] };
    pass(10_001);
    step(1);
    const sentence = 'state.players[0].seats is a Map: store a plain object ({ [key]: value })';
    expect(failures).toEqual([sentence]);
    await record.finish();
    expect(snapshots).toEqual([]);
  });
});

describe('A room is written down whole', () => {
  it('when that was long ago and something has come', () => {
    const { step, snapshots } = recordOn();
    step(1);
    pass(10_001);
    step(1, []);
    pass(10_001);
    step(1, []);
    expect(snapshots).toEqual([2]);
  });

  it('early where a recovery would have much to repeat, but not all the time', async () => {
    const { step, snapshots } = recordOn();
    step(250);
    expect(snapshots).toEqual([]);
    pass(1001);
    step(1, []);
    await written();
    step(250, []);
    pass(999);
    step(250, []);
    expect(snapshots).toEqual([2]);
    pass(2);
    step(1, []);
    expect(snapshots).toEqual([2, 5]);
  });

  it('as rarely as it is dear', async () => {
    const taken: number[] = [];
    const { step } = recordOn({
      async snapshot({ tick }) {
        taken.push(tick);
        return 30;
      },
    });
    pass(1001);
    step(51);
    await written();
    pass(1001);
    step(599);
    expect(taken).toEqual([1]);
    step(2);
    expect(taken).toEqual([1, 3]);
  });

  it('after a recovery as soon as if its process had lived on', () => {
    const { step, snapshots } = recordOn({}, { roomMs: 7000, ms: 20 });
    pass(2999);
    step(1, []);
    expect(snapshots).toEqual([]);
    pass(2);
    step(1, []);
    expect(snapshots).toEqual([2]);
  });

  it.each([
    { roomMs: 60_000, ms: 20 },
    { roomMs: 5000, ms: 250 },
  ])('soon after a recovery with much to repeat, but not at once', (repeated) => {
    const { step, snapshots } = recordOn({}, repeated);
    pass(999);
    step(1, []);
    expect(snapshots).toEqual([]);
    pass(2);
    step(1, []);
    expect(snapshots).toEqual([2]);
  });

  it('once at a time, and what came meanwhile counts for the next', async () => {
    const writing = Promise.withResolvers<number>();
    const taken: number[] = [];
    const { step } = recordOn({
      snapshot({ tick }) {
        taken.push(tick);
        return writing.promise;
      },
    });
    pass(10_001);
    step(1);
    pass(10_001);
    step(1);
    expect(taken).toEqual([1]);
    writing.resolve(0);
    await written();
    step(1, []);
    expect(taken).toEqual([1, 3]);
  });
});

describe('A disk that does not take what was written', () => {
  it('ends the process, which does not know what it holds', async () => {
    const error = new Error('EIO');
    const { record, failures } = recordOn({ sync: () => Promise.reject(error) });
    pass(1001);
    record.sync();
    await written();
    expect(failures).toEqual([error]);
  });
});
