// What one bot knows of the cave: the chunks that it has seen, a bit for each tile.

/** Rows in a chunk, and tiles in a row: the coding of a chunk writes a row as one byte. */
const CHUNK_SIDE = 8;
const PLANE_DIGITS = CHUNK_SIDE * 2;

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What has not been seen counts as wall: a way over known ground is the only one that is sure. */
export class CaveMap {
  readonly width: number;
  readonly height: number;
  /** Every bank tile seen. */
  readonly banks: Place[] = [];
  private readonly open: Uint8Array;
  private readonly bank: Uint8Array;
  private readonly rowBytes: number;

  /** @param width in tiles, whole chunks; as `height`. */
  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.rowBytes = Math.ceil(width / CHUNK_SIDE);
    this.open = new Uint8Array(this.rowBytes * height);
    this.bank = new Uint8Array(this.rowBytes * height);
  }

  /** Takes in a chunk; one that is known already changes nothing.
   *  @param x of its first tile, as `y`.
   *  @param tiles as `about.chunkText` says. */
  learn(x: number, y: number, tiles: string): void {
    for (let row = 0; row < CHUNK_SIDE; row++) {
      const at = this.byteAt(x, y + row);
      this.open[at] = byteOf(tiles, row);
      if (tiles.length > PLANE_DIGITS) this.learnBank(x, y + row, byteOf(tiles, CHUNK_SIDE + row));
    }
  }

  isOpen(x: number, y: number): boolean {
    return this.isSet(this.open, x, y);
  }

  isBank(x: number, y: number): boolean {
    return this.isSet(this.bank, x, y);
  }

  /** The known bank tile with the fewest steps to it, were there no walls. */
  nearestBank(x: number, y: number): Place | undefined {
    let found: Place | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const place of this.banks) {
      const steps = Math.abs(place.x - x) + Math.abs(place.y - y);
      if (steps >= least) continue;
      found = place;
      least = steps;
    }
    return found;
  }

  private learnBank(x: number, y: number, bits: number): void {
    const at = this.byteAt(x, y);
    const before = this.bank[at]!;
    this.bank[at] = bits;
    for (let column = 0; column < CHUNK_SIDE; column++) {
      const bit = 0x80 >> column;
      if ((bits & bit) !== 0 && (before & bit) === 0) this.banks.push({ x: x + column, y });
    }
  }

  private isSet(plane: Uint8Array, x: number, y: number): boolean {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return false;
    return (plane[this.byteAt(x, y)]! & (0x80 >> (x & (CHUNK_SIDE - 1)))) !== 0;
  }

  private byteAt(x: number, y: number): number {
    return y * this.rowBytes + Math.floor(x / CHUNK_SIDE);
  }
}

function byteOf(tiles: string, row: number): number {
  return Number.parseInt(tiles.slice(row * 2, row * 2 + 2), 16);
}
