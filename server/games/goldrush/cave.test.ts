import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../coordinator/random.ts';
import { caveOf } from './cave.ts';
import { findCaverns, makeCave } from './cave-maker.ts';
import { decodeChunk, encodeChunk, Tile } from './chunks.ts';
import { numbers } from './numbers.ts';
import { TestRoom } from './test-room.ts';

const SIZE = numbers.worldTiles;
const seeds = Array.from({ length: 30 }, (_, seed) => seed);

describe('The map', () => {
  it('has every open tile within reach of every other, whatever the seed', () => {
    for (const seed of seeds) {
      expect(findCaverns(makeCave(new SeededRandom(seed)))).toHaveLength(1);
    }
  });

  it('is closed by a border of wall', () => {
    for (const seed of seeds) {
      const tiles = makeCave(new SeededRandom(seed));
      for (let i = 0; i < SIZE; i++) {
        const border = [i, (SIZE - 1) * SIZE + i, i * SIZE, i * SIZE + SIZE - 1];
        expect(border.map((at) => tiles[at])).toEqual(border.map(() => Tile.Wall));
      }
    }
  });

  it('has nine tiles for each bank and is between a half and four fifths open', () => {
    for (const seed of seeds) {
      const tiles = makeCave(new SeededRandom(seed));
      const count = (tile: Tile) => tiles.reduce((sum, at) => sum + (at === tile ? 1 : 0), 0);
      expect(count(Tile.Bank)).toBe(9 * numbers.bankRows ** 2);
      expect(count(Tile.Floor)).toBeGreaterThan(tiles.length / 2);
      expect(count(Tile.Floor)).toBeLessThan((tiles.length * 4) / 5);
    }
  });

  it('follows from the seed alone', () => {
    const cave = (seed: number) => Buffer.from(makeCave(new SeededRandom(seed)));
    expect(cave(7).equals(cave(7))).toBe(true);
    expect(cave(7).equals(cave(8))).toBe(false);
  });

  it('is the same when read from the chunks', () => {
    const { room } = TestRoom.made(3);
    const made = makeCave(new SeededRandom(3));
    const cave = caveOf(room);
    for (let at = 0; at < made.length; at++) {
      if (cave.tile(at % SIZE, Math.floor(at / SIZE)) !== made[at]) expect.fail(`tile ${at}`);
    }
  });

  it('is wall outside of the world', () => {
    const cave = caveOf(TestRoom.drawn('.').room);
    expect(cave.tile(-1, 0)).toBe(Tile.Wall);
    expect(cave.tile(0, SIZE)).toBe(Tile.Wall);
  });

  it('writes a chunk so that reading it gives the same tiles', () => {
    const tiles = fc.array(fc.constantFrom(Tile.Wall, Tile.Floor, Tile.Bank), {
      minLength: numbers.chunkTiles ** 2,
      maxLength: numbers.chunkTiles ** 2,
    });
    fc.assert(
      fc.property(tiles, (chunk) => {
        const text = encodeChunk((x, y) => chunk[y * numbers.chunkTiles + x]!);
        expect(decodeChunk(text)).toEqual(chunk);
      }),
    );
  });

  it('writes rows from the north, the westernmost tile in the highest bit, banks after', () => {
    const open = encodeChunk((x, y) => (x === 0 && y === 1 ? Tile.Floor : Tile.Wall));
    expect(open).toBe('0080000000000000');
    const bank = encodeChunk((x, y) => (x === 7 && y === 0 ? Tile.Bank : Tile.Wall));
    expect(bank).toBe('0100000000000000'.repeat(2));
  });
});
