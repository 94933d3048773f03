// The cave as the rules ask about it: kept in the room's chunks, and read from them when needed.
import type { Random } from '../game.ts';
import { decodeChunk, Tile } from './chunks.ts';
import type { GoldrushRoom } from './kinds.ts';
import { numbers } from './numbers.ts';

const SIZE = numbers.worldTiles;

export interface Place {
  readonly x: number;
  readonly y: number;
}

export class Cave {
  /** Row by row. */
  readonly tiles: Uint8Array;
  /** The index of each floor tile, in rows; bank tiles are not among them. */
  private readonly floor: Int32Array;
  /** The middle of each bank. */
  private readonly banks: readonly Place[];

  /** @param tiles row by row. */
  constructor(tiles: Uint8Array) {
    this.tiles = tiles;
    const floor: number[] = [];
    const banks: Place[] = [];
    for (let at = 0; at < tiles.length; at++) {
      if (tiles[at] === Tile.Floor) floor.push(at);
      else if (isBankCentre(tiles, at)) banks.push(placeOf(at));
    }
    this.floor = Int32Array.from(floor);
    this.banks = banks;
  }

  /** Outside the world all is wall. */
  tile(x: number, y: number): Tile {
    if (x < 0 || y < 0 || x >= SIZE || y >= SIZE) return Tile.Wall;
    return this.tiles[y * SIZE + x] as Tile;
  }

  /** Any floor tile, each as likely as any other. */
  randomFloor(random: Random): Place {
    return placeOf(this.floor[random.integer(0, this.floor.length - 1)]!);
  }

  /** How far the nearest bank is, in tiles as the crow flies. */
  bankDistance({ x, y }: Place): number {
    let nearest = SIZE;
    for (const bank of this.banks) {
      nearest = Math.min(nearest, Math.max(Math.abs(bank.x - x), Math.abs(bank.y - y)));
    }
    return nearest;
  }
}

/** Only a cache: what it holds follows from the chunks, which never change. */
const caves = new WeakMap<GoldrushRoom, Cave>();

export function caveOf(room: GoldrushRoom): Cave {
  let cave = caves.get(room);
  if (!cave) {
    cave = fromChunks(room);
    caves.set(room, cave);
  }
  return cave;
}

function fromChunks(room: GoldrushRoom): Cave {
  const tiles = new Uint8Array(SIZE * SIZE);
  const side = numbers.chunkTiles;
  for (const chunk of room.entities.chunk) {
    const decoded = decodeChunk(chunk.tiles);
    const first = chunk.y * SIZE + chunk.x;
    // Not a slice for each row: a cave is read while players wait for it.
    for (let i = 0; i < decoded.length; i++) {
      tiles[first + Math.floor(i / side) * SIZE + (i % side)] = decoded[i]!;
    }
  }
  return new Cave(tiles);
}

function isBankCentre(tiles: Uint8Array, at: number): boolean {
  if (tiles[at] !== Tile.Bank) return false;
  for (const next of [at - SIZE, at + 1, at + SIZE, at - 1]) {
    if (tiles[next] !== Tile.Bank) return false;
  }
  return true;
}

function placeOf(at: number): Place {
  return { x: at % SIZE, y: Math.floor(at / SIZE) };
}
