// Values that break programs which trust their input: at the edges of types, deep, long, wide.
import type { Random } from './random.ts';

const numbers = [
  ...[0, -0, 1, -1, 0.5, 255, 256, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff],
  ...[2 ** 32, 2 ** 53, -(2 ** 53), 1e308, -1e308, 5e-324, Number.NaN],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
];

const texts = [
  ...['', ' ', '0', 'null', '__proto__', 'constructor', 'toString', '../../etc/passwd', '%s%n'],
  ...[
    '\0',
    '\n',
    '\u001b[2J',
    '\u009b31m',
    '\u202e',
    '\u2028',
    '\ufeff',
    '\ud800',
    '👩‍👩‍👧',
    'ﷺ'.repeat(30),
  ],
  ...['x'.repeat(41), 'x'.repeat(201), 'x'.repeat(1001), 'é'.repeat(3000)],
];

/** Of games, rooms and their commands, so that some of what is made is understood. */
const words = [
  'goldrush',
  'connect-four',
  'walk',
  'shoot',
  'dig',
  'audit',
  'drop',
  'create',
  'chat',
];

/** Any value that JSON or msgpack can carry, and some that JSON cannot.
 *  @param depth how deep values may lie in each other besides the few that are meant to be too deep. */
export function anyValue(random: Random, depth = 3): unknown {
  const kind = random.weighted({
    number: 20,
    text: 20,
    word: 20,
    plain: 15,
    list: 10,
    map: 10,
    extreme: 1,
  });
  switch (kind) {
    case 'number':
      return random.onceIn(2) ? random.pick(numbers) : random.below(1000);
    case 'text':
      return random.pick(texts);
    case 'word':
      return random.pick(words);
    case 'plain':
      return random.pick([null, true, false]);
    case 'list':
      return depth === 0 ? [] : listOf(random, depth);
    case 'map':
      return depth === 0 ? {} : mapOf(random, depth);
    case 'extreme':
      return extreme(random);
    default:
      return kind satisfies never;
  }
}

const listOf = (random: Random, depth: number): unknown[] =>
  Array.from({ length: random.below(5) }, () => anyValue(random, depth - 1));

function mapOf(random: Random, depth: number): Record<string, unknown> {
  const entries = Array.from({ length: random.below(5) }, () => {
    return [random.pick([...texts, ...words]), anyValue(random, depth - 1)] as const;
  });
  // With a key `__proto__` of its own, as JSON.parse makes one.
  return Object.fromEntries(entries);
}

function extreme(random: Random): unknown {
  switch (random.below(4)) {
    case 0:
      return nested(5 + random.below(30));
    case 1:
      return Array(random.below(2000)).fill(0);
    case 2:
      return Object.fromEntries(Array.from({ length: random.below(1000) }, (_, i) => [`k${i}`, i]));
    default:
      return 'y'.repeat(random.below(16_000));
  }
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { a: value };
  return value;
}
