// Whatever a game has: its picture is drawn without a fault, and inside of its area.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldType } from '../../../protocol/index.ts';
import { Canvas } from '../canvas.ts';
import { layoutOf } from '../layout.ts';
import { Overlay } from '../model.ts';
import { pictureOf } from '../picture.ts';
import { modelOf, TestWorld } from '../test-world.ts';
import { drawAny } from './any-scene.ts';
import { argOf, infoOf, kindOf } from './test-any.ts';

const types: readonly FieldType[] = ['u8', 'i16', 'f32', 'f64', 'bool', 'string'];
const fieldName = fc.constantFrom('x', 'y', 'name', 'colour', 'color', 'char', 'hp', 'player');
const kindName = fc.constantFrom('painter', 'tile', 'Wall', 'r2-d2', 'card', 'grass', 'x');
const text = fc.oneof(
  fc.string({ maxLength: 40, unit: 'grapheme' }),
  fc.constantFrom('', '#ff0000', 'red', '犬', '▌', '\x1b[2J', 'e\u0301'),
);
const number = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.double(),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, 1e300, -1e300, 2 ** 53),
);
const fieldValue = (type: FieldType) =>
  type === 'string' ? text : type === 'bool' ? fc.boolean() : number;

const kind = fc
  .tuple(kindName, fc.dictionary(fieldName, fc.constantFrom(...types), { maxKeys: 6 }))
  .chain(([name, fields]) =>
    fc.record({
      kind: fc.constant(kindOf(name, fields)),
      entities: fc.array(
        fc.record(
          Object.fromEntries(
            Object.entries(fields).map(([field, type]) => [field, fieldValue(type)]),
          ),
        ),
        { maxLength: 40 },
      ),
    }),
  );

const world = fc
  .tuple(
    fc.uniqueArray(kind, { maxLength: 5, selector: (one) => one.kind.name }),
    fc.nat(),
    fc.constantFrom(0, 1, 12, 65_536),
  )
  .map(([kinds, avatar, viewRadius]) => {
    const made = new TestWorld();
    made.game = 'any';
    made.viewRadius = viewRadius;
    made.kinds = kinds.map((one) => one.kind);
    for (const one of kinds) {
      for (const fields of one.entities) {
        made.add(one.kind.name, fields as Record<string, number | string>);
      }
    }
    made.avatar = made.entities.get(avatar % 50);
    return made;
  });

const info = fc.record({
  text,
  world: fc.option(
    fc.record({ width: fc.constantFrom(1, 32, 65_536), height: fc.constantFrom(1, 7, 65_536) }),
    { nil: undefined },
  ),
  commands: fc.array(
    fc.record({
      name: kindName,
      text,
      args: fc.array(
        text.map((name) => argOf(name)),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 30 },
  ),
});
const view = fc.record({
  info: fc.option(
    info.map((parts) => infoOf(parts)),
    { nil: undefined },
  ),
  moving: fc.uniqueArray(kindName).map((names) => new Set(names)),
  unit: fc.constantFrom(1, 2, 64),
  hasColours: fc.boolean(),
});

describe('The picture of any game', () => {
  it('stays inside of its area, and never throws', () => {
    fc.assert(
      fc.property(world, view, fc.array(text), fc.nat(40), fc.nat(20), (made, any, news, w, h) => {
        const canvas = new Canvas(w + 20, h + 10, 0xabcd);
        const area = { x: 7, y: 3, width: w, height: h };
        drawAny(canvas, area, made, any, news);
        const outside: [number, number][] = [];
        for (let at = 0; at < canvas.chars.length; at++) {
          const x = at % canvas.width;
          const y = Math.floor(at / canvas.width);
          if (x >= 7 && y >= 3 && x < 7 + w && y < 3 + h) continue;
          if (canvas.chars[at] !== ' ' || canvas.styles[at] !== 0xabcd) outside.push([x, y]);
        }
        expect(outside).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('is whole, with hints and help, in every window that can be played in', () => {
    fc.assert(
      fc.property(
        world,
        view,
        fc.constantFrom<[number, number]>([60, 16], [80, 24], [200, 60]),
        fc.constantFrom(Overlay.None, Overlay.Help),
        (made, any, [width, height], overlay) => {
          const canvas = pictureOf(
            modelOf({ world: made, any, overlay, game: 'any' }),
            width,
            height,
          );
          expect(layoutOf(width, height)).toBeDefined();
          expect(canvas.chars).toHaveLength(width * height);
          const prompt = canvas.row(height - 1);
          if (overlay === Overlay.None) {
            expect(prompt).toContain('? help');
            expect(prompt).toContain('Q quit');
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
