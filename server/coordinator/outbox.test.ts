// What a room does to accounts is part of its state until it is settled.
import { describe, expect, it } from 'vitest';
import { stateHash } from '../store/index.ts';
import type { Input } from './inputs.ts';
import { RoomState } from './room-state.ts';
import { tally } from './test-game.ts';

const join: Input = { kind: 'join', player: 1, name: 'ann', account: 'A', fence: 3 };
let seq = 0;

function newState(...inputs: Input[]): RoomState {
  seq = 0;
  const state = new RoomState(tally, { id: 7, seed: 1, now: 0 });
  state.apply(1, [join, ...inputs]);
  return state;
}

const bank = (kind: string, amount: number, item = 'coin'): Input => ({
  kind: 'command',
  player: 1,
  seq: ++seq,
  name: 'bank',
  args: { kind, amount, item },
  call: true,
});

const settled = (n: number, accepted = true, balance = 0): Input => ({
  kind: 'settled',
  n,
  accepted,
  balance,
});

const numbers = (effects: readonly { n: number }[]): number[] => effects.map(({ n }) => n);
const told = (state: RoomState) => (state.room.state as { applied: string[] }).applied;

describe('The outbox of a room', () => {
  it('says each effect once, with whose account it is and the fencing number', () => {
    const state = newState();
    const { effects } = state.apply(2, [bank('deposit', 5), bank('withdraw', 2)]);
    expect(effects).toMatchObject([
      { n: 1, kind: 'deposit', account: 'A', fence: 3, name: 'ann', item: 'coin', amount: 5 },
      { n: 2, kind: 'withdraw', amount: 2 },
    ]);
    expect(state.apply(3, []).effects).toEqual([]);
  });

  it('keeps effects until they are settled, in any order, and tells the game once', () => {
    const state = newState();
    state.apply(2, [bank('deposit', 5), bank('deposit', 6), bank('balance', 0)]);
    expect(state.effectsSeen).toBe(0);
    state.apply(3, [settled(2, false, 1), settled(2, false, 1), settled(9)]);
    expect(numbers(state.effects)).toEqual([1, 3]);
    state.apply(4, [settled(1, true, 6)]);
    expect(state.effectsSeen).toBe(2);
    state.apply(4, [settled(3, true, 6)]);
    expect([state.effectsSeen, state.effects]).toEqual([3, []]);
    expect(told(state)).toEqual([
      '2 deposit 6 coin of 1 refused: 1',
      '1 deposit 5 coin of 1 accepted: 6',
      '3 balance 0 coin of 1 accepted: 6',
    ]);
  });

  it('comes back with the room, with numbers that go on', () => {
    const state = newState();
    state.apply(2, [bank('deposit', 5), bank('deposit', 6)]);
    state.apply(3, [settled(1)]);
    const again = RoomState.restore(tally, { id: 7, saved: structuredClone(state.save()) });
    expect(again.effects).toEqual(state.effects);
    expect(again.apply(4, [bank('deposit', 7)]).effects).toMatchObject([{ n: 3, account: 'A' }]);
    expect(again.fenceOf(1)).toBe(3);
  });

  it('settles what is left for a player who has gone', () => {
    const state = newState(bank('deposit', 5));
    state.apply(2, [{ kind: 'leave', player: 1 }]);
    state.apply(3, [settled(1, false)]);
    expect(told(state)).toEqual(['1 deposit 5 coin of 1 refused: 0']);
  });

  it('takes the account that a player has now', () => {
    const state = newState();
    state.apply(2, [{ kind: 'account', player: 1, account: 'B', fence: 8 }]);
    const { effects } = state.apply(3, [bank('deposit', 5)]);
    expect(effects).toMatchObject([{ account: 'B', fence: 8 }]);
  });

  it.each([
    ['deposit', 1, 'gold', 'the game has no item "gold": its items are coin'],
    ['deposit', -1, 'coin', 'a whole number from 0'],
    ['withdraw', 0.5, 'coin', 'a whole number from 0'],
  ])('refuses to %s %d %s', (kind, amount, item, text) => {
    const state = newState();
    const { failures, effects } = state.apply(2, [bank(kind, amount, item)]);
    expect(effects).toEqual([]);
    expect(String(failures[0]?.error)).toContain(text);
  });

  it('has an end', () => {
    const state = newState();
    for (let i = 0; i < 10_000; i++) state.apply(2, [bank('deposit', 1)]);
    expect(state.room.bank.isFull).toBe(true);
    const { failures } = state.apply(3, [bank('deposit', 1)]);
    expect(String(failures[0]?.error)).toContain('under way');
    state.apply(4, [settled(5)]);
    expect(state.room.bank.isFull).toBe(false);
  });

  it('is not in what a room saves that has none: such rooms are as they were before', () => {
    const state = new RoomState(tally, { id: 7, seed: 1, now: 0 });
    state.apply(1, [{ kind: 'join', player: 1, name: 'ann' }]);
    const saved = state.save();
    expect(Object.keys(saved)).not.toContain('outbox');
    const restored = RoomState.restore(tally, { id: 7, saved });
    expect(stateHash(restored.save())).toBe(stateHash(saved));
  });
});
