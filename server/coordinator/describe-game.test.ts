// What clients are told of a game: its commands as schemas, of a bounded size.
import { describe, expect, it } from 'vitest';
import { Compile } from '../../protocol/schema.ts';
import { defineGame, type Game, Type } from '../games/game.ts';
import { gameDescription } from './describe-game.ts';

type Schema = Game['commands'][string]['args'];

function gameOf(commands: Readonly<Record<string, Schema>>): Game {
  return defineGame({
    name: 'test',
    text: 'A test.',
    ticksPerSecond: 0,
    playersMax: 2,
    world: { width: 8, height: 4, viewRadius: 3 },
    entities: {},
    state: () => ({}),
    commands: Object.fromEntries(
      Object.entries(commands).map(([name, args]) => [name, { args, run: () => undefined }]),
    ),
  });
}
const argsOf = (args: Schema) => gameDescription(gameOf({ it: args })).commands[0]!.args;

describe('The description of a game', () => {
  it('has its world, and each command with the schema of its arguments', () => {
    const step = Type.Integer({ minimum: -1, maximum: 1, description: 'tiles to the east' });
    const direction = Type.Union([Type.Literal('north'), Type.Literal('south')]);
    const args = Type.Object({ step, direction: Type.Optional(direction) });
    const game = gameDescription(gameOf({ walk: args, stop: Type.Object({}) }));
    expect(game.world).toEqual({ width: 8, height: 4, viewRadius: 3 });
    expect(game.commands).toEqual([
      {
        name: 'walk',
        args: {
          type: 'object',
          required: ['step'],
          properties: {
            step: { type: 'integer', minimum: -1, maximum: 1, description: 'tiles to the east' },
            direction: {
              anyOf: [
                { type: 'string', const: 'north' },
                { type: 'string', const: 'south' },
              ],
            },
          },
        },
      },
      { name: 'stop', args: { type: 'object', properties: {} } },
    ]);
  });

  it('is plain: it survives JSON, and keeps nothing of a schema that clients cannot read', () => {
    const args = Type.Object({ at: Type.Array(Type.Number(), { maxItems: 2, examples: [[1]] }) });
    const cut = argsOf(args);
    expect(JSON.parse(JSON.stringify(cut))).toEqual(cut);
    expect(JSON.stringify(cut)).not.toContain('examples');
  });

  it('leaves open what lies too deep', () => {
    let inner: Schema = Type.Object({ deepest: Type.Null() });
    for (let i = 0; i < 20; i++) inner = Type.Object({ inner });
    const cut = JSON.stringify(argsOf(inner));
    expect(cut).not.toContain('deepest');
    expect(cut).toContain('inner');
  });

  it('takes whatever the schema itself takes, and is bounded, for schemas of any size', () => {
    const words = Array.from({ length: 500 }, (_, i) => Type.Literal(`word-${i}`.repeat(9)));
    const fields = Array.from({ length: 400 }, (_, i) => [`field${i}`, Type.Integer()] as const);
    const many = Type.Object(Object.fromEntries(fields));
    for (const args of [Type.Object({ word: Type.Union(words) }), many]) {
      const cut = argsOf(args);
      expect(JSON.stringify(cut).length).toBeLessThanOrEqual(2000);
      expect(cut).toMatchObject({ type: 'object' });
    }
    const given = Object.fromEntries(fields.map(([name], i) => [name, i]));
    expect(Compile(argsOf(many) as Schema).Check(given)).toBe(true);
    for (const count of [10, 100, 500]) {
      const short = Array.from({ length: count }, (_, i) => Type.Literal(`w${i}`));
      const union = argsOf(Type.Object({ word: Type.Union(short) }));
      expect(Compile(union as Schema).Check({ word: `w${count - 1}` })).toBe(true);
    }
  });

  it('lists commands only as long as all of them together are bounded', () => {
    const commands = Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => [`command${i}`, Type.Object({ a: Type.Integer() })]),
    );
    const described = gameDescription(gameOf(commands)).commands;
    expect(described.length).toBeGreaterThan(100);
    expect(JSON.stringify(described).length).toBeLessThan(70_000);
  });
});
