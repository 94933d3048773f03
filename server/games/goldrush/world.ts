// What a room begins with: the chunks of a cave and the gold in it, made before there is a room.
import type { Random } from '../game.ts';
import { Cave } from './cave.ts';
import { makeCave } from './cave-maker.ts';
import { encodeChunk, type Tile } from './chunks.ts';
import { type Find, findsIn } from './gold.ts';
import type { GoldrushRoom } from './kinds.ts';
import { numbers } from './numbers.ts';

const SIZE = numbers.worldTiles;

export interface World {
  /** Row by row, as clients are shown them. */
  readonly chunks: readonly string[];
  /** One for each tile at most. */
  readonly piles: readonly Find[];
}

export function makeWorld(random: Random): World {
  const tiles = makeCave(random);
  const piles = new Map<number, Find>();
  for (const { x, y, amount } of findsIn(new Cave(tiles), numbers.goldTotal, random)) {
    const at = y * SIZE + x;
    piles.set(at, { x, y, amount: amount + (piles.get(at)?.amount ?? 0) });
  }
  return { chunks: chunksOf(tiles), piles: [...piles.values()] };
}

/** Takes longer than a tick, hence elsewhere. */
export const preparation = { module: import.meta.url, run: makeWorld };

/** @param tiles row by row. */
export function chunksOf(tiles: Uint8Array): string[] {
  return corners.map(({ x, y }) =>
    encodeChunk((dx, dy) => tiles[(y + dy) * SIZE + x + dx] as Tile),
  );
}

/** Furnishes a room that has nothing yet. */
export function layWorld(room: GoldrushRoom, { chunks, piles }: World): void {
  corners.forEach(({ x, y }, i) => {
    room.entities.chunk.add({ x, y, tiles: chunks[i]! });
  });
  for (const pile of piles) {
    room.entities.gold.add(pile);
    room.state.goldTotal += pile.amount;
  }
}

/** Of each chunk the tile that is furthest north and west. */
const corners = Array.from({ length: (SIZE / numbers.chunkTiles) ** 2 }, (_, i) => {
  const inRow = SIZE / numbers.chunkTiles;
  return { x: (i % inRow) * numbers.chunkTiles, y: Math.floor(i / inRow) * numbers.chunkTiles };
});
