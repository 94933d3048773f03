// What there is in a cave: the entity kinds, the room's memory, and the types of both.

import { FIRST_BOT } from '../../../protocol/index.ts';
import { type Entity, type Hidden, hidden, type Player, type Room } from '../game.ts';
import { directions } from './directions.ts';

export const kinds = {
  miner: {
    x: 'u16',
    y: 'u16',
    player: 'u32',
    name: 'string',
    facing: 'u8',
    gold: 'u16',
    banked: 'u32',
    rank: 'u16',
    hurt: 'u8',
    /** From this tick on the miner may step. */
    stepTick: hidden('u32'),
    /** From this tick on the miner may shoot. */
    bowTick: hidden('u32'),
    /** At this tick `hurt` gets better. */
    hurtTick: hidden('u32'),
    /** 0, or 1 + the direction of the step that came early. */
    queued: hidden('u8'),
    /** Banked before there were accounts, and not yet on its way there. */
    owed: hidden('u32'),
  },
  gold: { x: 'u16', y: 'u16', amount: 'u16' },
  arrow: {
    x: 'u16',
    y: 'u16',
    facing: 'u8',
    /** The player who shot it. */
    shooter: hidden('u32'),
    /** Tiles that it still flies. */
    tilesLeft: hidden('u8'),
  },
  rat: {
    x: 'u16',
    y: 'u16',
    facing: 'u8',
    gold: 'u16',
    /** At this tick the rat moves again. */
    moveTick: hidden('u32'),
  },
  chunk: { x: 'u16', y: 'u16', tiles: 'string' },
} as const;

/** How a miner is. `heal` has the ways from one to the next. */
export enum Hurt {
  /** Can do everything and can be hit. */
  No,
  /** Was hit a moment ago: can do nothing, cannot be hit. */
  Stunned,
  /** Can do everything and cannot be hit. */
  Protected,
}

type ShownFields<F> = { [N in keyof F]: F[N] extends Hidden ? never : N }[keyof F];
type KindTexts = {
  readonly [K in keyof typeof kinds]: {
    readonly text: string;
    readonly fields: Readonly<Record<ShownFields<(typeof kinds)[K]>, string>>;
  };
};

const place = { x: 'Tiles from the left edge.', y: 'Tiles from the upper edge.' };
const facing = `Where it looks: ${directions.map((name, i) => `${i} ${name}`).join(', ')}.`;

/** A sentence for each kind and for each field that clients see. */
export const kindTexts: KindTexts = {
  miner: {
    text: 'A player. Miners do not stand in each other’s way.',
    fields: {
      ...place,
      player: `The player’s number; from ${FIRST_BOT} on it is a bot.`,
      name: 'The player’s name.',
      facing,
      gold: 'What is carried.',
      banked: 'What the player has in the bank, also of other caves and other days.',
      rank:
        'The place by banked gold, 1 is the best; equals share it; 0 with nothing banked ' +
        'and for bots.',
      hurt: `${Hurt.No} well, ${Hurt.Stunned} stunned, ${Hurt.Protected} protected.`,
    },
  },
  gold: { text: 'A pile on the floor.', fields: { ...place, amount: 'How much it is.' } },
  arrow: { text: 'An arrow in flight.', fields: { ...place, facing } },
  rat: { text: 'A rat.', fields: { ...place, facing, gold: 'What it has stolen.' } },
  chunk: {
    text: 'A square of the map; the first tile is at (x, y).',
    fields: { ...place, tiles: 'Its tiles in hex digits, see “The map”.' },
  },
};

/** The room's memory beside its entities. */
export interface Memory {
  /** The gold that was placed when the cave was made, and what veins have brought since. */
  goldTotal: number;
  /** Gold on its way back into the cave. */
  treasury: number;
  /** What the bank has taken from this cave, less what it has given back. */
  net: number;
  /** The gold that veins have brought. */
  veins: number;
  /** The best miners' ids when ranks were last counted, best first. */
  top: number[];
}

export type GoldrushRoom = Room<typeof kinds, Memory>;
export type Miner = Entity<typeof kinds.miner>;
export type Gold = Entity<typeof kinds.gold>;
export type Arrow = Entity<typeof kinds.arrow>;
export type Rat = Entity<typeof kinds.rat>;

/** The miner of `player`: what the game's `join` returned. */
export function minerOf(player: Player): Miner {
  return player.avatar as unknown as Miner;
}
