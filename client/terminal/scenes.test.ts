import { describe, expect, it } from 'vitest';
import { Canvas } from './canvas.ts';
import { CaveMap, Tile } from './cave-map.ts';
import { drawCave } from './cave-scene.ts';
import { BLACK, backgroundOf, playerColour, styles } from './style.ts';
import { CHUNK, TestWorld } from './test-world.ts';

const WIDTH = 20;
const HEIGHT = 9;

/** A cave of one chunk, with oneself at (4, 4): in the middle of the canvas. */
function cave() {
  const world = new TestWorld();
  const map = new CaveMap();
  world.avatar = world.miner(1, 4, 4);
  world.add('chunk', { x: 0, y: 0, tiles: CHUNK });
  map.add(0, 0, CHUNK);
  const draw = (): Canvas => {
    const canvas = new Canvas(WIDTH, HEIGHT, styles.blank);
    drawCave(canvas, canvas, world, map);
    return canvas;
  };
  return { world, map, draw };
}

/** The two columns of the tile (x, y) on a canvas of `cave`. */
function tileAt(canvas: Canvas, x: number, y: number) {
  const at = y * WIDTH + (x + 1) * 2;
  return { chars: canvas.chars.slice(at, at + 2).join(''), look: canvas.styles[at]! };
}

describe('The map', () => {
  it('is read from chunks: rock, floor and bank', () => {
    const { map } = cave();
    expect([map.tile(0, 0), map.tile(0, 1), map.tile(7, 7)]).toEqual([
      Tile.Wall,
      Tile.Floor,
      Tile.Bank,
    ]);
    expect([map.tile(8, 0), map.tile(-1, 0)]).toEqual([undefined, undefined]);
  });

  it('knows the nearest bank that was seen', () => {
    const { map } = cave();
    expect(map.nearestBank(0, 0)).toEqual({ x: 7, y: 7 });
    expect(new CaveMap().nearestBank(0, 0)).toBeUndefined();
  });
});

describe('The cave', () => {
  it('has oneself in the middle, standing out', () => {
    const { draw } = cave();
    expect(tileAt(draw(), 4, 4).chars).toBe('@>');
    expect(backgroundOf(tileAt(draw(), 4, 4).look)).not.toBe(
      backgroundOf(tileAt(draw(), 5, 4).look),
    );
  });

  it('is dark where nobody has looked, and dim where it is only remembered', () => {
    const { world, draw } = cave();
    const seen = tileAt(draw(), 3, 3).look;
    expect(backgroundOf(tileAt(draw(), -1, 3).look)).toBe(BLACK);
    for (const { id } of world.of('chunk')) world.entities.delete(id);
    const remembered = tileAt(draw(), 3, 3).look;
    expect(backgroundOf(remembered)).not.toBe(backgroundOf(seen));
    expect(backgroundOf(remembered)).not.toBe(BLACK);
  });

  it('shows gold by its amount, rats and arrows by where they head', () => {
    const { world, draw } = cave();
    world.add('gold', { x: 1, y: 2, amount: 7 });
    world.add('gold', { x: 2, y: 2, amount: 42 });
    world.add('gold', { x: 3, y: 2, amount: 420 });
    world.add('rat', { x: 5, y: 2, facing: 3, gold: 0 });
    world.add('arrow', { x: 6, y: 2, facing: 1 });
    const canvas = draw();
    expect([1, 2, 3, 5, 6].map((x) => tileAt(canvas, x, 2).chars)).toEqual([
      '$7',
      '42',
      '$$',
      'r~',
      '─→',
    ]);
  });

  it('names the others over their heads, each in one colour', () => {
    const { world, draw } = cave();
    world.miner(2, 5, 7, { hurt: 1 });
    const canvas = draw();
    expect(canvas.row(6)).toContain('miner2');
    expect(tileAt(canvas, 5, 7).chars).toBe('@*');
    expect(tileAt(canvas, 5, 7).look & 0xff).toBe(playerColour(2));
    expect(canvas.row(3)).not.toContain('miner1');
  });

  it('is left as it is before one is in it', () => {
    const { world, draw } = cave();
    world.avatar = undefined;
    expect(draw().chars.join('').trim()).toBe('');
  });
});
