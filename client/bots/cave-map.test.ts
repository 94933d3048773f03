import { describe, expect, it } from 'vitest';
import { encodeChunk, Tile } from '../../server/games/goldrush/chunks.ts';
import { CaveMap } from './cave-map.ts';
import { PathSearch } from './path-search.ts';

describe('The map of a bot', () => {
  it('reads chunks as the game writes them', () => {
    const tileAt = (x: number, y: number): Tile => ((x * 7 + y * 3) % 5) % 3;
    const map = new CaveMap(24, 16);
    map.learn(8, 8, encodeChunk(tileAt));
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        expect(map.isOpen(8 + x, 8 + y)).toBe(tileAt(x, y) !== Tile.Wall);
        expect(map.isBank(8 + x, 8 + y)).toBe(tileAt(x, y) === Tile.Bank);
      }
    }
  });

  it('takes what it has not seen, and what is outside, for wall', () => {
    const map = new CaveMap(16, 16);
    map.learn(0, 0, 'ff'.repeat(8));
    expect(map.isOpen(7, 7)).toBe(true);
    for (const [x, y] of [
      [8, 0],
      [0, 8],
      [-1, 1],
      [16, 0],
      [0, -1],
      [0, 16],
    ] as const) {
      expect(map.isOpen(x, y)).toBe(false);
    }
  });

  it('knows each bank tile once, however often it sees it', () => {
    const map = new CaveMap(8, 8);
    const chunk = encodeChunk((x, y) => (x === 3 && y === 4 ? Tile.Bank : Tile.Floor));
    map.learn(0, 0, chunk);
    map.learn(0, 0, chunk);
    expect(map.banks).toEqual([{ x: 3, y: 4 }]);
    expect(map.nearestBank(0, 0)).toEqual({ x: 3, y: 4 });
  });
});

describe('The search for a way', () => {
  const open = new CaveMap(256, 256);
  for (let y = 0; y < 256; y += 8) {
    for (let x = 0; x < 256; x += 8) open.learn(x, y, 'ff'.repeat(8));
  }

  it('looks at no more tiles than it may', () => {
    const search = new PathSearch();
    search.begin(100, 100);
    search.mark(110, 100);
    expect(search.find(open, 60)).toBeUndefined();
    search.begin(100, 100);
    search.mark(110, 100);
    expect(search.find(open, 400)?.directions).toEqual(Array(10).fill(1));
  });

  it('goes towards a place that is too far away, and says that it is not there', () => {
    const search = new PathSearch();
    search.begin(100, 100);
    const path = search.find(open, 5000, { x: 200, y: 100 });
    expect(path?.isGoal).toBe(false);
    expect(path?.end).toEqual({ x: 124, y: 100 });
  });

  it('forgets the goals of the search before, and ignores those out of reach', () => {
    const search = new PathSearch();
    search.begin(100, 100);
    search.mark(101, 100);
    search.begin(100, 100);
    search.mark(101 + 256, 100);
    search.mark(60, 100);
    expect(search.find(open, 5000)).toBeUndefined();
  });

  it('works at the edge of the world', () => {
    const search = new PathSearch();
    search.begin(0, 255);
    search.mark(0, 250);
    expect(search.find(open, 500)?.directions).toEqual(Array(5).fill(0));
  });
});
