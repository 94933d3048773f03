// Where two states first differ: the path that an author understands, and both values.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asWritten, stateHash } from '../store/index.ts';
import { plainValue } from '../store/test-plain-value.ts';
import { firstDifference, inValues } from './first-difference.ts';
import { RoomState, type SavedRoom } from './room-state.ts';
import { tally } from './test-game.ts';

function saved(change: (state: RoomState) => void = () => {}): SavedRoom {
  const state = new RoomState(tally, { id: 1, seed: 1, now: 0 });
  state.apply(
    1,
    [1, 2, 3].map((player) => ({ kind: 'join', player, name: `p${player}` })),
  );
  change(state);
  return asWritten(state.save());
}

describe('Two states of a room', () => {
  it('that are equal differ nowhere', () => {
    expect(firstDifference(saved(), saved())).toBeUndefined();
  });

  it.each<[string, (state: RoomState) => void, string, string, string]>([
    [
      'a field',
      ({ room }) => {
        (room.entities.token!.get(2) as unknown as { count: number }).count = 7;
      },
      'entities.token[2].count',
      '0',
      '7',
    ],
    [
      'an entity that is gone',
      ({ room }) => room.entities.token!.remove(room.entities.token!.get(1)!),
      'entities.token[1]',
      '{"x":',
      'nothing',
    ],
    [
      'one more entity',
      ({ room }) => room.entities.sign!.add({ text: 'hi' }),
      'entities.sign[4]',
      'nothing',
      '{"text":"hi"}',
    ],
    [
      'the memory',
      ({ room }) => (room.state as { applied: unknown[] }).applied.push('x'),
      'state.applied[0]',
      'nothing',
      '"x"',
    ],
    [
      'a player’s connection',
      (state) => state.apply(1, [{ kind: 'connection', player: 2, connected: false }]),
      'players[2].connected',
      'true',
      'false',
    ],
    [
      'who is there',
      (state) => state.apply(1, [{ kind: 'join', player: 9, name: '' }]),
      'entities.token[4]',
      'nothing',
      '{"x":',
    ],
    ['only the random numbers', ({ room }) => room.random.float(), 'random[0]', '', ''],
    ['only the tick', (state) => state.apply(1, []), 'tick', '1', '2'],
  ])('that differ in %s say so', (_what, change, path, left, right) => {
    const found = firstDifference(saved(), saved(change))!;
    expect(found.path).toBe(path);
    expect(found.left.startsWith(left)).toBe(true);
    expect(found.right.startsWith(right)).toBe(true);
    expect(firstDifference(saved(change), saved())).toEqual({
      path,
      left: found.right,
      right: found.left,
    });
  });

  it('that differ in the order of their players say who there is', () => {
    const one = saved();
    const other = { ...one, players: one.players.toReversed() };
    expect(firstDifference(one, other)).toEqual({
      path: 'players',
      left: '[1,2,3]',
      right: '[3,2,1]',
    });
  });
});

describe('Two values', () => {
  it('differ somewhere exactly if their hashes do', () => {
    const of = (state: unknown) => stateHash({ state, entities: [], players: [] } as never);
    fc.assert(
      fc.property(plainValue, plainValue, (a, b) => {
        expect(inValues('', a, asWritten(a))).toBeUndefined();
        expect(inValues('', a, b) === undefined).toBe(of(a) === of(b));
      }),
    );
  });

  it.each([
    [undefined, null, 'undefined', 'null'],
    [Number.NaN, 0, 'NaN', '0'],
    [[1], { 0: 1 }, '[1]', '{"0":1}'],
    [new Map([[1, 2]]), {}, 'a Map', '{}'],
    ['x'.repeat(100), '', `"${'x'.repeat(79)}…`, '""'],
  ])('that JSON would not tell apart are told apart (%#)', (a, b, left, right) => {
    expect(inValues('state', a, b)).toEqual({ path: 'state', left, right });
  });

  it('of which one lacks a member that the other has as undefined differ', () => {
    expect(inValues('', { a: undefined }, {})).toEqual({
      path: 'a',
      left: 'undefined',
      right: 'nothing',
    });
  });
});
