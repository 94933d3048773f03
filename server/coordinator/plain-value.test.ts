// What game code gives to clients: plain values pass, and nothing that could not be sent.

import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { plainValue as plainArbitrary } from '../../protocol/test-arbitraries.ts';
import type { Game } from '../games/game.ts';
import { copyOfPlain, plainValue } from './plain-value.ts';
import { RoomState } from './room-state.ts';
import { tally } from './test-game.ts';

const cycle: unknown[] = [];
cycle.push({ in: cycle });
const room = new RoomState(tally, { id: 1, seed: 1, now: 0 }).room;

const wrong: [string, unknown][] = [
  ['a function', () => 1],
  ['a symbol', Symbol('x')],
  ['a bigint', 2n ** 70n],
  ['a Map', new Map()],
  ['a Date', new Date(0)],
  ['a Promise', Promise.resolve(1)],
  ['a Uint8Array', new Uint8Array(3)],
  ['an entity: send its fields, such as { x: one.x }', room.entities.token!.add({})],
  ['one nested deeper than 32', cycle],
];

const objectsIn = (value: unknown): object[] =>
  typeof value === 'object' && value !== null
    ? [value, ...Object.values(value).flatMap(objectsIn)]
    : [];

describe('A plain value', () => {
  it('is what both encodings of the wire can carry', () => {
    const packr = new Packr({ useRecords: false });
    fc.assert(
      fc.property(plainArbitrary(3), (value) => {
        expect(plainValue(value)).toBe(value);
        expect(() => [packr.pack(value), JSON.stringify(value)]).not.toThrow();
      }),
    );
  });

  it('has copies that share nothing with it', () => {
    fc.assert(
      fc.property(plainArbitrary(3), (value) => {
        const copy = copyOfPlain(value);
        expect(copy).toStrictEqual(structuredClone(value));
        expect(objectsIn(copy).some((object) => objectsIn(value).includes(object))).toBe(false);
      }),
    );
    const named = JSON.parse('{"__proto__": {"a": 1}}');
    expect(Object.entries(copyOfPlain(named) as object)).toEqual([['__proto__', { a: 1 }]]);
  });

  it('may have properties that are left out', () => {
    expect(plainValue({ a: undefined })).toEqual({});
    expect(plainValue(Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 });
  });

  it.each(wrong)('is not %s, however deep', (what, value) => {
    const error = new TypeError(
      `only plain values can be sent to clients, but the game gave ${what}`,
    );
    expect(() => plainValue(value)).toThrow(error);
    expect(() => plainValue({ list: [1, { value }] })).toThrow(error);
  });
});

describe('A game that gives what cannot be sent', () => {
  const bad = Symbol('bad');
  const joins = [{ kind: 'join', player: 1, name: 'ada' }] as const;
  const stateOf = (part: Partial<Game>) =>
    new RoomState({ ...tally, ...part } as Game, { id: 1, seed: 1, now: 0 });

  it('as the value of a command has failed on that command', () => {
    const state = stateOf({ commands: { odd: { ...tally.commands.roll!, run: () => bad } } });
    const command = {
      kind: 'command',
      player: 1,
      seq: 1,
      name: 'odd',
      args: {},
      call: true,
    } as const;
    const { answers, failures } = state.apply(1, [...joins, command]);
    expect(answers).toMatchObject([{ answer: { code: 'GAME_ERROR' } }]);
    expect(failures).toMatchObject([{ error: expect.any(TypeError) }]);
  });

  it.each([
    ['to one player', (of: RoomState['room']) => of.send(of.players.get(1)!, 'odd', bad)],
    ['to everyone', (of: RoomState['room']) => of.broadcast('odd', { bad })],
  ])('in an event %s has failed there', (_whom, tick) => {
    expect(() => stateOf({ tick }).apply(1, joins)).toThrow(TypeError);
  });

  it('as what the room is about has failed there', () => {
    expect(() => stateOf({ about: () => bad }).about()).toThrow(TypeError);
  });
});
