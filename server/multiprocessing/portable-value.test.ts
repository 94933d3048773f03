// Values between processes: each is the same after it was packed and unpacked, or is refused.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NotPortable, packValue, unpackValue } from './portable-value.ts';

const sent = (value: unknown): unknown => unpackValue(packValue(value));

class Point {
  x = 1;
}
class Numbers extends Array {}
class Codes extends Error {
  code = 'X';
}

const circle: { self?: unknown; list: unknown[] } = { list: [] };
circle.self = circle;
circle.list.push(circle);

const kept: [string, unknown][] = [
  ['undefined', undefined],
  ['-0', -0],
  ['NaN', Number.NaN],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['a bigint', 2n ** 200n],
  ['a long string', 'ä😀'.repeat(1000)],
  ['a string with half a character', 'a\ud800'],
  ['half a character in an object', { a: ['\udc00'] }],
  ['a plain object', { b: 1, a: [null, true, 1.5, 'x', { c: {} }] }],
  ['members that are undefined', { a: undefined, b: [undefined] }],
  ['numbers that JSON does not have', [-0, Number.NaN, Number.POSITIVE_INFINITY]],
  ['a key __proto__', JSON.parse('{"__proto__": {"a": 1}}')],
  ['a key __proto__ beside a Date', { ...JSON.parse('{"a": {}}'), at: new Date(0) }],
  ['an array with gaps', Object.assign([1], { 2: 3 })],
  ['an array with a named member', Object.assign([1, 2], { name: 'x' })],
  ['a Map with keys that are objects', new Map([[{ id: 1 }, 'x']])],
  ['a Set', new Set([1, 'a', new Date(1)])],
  ['a Date', new Date(1e12)],
  ['a RegExp', /a+b/giu],
  ['a Buffer', Buffer.from([1, 2, 3])],
  ['a Uint8Array', new Uint8Array([1, 2, 3])],
  ['a Float32Array', new Float32Array([1.5, -2])],
  ['a Float16Array', new Float16Array([1.5, -2])],
  ['a BigInt64Array', new BigInt64Array([2n ** 40n])],
  ['a part of a larger array', new Uint16Array(new Uint16Array([1, 2, 3, 4]).buffer, 2, 2)],
  ['an ArrayBuffer', new Uint8Array([1, 2]).buffer],
  ['a circle', circle],
];

describe('A value that crosses processes', () => {
  it.each(kept)('arrives as it was: %s', (_, value) => {
    const arrived = sent(value);
    expect(isDeepStrictEqual(arrived, value) || arrived).toBe(true);
    expect(Object.is(arrived, value) || typeof value === 'object').toBe(true);
  });

  it('keeps the order of its keys, and what it has twice', () => {
    expect(Object.keys(sent({ b: 1, a: 2 }) as object)).toEqual(['b', 'a']);
    const one = { n: 1 };
    const [first, second] = sent([one, one]) as object[];
    expect(first).toBe(second);
  });

  it('may be an error with its message, its stack and its cause', () => {
    const error = new RangeError('too much', { cause: new TypeError('no') });
    const arrived = sent({ error }) as { error: RangeError };
    expect(arrived.error).toBeInstanceOf(RangeError);
    expect(arrived.error.message).toBe('too much');
    expect(arrived.error.stack).toBe(error.stack);
    expect(arrived.error.cause).toBeInstanceOf(TypeError);
  });

  it('arrives unchanged, whatever its kind', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withUnicodeString: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        expect(isDeepStrictEqual(sent(value), value)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('A value that cannot cross processes', () => {
  const deep = Array.from({ length: 2000 }).reduce<unknown>((inner) => [inner], 1);
  const spent = /a/g;
  spent.lastIndex = 1;
  const wrong: [string, unknown, string | RegExp][] = [
    ['a function', { run: { now: () => 1 } }, 'value.run.now: a function'],
    ['a symbol', [1, [Symbol('x')]], 'value[1][0]: a symbol'],
    ['a member named by a symbol', { a: { [Symbol('x')]: 1 } }, 'value.a: it has a member'],
    [
      'an instance of a class',
      { 'my point': new Point() },
      'value["my point"]: an instance of Point',
    ],
    ['an instance of a subclass', [new Numbers()], 'value[0]: an instance of Numbers'],
    ['an error with members', { error: new Codes('x') }, 'value.error: members and class of Codes'],
    ['a Promise', [Promise.resolve()], 'value[0]: an instance of Promise'],
    ['a WeakMap', new WeakMap(), 'value: an instance of WeakMap'],
    ['a URL', { at: new URL('http://a/') }, 'value.at: an instance of URL'],
    ['a key of a Map', new Map([[{ id: Point }, 1]]), 'value(key 0).id: a function'],
    [
      'an entry of a Map',
      {
        m: new Map<string, unknown>([
          ['a', 1],
          ['b', Point],
        ]),
      },
      'value.m(entry 1): a function',
    ],
    ['a member of a Set', new Set([1, Point]), 'value(member 1): a function'],
    ['shared memory', new Uint8Array(new SharedArrayBuffer(4)), 'value: shared memory'],
    ['a RegExp at work', spent, 'value: lastIndex'],
    ['a number object', [Object(1)], 'value[0]: an instance of Number'],
    ['a Proxy', [new Proxy({}, {})], 'value[0]: a Proxy'],
    ['a value that is nested without end', deep, /nested more than 500 deep/],
  ];

  it.each(wrong)('is refused with its place: %s', (_, value, message) => {
    expect(() => packValue(value)).toThrow(NotPortable);
    expect(() => packValue(value)).toThrow(message);
  });
});
