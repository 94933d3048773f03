// A room and the bank: effects are handed over until they are settled, and the answer is an input.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Beat } from './beat.ts';
import { DiskHealth } from './disk-health.ts';
import { FakeLink } from './fake-link.ts';
import { pass, settlePromises, startTime, stopTime } from './fake-time.ts';
import { Room } from './room.ts';
import type { RoomOptions } from './room-options.ts';
import { RoomState, type SavedRoom } from './room-state.ts';
import { Session } from './session.ts';
import { FakeBank } from './test-accounts.ts';
import { tally } from './test-game.ts';
import { guard, log, metrics, replayGuard, TestRoom, TICK_MS } from './test-room.ts';
import { forgetfulRoom, noFiles } from './test-storage.ts';

beforeEach(() => stopTime());
afterEach(startTime);

const numbers = ({ given }: FakeBank) => given.map(({ effects }) => effects.map(({ n }) => n));
const applied = (state: unknown) => (state as { applied: string[] }).applied;

async function withDeposit(storage = forgetfulRoom, game = tally, changes: object = {}) {
  const test = new TestRoom(game, 4, storage, changes);
  const link = new FakeLink();
  const session = test.joined(link);
  test.send(session, 1, 'bank', { kind: 'deposit', amount: 5, item: 'coin' });
  test.step();
  await settlePromises();
  return { test, session, link };
}

describe('An effect on an account', () => {
  it('is handed over after its tick, with the account and fencing number of the session', async () => {
    const { test, session } = await withDeposit();
    expect(test.bank.given).toMatchObject([
      { seen: 0, effects: [{ n: 1, account: session.account, fence: session.fence, amount: 5 }] },
    ]);
  });

  it('is not handed over before the disk has the tick that made it', async () => {
    const secured = Promise.withResolvers<void>();
    const { test } = await withDeposit({ ...forgetfulRoom, secure: () => secured.promise });
    expect(test.bank.given).toEqual([]);
    secured.resolve();
    await settlePromises();
    expect(numbers(test.bank)).toEqual([[1]]);
  });

  it('is handed over with all others of the moment after the last hand-over', async () => {
    const { test, session } = await withDeposit();
    for (const seq of [2, 3]) {
      test.send(session, seq, 'bank', { kind: 'deposit', amount: seq, item: 'coin' });
      test.step();
    }
    await settlePromises();
    expect(numbers(test.bank)).toEqual([[1]]);
    pass(200 - 3 * TICK_MS);
    await settlePromises();
    expect(numbers(test.bank)).toEqual([[1]]);
    pass(TICK_MS);
    await settlePromises();
    expect(numbers(test.bank)).toEqual([[1], [2, 3]]);
  });

  it('that waits when its room ends is handed over at once', async () => {
    let isRemoved = false;
    const remove = async (): Promise<void> => {
      isRemoved = true;
    };
    const { test, session } = await withDeposit({ ...forgetfulRoom, remove });
    test.bank.settle();
    test.send(session, 2, 'bank', { kind: 'deposit', amount: 2, item: 'coin' });
    test.step();
    test.room.end('ROOM_ENDED', 'Over.');
    await settlePromises();
    expect([numbers(test.bank), isRemoved]).toEqual([[[2]], false]);
    test.bank.settle();
    await settlePromises();
    expect(isRemoved).toBe(true);
  });

  it('that waits when its room fails is handed over as well', async () => {
    const { test, session } = await withDeposit();
    test.send(session, 2, 'bank', { kind: 'deposit', amount: 2, item: 'coin' });
    test.step();
    test.send(session, 3, 'fail');
    test.step();
    await settlePromises();
    expect(numbers(test.bank)).toEqual([[1], [2]]);
  });

  it('that waits when its process ends is the next one’s to hand over', async () => {
    const { test, session } = await withDeposit();
    test.send(session, 2, 'bank', { kind: 'deposit', amount: 2, item: 'coin' });
    test.step();
    await test.room.finish();
    pass(1000);
    await settlePromises();
    expect(numbers(test.bank)).toEqual([[1]]);
  });

  it('is answered by an input that is written down like any other', async () => {
    const appended: unknown[] = [];
    const append = (_tick: number, _now: number, inputs: readonly unknown[]): void => {
      appended.push(...inputs);
    };
    const { test } = await withDeposit({ ...forgetfulRoom, append });
    test.bank.settle({ accepted: true, balance: 9 });
    test.step();
    expect(appended.at(-1)).toEqual({ kind: 'settled', n: 1, accepted: true, balance: 9 });
  });

  it('keeps the files of its room until it is settled', async () => {
    let isRemoved = false;
    const remove = async (): Promise<void> => {
      isRemoved = true;
    };
    const { test } = await withDeposit({ ...forgetfulRoom, remove });
    test.room.end('ROOM_ENDED', 'Over.');
    await settlePromises();
    expect([isRemoved, test.bank.ended]).toEqual([false, []]);
    test.bank.settle();
    await settlePromises();
    expect([isRemoved, test.bank.ended]).toEqual([true, [7]]);
  });

  it('keeps the files of its room also where the game has failed', async () => {
    let fails = false;
    const tick = (): void => {
      if (fails) throw new Error('no');
    };
    const kept: unknown[] = [];
    const { test } = await withDeposit(forgetfulRoom, { ...tally, tick } as typeof tally, {
      failed: () => 'rooms/7.quarantined-1',
      keepQuarantined: async (...of: unknown[]) => void kept.push(...of),
    });
    fails = true;
    test.step();
    await settlePromises();
    expect([test.over, kept]).toMatchObject([[{}], []]);
    test.bank.settle();
    await settlePromises();
    const about = { room: 7, game: 'tally', code: 'GAME_ERROR', reason: expect.any(String) };
    expect(kept).toMatchObject(['rooms/7.quarantined-1', about]);
  });
});

