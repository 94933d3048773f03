// What is the same for every copy of a room, and whether two of them are the same.
import { createHash } from 'node:crypto';
import type { Kind } from '../../protocol/index.ts';
import type { GridShape } from './grid.ts';

export interface CopyShape {
  readonly room: number;
  readonly game: string;
  readonly kinds: readonly Kind[];
  readonly world: GridShape | null;
  readonly tickMs: number;
}

/** A copy that a worker has kept: the room, the tick that it is at, and `shapeHash`. */
export type KeptCopy = readonly [room: number, tick: number, hash: string];

/** Equal for equal shapes. */
export function shapeHash({ room, game, kinds, world, tickMs }: CopyShape): string {
  const text = JSON.stringify([room, game, kinds, world, tickMs]);
  return createHash('sha1').update(text).digest('base64');
}
