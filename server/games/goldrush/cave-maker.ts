// Makes a cave: noise smoothed by a cellular automaton, banks, and tunnels until all is connected.
import type { Random } from '../game.ts';
import { Tile } from './chunks.ts';
import { numbers } from './numbers.ts';

const SIZE = numbers.worldTiles;
const WALL_SHARE = 0.45;
const SMOOTHINGS = 4;
/** A tile becomes rock with at least so many rocks among itself and its eight neighbours. */
const ROCKS_MIN = 5;
/** Smaller holes are filled in rather than joined by a tunnel. */
const HOLE_TILES_MAX = 12;

/** @returns the tiles row by row: a border of wall, and open tiles each of which can be reached
 *  from every other by steps in the four directions. */
export function makeCave(random: Random): Uint8Array {
  let tiles = noise(random);
  for (let i = 0; i < SMOOTHINGS; i++) tiles = smooth(tiles);
  buildBanks(tiles, random);
  connect(tiles);
  return tiles;
}

function isInside(at: number): boolean {
  const x = at % SIZE;
  return x > 0 && x < SIZE - 1 && at >= SIZE && at < SIZE * (SIZE - 1);
}

function noise(random: Random): Uint8Array {
  const tiles = new Uint8Array(SIZE * SIZE);
  for (let at = 0; at < tiles.length; at++) {
    if (isInside(at) && random.float() >= WALL_SHARE) tiles[at] = Tile.Floor;
  }
  return tiles;
}

function smooth(tiles: Uint8Array): Uint8Array {
  const smoothed = new Uint8Array(tiles.length);
  for (let at = 0; at < tiles.length; at++) {
    if (!isInside(at)) continue;
    let floors = 0;
    for (let row = at - SIZE; row <= at + SIZE; row += SIZE) {
      floors += tiles[row - 1]! + tiles[row]! + tiles[row + 1]!;
    }
    if (9 - floors < ROCKS_MIN) smoothed[at] = Tile.Floor;
  }
  return smoothed;
}

/** Puts a bank into each field of a square grid, so that none is far from anywhere. */
function buildBanks(tiles: Uint8Array, random: Random): void {
  const field = SIZE / numbers.bankRows;
  const margin = 6;
  for (let top = 0; top < SIZE; top += field) {
    for (let left = 0; left < SIZE; left += field) {
      const x = left + random.integer(margin, field - margin);
      const y = top + random.integer(margin, field - margin);
      buildBank(tiles, x, y);
    }
  }
}

/** Nine bank tiles around (x, y), a way around them, and a pillar at each corner for cover. */
function buildBank(tiles: Uint8Array, x: number, y: number): void {
  for (let dy = -3; dy <= 3; dy++) {
    for (let dx = -3; dx <= 3; dx++) {
      const isBank = Math.abs(dx) <= 1 && Math.abs(dy) <= 1;
      const isPillar = Math.abs(dx) === 2 && Math.abs(dy) === 2;
      const tile = isBank ? Tile.Bank : isPillar ? Tile.Wall : Tile.Floor;
      tiles[(y + dy) * SIZE + x + dx] = tile;
    }
  }
}

/** Fills small holes in and digs the shortest tunnel from the largest cavern to each other. */
function connect(tiles: Uint8Array): void {
  const caverns = findCaverns(tiles).sort((a, b) => b.length - a.length);
  const largest = caverns.shift()!;
  const { cameFrom, order } = spread(largest);
  const orderOf = new Int32Array(tiles.length);
  order.forEach((at, i) => {
    orderOf[at] = i;
  });
  for (const cavern of caverns) {
    if (cavern.length <= HOLE_TILES_MAX) for (const at of cavern) tiles[at] = Tile.Wall;
    else dig(tiles, cameFrom, nearest(cavern, orderOf));
  }
}

/** The tile that `spread` reached first. */
function nearest(cavern: readonly number[], orderOf: Int32Array): number {
  return cavern.reduce((best, at) => (orderOf[at]! < orderOf[best]! ? at : best));
}

function dig(tiles: Uint8Array, cameFrom: Int32Array, from: number): void {
  for (let at = from; at >= 0; at = cameFrom[at]!) {
    if (tiles[at] === Tile.Wall) tiles[at] = Tile.Floor;
  }
}

/** Visits every inner tile, through rock too, in the order of the distance from `start`.
 *  `cameFrom` leads from any tile the shortest way back; it is -1 at the start. */
function spread(start: readonly number[]): { cameFrom: Int32Array; order: number[] } {
  const cameFrom = new Int32Array(SIZE * SIZE).fill(-2);
  for (const at of start) cameFrom[at] = -1;
  const order = [...start];
  // The array grows while it is walked through: it is the queue of the search.
  for (const at of order) {
    for (const next of [at - SIZE, at + 1, at + SIZE, at - 1]) {
      if (cameFrom[next] !== -2 || !isInside(next)) continue;
      cameFrom[next] = at;
      order.push(next);
    }
  }
  return { cameFrom, order };
}

/** The connected sets of open tiles. */
export function findCaverns(tiles: Uint8Array): number[][] {
  const seen = new Uint8Array(tiles.length);
  const caverns: number[][] = [];
  for (let start = 0; start < tiles.length; start++) {
    if (tiles[start] === Tile.Wall || seen[start] === 1) continue;
    seen[start] = 1;
    const cavern = [start];
    // As in `spread`, the array is the queue.
    for (const at of cavern) {
      for (const next of [at - SIZE, at + 1, at + SIZE, at - 1]) {
        if (tiles[next] === Tile.Wall || seen[next] === 1) continue;
        seen[next] = 1;
        cavern.push(next);
      }
    }
    caverns.push(cavern);
  }
  return caverns;
}
