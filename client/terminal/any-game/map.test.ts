import { describe, expect, it } from 'vitest';
import { BLACK, BOLD, backgroundOf, playerColour } from '../style.ts';
import { TestWorld } from '../test-world.ts';
import { colourOf, inkOn } from './colours.ts';
import { legendOf } from './map-scene.ts';
import { Motion } from './motion.ts';
import { find, infoOf, kindOf, paintView, paintWorld, pictureOf, rowsOf } from './test-any.ts';

const SIZE = [80, 19] as const;
const groundAt = (canvas: ReturnType<typeof pictureOf>, x: number, y: number) =>
  backgroundOf(canvas.styles[y * canvas.width + x]!);

describe('The map of a game that the client does not know', () => {
  it('shows the own avatar on top of the tile it stands on', () => {
    const world = paintWorld(16, 16);
    world.add('tile', { x: 16, y: 16, colour: 1 });
    const own = find(pictureOf(world, SIZE, paintView), '@');
    expect(own.x).toBeGreaterThan(0);
    expect(backgroundOf(own.look)).not.toBe(playerColour(1));
    expect(own.look & BOLD).toBe(BOLD);
  });

  it('fills tiles with their colours, two columns wide', () => {
    const world = paintWorld(16, 16);
    world.add('tile', { x: 18, y: 16, colour: 3 });
    const canvas = pictureOf(world, SIZE, paintView);
    const own = find(canvas, '@');
    for (const x of [own.x + 4, own.x + 5]) {
      expect(groundAt(canvas, x, own.y)).toBe(playerColour(3));
    }
    expect(groundAt(canvas, own.x + 6, own.y)).not.toBe(playerColour(3));
  });

  it('shows tiles as letters where there are no colours', () => {
    const world = paintWorld(16, 16);
    world.add('tile', { x: 18, y: 16, colour: 3 });
    const canvas = pictureOf(world, SIZE, { ...paintView, hasColours: false });
    expect(find(canvas, 't').x).toBe(find(canvas, '@').x + 4);
  });

  it('leaves the floor plain where there are no colours, so that the avatar and tiles stand out', () => {
    const world = paintWorld(16, 16);
    world.add('tile', { x: 18, y: 16, colour: 3 });
    const canvas = pictureOf(world, SIZE, { ...paintView, hasColours: false });
    const { x, y } = find(canvas, '@');
    const hasGround = (column: number) => groundAt(canvas, column, y) !== BLACK;
    expect([x, x + 2, x + 4].map(hasGround)).toEqual([true, false, true]);
  });

  it('shows other players over tiles by the capital of their kind, with their names', () => {
    const world = paintWorld(16, 16);
    world.add('painter', { x: 12, y: 14, name: 'bob', colour: 2 });
    world.add('tile', { x: 12, y: 14, colour: 5 });
    const canvas = pictureOf(world, SIZE, paintView);
    const other = find(canvas, 'P bob');
    expect(other.x).toBeGreaterThan(0);
    expect(backgroundOf(other.look)).toBe(playerColour(5));
  });

  it('keeps names off other entities, and drops a name that has no room', () => {
    const world = paintWorld(16, 16);
    for (let x = 8; x < 24; x++) {
      for (let y = 12; y < 20; y++) {
        world.add('painter', { x, y, name: `n${x}`, colour: 0 });
      }
    }
    const canvas = pictureOf(world, SIZE, paintView);
    const inside = rowsOf(canvas).slice(8, 12).join('');
    expect(inside).not.toMatch(/n1[3-9]/);
    expect(inside.match(/P/g)!.length).toBeGreaterThan(50);
  });

  it('draws the edge of the world, leaves what is outside dark, and shades what is out of sight', () => {
    const canvas = pictureOf(paintWorld(0, 0), SIZE, paintView);
    const corner = find(canvas, '┌');
    expect(find(canvas, '@')).toMatchObject({ x: corner.x + 1, y: corner.y + 1 });
    const near = groundAt(canvas, corner.x + 5, corner.y + 1);
    const far = groundAt(canvas, corner.x + 60, corner.y + 1);
    expect(groundAt(canvas, corner.x - 1, corner.y + 1)).toBe(BLACK);
    expect(new Set([near, far, BLACK]).size).toBe(3);
  });

  it('follows the avatar, and stops at the edges', () => {
    for (const [y, row] of [
      [0, 1],
      [16, 9],
      [31, 17],
    ] as const) {
      expect(find(pictureOf(paintWorld(16, y), SIZE, paintView), '@').y).toBe(row);
    }
  });

  it('puts a small world into the middle of a large window, with a legend beside it', () => {
    const canvas = pictureOf(paintWorld(0, 0), [200, 55], paintView);
    const [left, right] = [find(canvas, '┌'), find(canvas, '┐')];
    expect(right.x - left.x).toBe(65);
    expect(Math.abs(left.x - (199 - right.x))).toBeLessThanOrEqual(1);
    expect(find(canvas, 'other painter').x).toBeLessThan(left.x);
  });

  it('shows an avatar that is beyond the edge', () => {
    for (const [x, y] of [
      [-40, -40],
      [200, 200],
    ] as const) {
      expect(find(pictureOf(paintWorld(x, y), SIZE, paintView), '@').x).toBeGreaterThan(-1);
    }
  });

  it('takes the cell of a place between whole numbers, also at the far edge', () => {
    const world = paintWorld(999, 999);
    world.kinds = [kindOf('painter', { x: 'f32', y: 'f32', name: 'string' })];
    Object.assign(world.avatar!, { x: 999.9, y: 999.9 });
    const info = infoOf({ world: { width: 1000, height: 1000 } });
    const canvas = pictureOf(world, SIZE, { info });
    const corner = find(canvas, '┘');
    expect(find(canvas, '@').y).toBe(corner.y - 1);
  });

  it('shows more of the world in cells that stand for more of it', () => {
    const world = paintWorld(100, 100);
    world.add('tile', { x: 164, y: 100, colour: 3 });
    const info = infoOf({ world: { width: 1000, height: 1000 } });
    const hasTile = (unit: number) =>
      pictureOf(world, SIZE, { info, unit }).styles.some(
        (look) => backgroundOf(look) === playerColour(3),
      );
    expect([hasTile(1), hasTile(8)]).toEqual([false, true]);
  });

  it('shows negative places of a world without edges', () => {
    const world = new TestWorld();
    world.kinds = [kindOf('sheep', { x: 'i16', y: 'i16' })];
    world.add('sheep', { x: -7, y: -3 });
    world.add('sheep', { x: 4, y: 2 });
    const rows = rowsOf(pictureOf(world, SIZE));
    const places = rows.flatMap((row, y) => [...row.matchAll(/s/g)].map((at) => [at.index, y]));
    expect(places).toHaveLength(2);
    expect(places[1]![0]! - places[0]![0]!).toBe(22);
    expect(places[1]![1]! - places[0]![1]!).toBe(5);
  });

  it('lists entities without a place below the map', () => {
    const world = paintWorld(1, 1);
    world.kinds.push(kindOf('round', { turn: 'u8', phase: 'string' }));
    world.add('round', { turn: 3, phase: 'night' });
    expect(rowsOf(pictureOf(world, SIZE, paintView)).at(-1)).toContain(
      'round: turn 3, phase night',
    );
  });
});

