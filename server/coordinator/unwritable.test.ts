// What a state must not hold is named by its path, with the value to store instead.
import { describe, expect, it } from 'vitest';
import { RoomState } from './room-state.ts';
import { tally } from './test-game.ts';
import { unwritable } from './unwritable.ts';

class Point {
  x = 1;
}
const circle: Record<string, unknown> = { a: [] };
(circle.a as unknown[]).push(circle);
const { room } = new RoomState(tally, { id: 1, seed: 1, now: 0 });
const state = new RoomState(tally, { id: 1, seed: 1, now: 0 });
state.apply(1, [{ kind: 'join', player: 1, name: 'ada' }]);
const [player] = state.room.players.values();
const [entity] = Object.values(state.room.entities).flatMap((table) => [...table]);

const found: [unknown, string][] = [
  [
    { players: [{}, { since: new Date(0) }] },
    'state.players[1].since is a Date: store milliseconds (room.now)',
  ],
  [{ seats: new Map() }, 'state.seats is a Map: store a plain object ({ [key]: value })'],
  [new Set(), 'state is a Set: store an array'],
  [
    { at: new Point() },
    'state.at is an object of class Point: store a plain object, which has no methods',
  ],
  [{ next: () => 1 }, 'state.next is a function: keep functions in the module, not in the state'],
  [[1n], 'state[0] is a BigInt: store a number, or its digits as a string'],
  [{ 'a b': Symbol('x') }, 'state["a b"] is a symbol: store a string'],
  [{ map: new Uint8Array(4) }, 'state.map is a Uint8Array: store an array of numbers (Array.from)'],
  [{ map: Buffer.from('x') }, 'state.map is a Buffer: store an array of numbers (Array.from)'],
  [
    { map: new ArrayBuffer(4) },
    'state.map is an ArrayBuffer: store an array of numbers (Array.from)',
  ],
  [{ word: /x/ }, 'state.word is a RegExp: store its text, or keep it outside of the state'],
  [{ bad: new TypeError('x') }, 'state.bad is a TypeError: store its message'],
  [
    { work: Promise.resolve() },
    'state.work is a Promise: a step cannot wait: store the value itself',
  ],
  [
    { board: new Array(9) },
    'state.board[0] is a hole in the array: fill it (new Array(9).fill(0))',
  ],
  [JSON.parse('{"a":{"__proto__":1}}'), 'state.a has a key __proto__: give it another name'],
  [{ by: player }, 'state.by is a player: store player.id, and find it by room.players.get(id)'],
  [
    { boss: entity },
    'state.boss is an entity: store its id, and find it by room.entities.….get(id)',
  ],
];

describe('A state that cannot be written', () => {
  it.each(found)('%#: is told by the path of the value', (value, sentence) => {
    expect(unwritable(value, 'state').problem).toBe(sentence);
  });

  it('holds itself', () => {
    const { problem } = unwritable(circle, 'state');
    expect(problem).toMatch(/^state\.a\[0\]\.a\[0\].* is nested deeper than 100: it holds itself/);
    expect(problem!.length).toBeLessThan(300);
  });

  it('holds the room, whose parts are no plain values', () => {
    expect(unwritable({ room }, 'state').problem).toBe(
      'state.room is a part of the room: store the number that it is found by',
    );
  });
});

describe('A state that can be written', () => {
  it('holds undefined, NaN and infinite numbers, which are read back as they are', () => {
    const value = { a: undefined, b: Number.NaN, c: [Number.POSITIVE_INFINITY, null, 'x', true] };
    expect(unwritable(value, 'state')).toEqual({ problem: undefined, values: 8 });
  });
});
