// What a bot sees of a Goldrush room, in the game's words.
import type { Entity, RoomView } from '../index.ts';

export interface MinerSeen extends Entity {
  readonly x: number;
  readonly y: number;
  readonly facing: number;
  readonly gold: number;
  readonly hurt: number;
}

export interface PileSeen extends Entity {
  readonly x: number;
  readonly y: number;
}

export interface Moving extends Entity {
  readonly x: number;
  readonly y: number;
  readonly facing: number;
}

export interface ChunkSeen extends Entity {
  readonly x: number;
  readonly y: number;
  readonly tiles: string;
}

/** The part of a room that decisions are made from. */
export type Sight = Pick<RoomView, 'tick' | 'avatar' | 'entities' | 'of'>;

/** What `hurt` says of a miner. */
export enum Hurt {
  No,
  /** Can do nothing. */
  Stunned,
  /** Cannot be hit. */
  Protected,
}

/** What a bot does next: the command, and in which direction. */
export interface Action {
  readonly name: 'walk' | 'shoot';
  readonly direction: number;
}
