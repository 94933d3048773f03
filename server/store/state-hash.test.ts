// The hash of a room's state: the same for the same, another for anything else.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical } from './canonical.ts';
import { pack, unpack } from './msgpack.ts';
import type { Saved } from './saved-slices.ts';
import { stateHash as hashOf } from './state-hash.ts';
import { plainValue } from './test-plain-value.ts';

const stateHash = (state: unknown) => hashOf({ state, entities: [], players: [] } as Saved);

describe('The hash of a state', () => {
  it('is the same for what was written and read', () => {
    fc.assert(
      fc.property(plainValue, (value) => {
        expect(stateHash(unpack(pack(value)))).toBe(stateHash(value));
      }),
    );
  });

  it('does not depend on the order of keys, but on that of lists', () => {
    expect(stateHash({ b: { d: 1, c: 2 }, a: 3 })).toBe(stateHash({ a: 3, b: { c: 2, d: 1 } }));
    expect(stateHash([1, 2])).not.toBe(stateHash([2, 1]));
  });

  it('costs a copy only where keys are not in their order', () => {
    const sorted = { 1: 'b', a: [{ c: null, d: [2] }], e: {} };
    expect(canonical(sorted)).toBe(sorted);
    expect(canonical([sorted, { b: sorted, a: 1 }])).toStrictEqual([sorted, { a: 1, b: sorted }]);
    const deep = Array.from({ length: 200 }).reduce((inner) => ({ b: inner, a: 1 }), 0);
    expect(Object.keys(canonical(deep) as object)).toEqual(['a', 'b']);
  });

  it.each([
    [{}, []],
    [{ a: 1 }, ['a', 1]],
    [{ a: 1 }, [['a', 1]]],
    [{ 1: 'a' }, [null, 'a']],
    [{ a: undefined }, {}],
    [null, undefined],
    ['1', 1],
    [0, false],
  ])('tells %j from %j', (one, other) => {
    expect(stateHash(one)).not.toBe(stateHash(other));
  });

  it.each([
    [JSON.parse('{"__proto__":1}'), 'a key __proto__'],
    [new Map(), 'a Map'],
    [{ at: [new Date()] }, 'a Date'],
    [[() => 1], 'a function'],
    [{ big: 1n }, 'a bigint'],
  ])('is refused for what a file cannot hold', (value, text) => {
    expect(() => stateHash(value)).toThrow(text);
  });
});
