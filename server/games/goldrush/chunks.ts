// The map as clients learn it: squares of tiles, each written as hex digits.
import { numbers } from './numbers.ts';

export enum Tile {
  Wall,
  /** Open ground. */
  Floor,
  /** Open ground on which gold is banked and nobody can be hit. */
  Bank,
}

const SIDE = numbers.chunkTiles;
/** A hex digit has four bits. */
const ROW_DIGITS = SIDE / 4;
const PLANE_DIGITS = SIDE * ROW_DIGITS;

/** The coding, for those who write a client. */
export const chunkText =
  `${ROW_DIGITS} hex digits for each of the ${SIDE} rows from north to south; a set bit is open ` +
  'ground, the highest bit is the westernmost tile. Where the chunk has bank tiles, ' +
  `${PLANE_DIGITS} more digits follow in the same way, in which a set bit is a bank tile.`;

/** @param tileAt the tile at a place within the chunk, 0..7 each. */
export function encodeChunk(tileAt: (x: number, y: number) => Tile): string {
  const open = plane((x, y) => tileAt(x, y) !== Tile.Wall);
  const bank = plane((x, y) => tileAt(x, y) === Tile.Bank);
  return /^0+$/.test(bank) ? open : open + bank;
}

/** @returns the chunk's tiles, row by row. */
export function decodeChunk(text: string): Tile[] {
  const tiles: Tile[] = [];
  for (let y = 0; y < SIDE; y++) {
    const open = rowOf(text, y);
    const bank = text.length > PLANE_DIGITS ? rowOf(text, y + SIDE) : 0;
    for (let bit = 1 << (SIDE - 1); bit > 0; bit >>= 1) {
      if ((bank & bit) !== 0) tiles.push(Tile.Bank);
      else tiles.push((open & bit) !== 0 ? Tile.Floor : Tile.Wall);
    }
  }
  return tiles;
}

function plane(isSet: (x: number, y: number) => boolean): string {
  let digits = '';
  for (let y = 0; y < SIDE; y++) {
    let row = 0;
    for (let x = 0; x < SIDE; x++) row = (row << 1) | (isSet(x, y) ? 1 : 0);
    digits += row.toString(16).padStart(ROW_DIGITS, '0');
  }
  return digits;
}

function rowOf(text: string, row: number): number {
  return Number.parseInt(text.slice(row * ROW_DIGITS, (row + 1) * ROW_DIGITS), 16);
}
