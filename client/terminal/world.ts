// What is drawn: the part of a room's view that pictures are made from, and Goldrush's entities.
import type { Kind } from '../../protocol/index.ts';
import type { Entity } from '../index.ts';

export const GOLDRUSH = 'goldrush';

/** A room as it is seen; a `RoomView` is one. */
export interface World {
  /** The kinds of entities in the room, with the names and types of their fields. */
  readonly kinds: readonly Kind[];
  /** How far around the avatar entities are certain to be seen; 0: everywhere. */
  readonly viewRadius: number;
  readonly game: string;
  readonly number: number;
  readonly about: unknown;
  readonly avatar: Entity | undefined;
  readonly entities: ReadonlyMap<number, Entity>;
  of<E extends Entity = Entity>(kind: string): Iterable<E>;
}

export interface Placed extends Entity {
  readonly x: number;
  readonly y: number;
}

export interface Miner extends Placed {
  readonly player: number;
  readonly name: string;
  readonly facing: number;
  readonly gold: number;
  readonly banked: number;
  readonly rank: number;
  readonly hurt: number;
}

/** The values of `Miner.hurt`. */
export enum Hurt {
  No,
  Stunned,
  Protected,
}

export interface Pile extends Placed {
  readonly amount: number;
}

export interface Arrow extends Placed {
  readonly facing: number;
}

export interface Rat extends Placed {
  readonly facing: number;
  readonly gold: number;
}

export interface Chunk extends Placed {
  readonly tiles: string;
}

export function isPlaced(entity: Entity | undefined): entity is Placed {
  return typeof entity?.x === 'number' && typeof entity.y === 'number';
}

/** One's own miner, in a room of Goldrush. */
export function ownMiner(world: World | undefined): Miner | undefined {
  const avatar = world?.avatar;
  return avatar?.kind === 'miner' ? (avatar as Miner) : undefined;
}