describe('A room that was brought back', () => {
  it('hands over all that was not settled, and is told what comes of it', async () => {
    const before = new RoomState(tally, { id: 7, seed: 1, now: 0 });
    const send = { kind: 'command', player: 1, name: 'bank', call: false } as const;
    const args = { kind: 'deposit', amount: 5, item: 'coin' };
    before.apply(1, [{ kind: 'join', player: 1, name: 'ann', account: 'old', fence: 1 }]);
    before.apply(2, [
      { ...send, seq: 1, args },
      { ...send, seq: 2, args },
    ]);
    before.apply(3, [{ kind: 'settled', n: 1, accepted: true, balance: 5 }]);
    const { bank, state } = recovered(before.save());
    await settlePromises();
    expect(bank.given).toMatchObject([{ seen: 1, effects: [{ n: 2, account: 'old' }] }]);
    bank.settle({ accepted: false, balance: 5 });
    pass(TICK_MS);
    expect(applied(state.room.state)).toEqual([
      '1 deposit 5 coin of 1 accepted: 5',
      '2 deposit 5 coin of 1 refused: 5',
    ]);
  });

  it('takes the accounts of its players from their sessions', async () => {
    const before = new RoomState(tally, { id: 7, seed: 1, now: 0 });
    before.apply(1, [{ kind: 'join', player: 1, name: 'ann' }]);
    const session = new Session({
      id: 1,
      token: 'token',
      name: 'ann',
      account: 'her id',
      fence: 3,
    });
    const { state } = recovered(before.save(), session);
    pass(TICK_MS);
    expect(state.save().players).toMatchObject([{ account: session.account, fence: 3 }]);
  });
});

function recovered(saved: SavedRoom, session?: Session) {
  const bank = new FakeBank();
  const state = RoomState.restore(tally, { id: 7, saved });
  const options: RoomOptions = {
    id: 7,
    game: tally,
    state,
    storage: forgetfulRoom,
    files: noFiles,
    beat: new Beat(guard),
    guard,
    replayGuard,
    bank,
    snapshotMs: 10_000,
    places: { noteJoined: () => {}, noteLeft: () => {} },
    sessionOf: () => session,
    diskFailed: () => {},
    failed: () => '',
    keepQuarantined: async () => {},
    inboxPerPlayerMax: 4,
    log,
    metrics,
    health: new DiskHealth(),
    ended: () => {},
  };
  new Room(options);
  return { bank, state };
}