describe('The looks of kinds', () => {
  it('gives each kind a letter of its own', () => {
    const world = new TestWorld();
    const names = ['rat', 'rock', 'raft', 'r', 'star', 'tree', 'art'];
    world.kinds = names.map((name) => kindOf(name, { x: 'u8', y: 'u8', size: 'u8' }));
    const marks = legendOf(world, new Set()).map(({ mark }) => mark);
    expect(marks.slice(0, 3)).toEqual(['r', 'o', 'a']);
    expect(new Set(marks).size).toBe(names.length);
  });

  it('draws an entity by its own character', () => {
    const world = new TestWorld();
    world.kinds = [
      kindOf('flag', { x: 'u8', y: 'u8', char: 'u8' }),
      kindOf('dog', { x: 'u8', y: 'u8', symbol: 'string' }),
    ];
    world.add('flag', { x: 1, y: 1, char: 33 });
    world.add('dog', { x: 3, y: 1, symbol: '犬' });
    const picture = rowsOf(pictureOf(world, SIZE)).join();
    expect(picture).toContain('!');
    expect(picture).toContain('犬');
  });

  it('draws kinds that move over kinds that do not', () => {
    const world = new TestWorld();
    world.kinds = ['ant', 'bee'].map((name) => kindOf(name, { x: 'u8', y: 'u8', size: 'u8' }));
    world.add('ant', { x: 1, y: 1, size: 1 });
    world.add('bee', { x: 1, y: 1, size: 1 });
    const top = (moving: Set<string>) =>
      rowsOf(pictureOf(world, SIZE, { moving }))
        .join()
        .trim();
    expect(top(new Set())).toMatch(/b/);
    expect(top(new Set(['ant']))).toMatch(/a/);
  });

  it('draws a kind that fills what is in sight as blocks of colour', () => {
    const world = paintWorld(16, 16);
    world.kinds.push(kindOf('soil', { x: 'u8', y: 'u8', wet: 'u8' }));
    world.add('soil', { x: 15, y: 16, wet: 1 });
    expect(find(pictureOf(world, SIZE, paintView), 's').x).toBeGreaterThan(0);
    for (let i = 0; i < 400; i++) {
      world.add('soil', { x: 4 + (i % 20), y: 6 + Math.floor(i / 20), wet: 1 });
    }
    expect(find(pictureOf(world, SIZE, paintView), 's').x).toBe(-1);
  });

  it('notices that a kind moves, not that a field of it changes', () => {
    const motion = new Motion();
    const at = (x: number, hp: number) => new Map([[1, { kind: 'orc', id: 1, x, y: 0, hp }]]);
    motion.observe(at(1, 9), { entered: [1], changed: [], left: [] });
    motion.observe(at(1, 8), { entered: [], changed: [1], left: [] });
    expect([...motion.moving]).toEqual([]);
    motion.observe(at(2, 8), { entered: [], changed: [1], left: [] });
    expect([...motion.moving]).toEqual(['orc']);
  });
});

describe('Colours of games', () => {
  it('are numbers of the palette, CSS names, and #rrggbb', () => {
    expect(colourOf(3)).toBe(playerColour(3));
    expect(colourOf('#ff0000')).toBe(196);
    expect(colourOf('#0f0')).toBe(46);
    expect(colourOf(0xff0000)).toBe(196);
    expect(colourOf(' Red ')).toBe(196);
    expect(colourOf('#808080')).toBe(244);
    for (const none of ['', 'no colour', '#12', Number.NaN, true, 'constructor']) {
      expect(colourOf(none)).toBeUndefined();
    }
  });

  it('leave text readable on every ground', () => {
    for (let ground = 16; ground < 256; ground++) {
      expect(inkOn(ground, ground)).not.toBe(ground);
    }
  });
});
