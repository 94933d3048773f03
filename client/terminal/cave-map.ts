// The map as far as it was ever seen: Goldrush's chunks, remembered after they are out of sight.

export enum Tile {
  Wall,
  Floor,
  Bank,
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Width and height of a chunk, which its coding fixes: see `about.chunkText` of the game. */
export const CHUNK_TILES = 8;
const PLANE_DIGITS = CHUNK_TILES * 2;
/** No cave has chunks in more columns than this. */
const COLUMNS_MAX = 65_536;

export class CaveMap {
  private readonly chunks = new Map<number, readonly Tile[]>();
  private readonly banks: Place[] = [];

  /** Remembers a chunk; of one that is known nothing is read again. */
  add(x: number, y: number, digits: string): void {
    const key = keyOf(x, y);
    if (this.chunks.has(key)) return;
    const tiles = decode(digits);
    this.chunks.set(key, tiles);
    tiles.forEach((tile, i) => {
      if (tile !== Tile.Bank) return;
      this.banks.push({ x: x + (i % CHUNK_TILES), y: y + Math.floor(i / CHUNK_TILES) });
    });
  }

  /** Undefined where nobody has looked yet. */
  tile(x: number, y: number): Tile | undefined {
    return this.chunks.get(keyOf(x, y))?.[(y % CHUNK_TILES) * CHUNK_TILES + (x % CHUNK_TILES)];
  }

  /** The bank tile next to (x, y) as the crow flies, among those that were seen. */
  nearestBank(x: number, y: number): Place | undefined {
    let nearest: Place | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const bank of this.banks) {
      const tiles = (bank.x - x) ** 2 + (bank.y - y) ** 2;
      if (tiles >= fewest) continue;
      nearest = bank;
      fewest = tiles;
    }
    return nearest;
  }
}

/** The number of the chunk that has the tile (x, y); -1 for what lies outside of every cave. */
export function keyOf(x: number, y: number): number {
  if (x < 0 || y < 0) return -1;
  return Math.floor(y / CHUNK_TILES) * COLUMNS_MAX + Math.floor(x / CHUNK_TILES);
}

/** Two hex digits for each row, a set bit is open, the highest bit is in the west; where there are
 *  bank tiles, as many digits follow in which a set bit is one. */
function decode(digits: string): Tile[] {
  const tiles: Tile[] = [];
  for (let row = 0; row < CHUNK_TILES; row++) {
    const open = bits(digits, row * 2);
    const bank = bits(digits, PLANE_DIGITS + row * 2);
    for (let bit = 1 << (CHUNK_TILES - 1); bit > 0; bit >>= 1) {
      if ((bank & bit) !== 0) tiles.push(Tile.Bank);
      else tiles.push((open & bit) !== 0 ? Tile.Floor : Tile.Wall);
    }
  }
  return tiles;
}

function bits(digits: string, at: number): number {
  return Number.parseInt(digits.slice(at, at + 2), 16) || 0;
}
