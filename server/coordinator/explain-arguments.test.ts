// What players read about arguments that do not fit, for every type that games commonly use.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TSchema, Type } from '../../protocol/schema.ts';
import { defineGame, type Game } from '../games/game.ts';
import { compiledCommands } from './compiled-commands.ts';

function explain(args: TSchema, given: unknown): string {
  const game = defineGame({
    name: 'walker',
    text: '',
    ticksPerSecond: 0,
    playersMax: 1,
    entities: {},
    state: () => null,
    commands: { walk: { args, run: () => null } },
  });
  const walk = compiledCommands(game as Game).get('walk')!;
  expect(walk.accepts(given)).toBe(false);
  return walk.explain(given);
}
const one = (schema: TSchema, value: unknown) => explain(Type.Object({ a: schema }), { a: value });
const closed = Type.Object(
  { dx: Type.Integer({ minimum: -1, maximum: 1 }), dy: Type.Integer() },
  { additionalProperties: false },
);
const colours = Type.Union([Type.Literal('red'), Type.Literal('blue'), Type.Null()]);

const sentences: [string, string][] = [
  [explain(closed, { dx: 5, dy: 0 }), 'walk: dx must be a whole number from -1 to 1, but is 5'],
  [explain(closed, { dx: 0.5, dy: 0 }), 'walk: dx must be a whole number from -1 to 1, but is 0.5'],
  [explain(closed, { dx: '1', dy: 0 }), 'walk: dx must be a whole number from -1 to 1, but is "1"'],
  [explain(closed, { dx: 1 }), 'walk: dy is missing'],
  [explain(closed, { dx: 1, dy: undefined }), 'walk: dy is missing'],
  [explain(closed, {}), 'walk: dx is missing'],
  [explain(closed, { dx: 1, dy: 1, z: 1 }), 'walk has no argument z: it takes dx and dy'],
  [explain(closed, { dx: 1, dy: 1, DX: 1 }), 'walk has no argument DX: did you mean dx?'],
  [
    explain(Type.Object({}, { additionalProperties: false }), { z: 1 }),
    'walk has no argument z: it takes no arguments',
  ],
  [explain(closed, [1, 2]), 'walk takes an object of arguments, but got a list of 2'],
  [explain(closed, 'left'), 'walk takes an object of arguments, but got "left"'],
  [
    one(Type.Number({ exclusiveMinimum: 0 }), 0),
    'walk: a must be a number greater than 0, but is 0',
  ],
  [
    one(Type.Number({ minimum: 1, multipleOf: 0.5 }), 1.3),
    'walk: a must be a number from 1, in steps of 0.5, but is 1.3',
  ],
  [one(Type.Number(), Number.NaN), 'walk: a must be a number, but is NaN'],
  [one(Type.Boolean(), 1), 'walk: a must be true or false, but is 1'],
  [one(Type.Null(), 1), 'walk: a must be null, but is 1'],
  [
    one(Type.String({ minLength: 2, maxLength: 5 }), 'a'),
    'walk: a must be a text of 2 to 5 characters, but is "a"',
  ],
  [
    one(Type.String({ maxLength: 1 }), null),
    'walk: a must be a text of at most 1 character, but is null',
  ],
  [one(Type.String({ pattern: '^[a-z]+$' }), 'A'), 'walk: a must match ^[a-z]+$, but is "A"'],
  [one(Type.Literal(3), 4), 'walk: a must be 3, but is 4'],
  [one(colours, 'green'), 'walk: a must be "red", "blue" or null, but is "green"'],
  [
    one(Type.Union([Type.String(), Type.Integer()]), true),
    'walk: a must be a text or a whole number, but is true',
  ],
  [one(Type.Enum(['x', 'y']), 'z'), 'walk: a must be "x" or "y", but is "z"'],
  [
    one(Type.Array(Type.Integer(), { maxItems: 2 }), [1, 2, 3]),
    'walk: a must be a list of at most 2 members, but is a list of 3',
  ],
  [
    one(Type.Array(Type.Integer(), { minItems: 2, maxItems: 2 }), []),
    'walk: a must be a list of 2 members, but is a list of 0',
  ],
  [
    one(Type.Array(Type.Integer(), { uniqueItems: true }), [1, 1]),
    'walk: a must not hold a value twice, but is a list of 2',
  ],
  [
    one(Type.Array(Type.Object({ x: Type.Integer() })), [{ x: 1 }, { x: 'a' }]),
    'walk: a[1].x must be a whole number, but is "a"',
  ],
  [one(Type.Array(Type.Object({ x: Type.Integer() })), [{}]), 'walk: a[0].x is missing'],
  [one(Type.Tuple([Type.Integer(), Type.Integer()]), [1, 2, 3]), 'walk: a has too many members'],
  [
    one(Type.Tuple([Type.Integer(), Type.Integer()]), [1]),
    'walk: a must be a list of at least 2 members, but is a list of 1',
  ],
  [
    one(Type.Record(Type.String(), Type.Integer()), { left: 'x' }),
    'walk: a.left must be a whole number, but is "x"',
  ],
  [one(Type.Object({ x: Type.Integer() }), 3), 'walk: a must be an object of x, but is 3'],
  [one(closed, { dx: 1, dy: 1, z: 1 }), 'walk: a has no z: it takes dx and dy'],
];

describe('A command whose arguments do not fit', () => {
  it.each(sentences)('says %s', (said, sentence) => {
    expect(said).toBe(sentence);
  });

  it('is told in one short line, whatever was sent', () => {
    const schema = Type.Object(
      { a: colours, b: Type.Record(Type.String(), Type.Boolean()) },
      { additionalProperties: false },
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary', maxLength: 500 }), fc.anything()),
        (args) => {
          const said = explain(schema, { ...args, b: 1 });
          expect(said.length).toBeLessThan(305);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may come back
          expect(said).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
        },
      ),
    );
  });
});
