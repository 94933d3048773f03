// A player as the room remembers it: avatar, view, connection, and which commands were applied.
import { isBot } from '../../protocol/index.ts';
import type { Entity, Player } from '../games/index.ts';
import type { Sight } from '../link/index.ts';
import { Ledger, type ListedLedger, type SavedLedger } from './ledger.ts';
import { strictPrototype } from './strict-object.ts';

/** Sorted by name: then it is written only once, for the file and for its hash. */
export interface SavedPlayer {
  /** '': none. Older snapshots have neither this nor `fence` then. */
  readonly account?: string;
  /** An entity's id, or 0. */
  readonly avatar: number;
  readonly connected: boolean;
  readonly fence?: number;
  readonly id: number;
  readonly ledger: SavedLedger | ListedLedger;
  /** As in `Gaze`; left out where it is undefined. */
  readonly looks?: Sight;
  readonly name: string;
  /** As in `Gaze`; left out where it is undefined. */
  readonly place?: Place;
}

type Place = readonly [x: number, y: number];

/** Where a player looks from. Never changed in place: the earlier object is the earlier gaze. */
export interface Gaze {
  readonly avatar: Entity | undefined;
  /** What the game has said that the player sees without an avatar; undefined: nothing was said. */
  readonly looks: Sight | undefined;
  /** Where the last avatar was when it went. */
  readonly place: Place | undefined;
}

/** The view of a player that never had an avatar, and for which the game has named no other. */
const CORNER: Place = [0, 0];
const BLANK: Gaze = { avatar: undefined, looks: undefined, place: undefined };

/** Game code cannot set it. */
const FIXED = { writable: false };

export class PlayerRecord implements Player {
  readonly id: number;
  readonly name: string;
  connected = true;
  readonly ledger = new Ledger();
  /** The id of the player's account; '' for none. */
  account = '';
  /** The number with which the account's lock was granted to the player's session. */
  fence = 0;
  gaze = BLANK;
  /** The tick of the batch that changed the view last, as far as this process knows. */
  viewTick = 0;
  /** The view after the last batch. */
  private shownAvatar = 0;
  private shownSight: Sight = CORNER;

  constructor(id: number, name: string) {
    this.id = id;
    this.name = name;
    Object.defineProperties(this, { id: FIXED, name: FIXED });
  }

  get isBot(): boolean {
    return isBot(this.id);
  }

  /** What was removed is not remembered, so it must not be seen before a restore either. */
  get avatar(): Entity | undefined {
    const { avatar } = this.gaze;
    return avatar?.removed ? undefined : avatar;
  }

  set avatar(_: Entity | undefined) {
    throw new TypeError('player.avatar cannot be set: call room.setAvatar(player, entity)');
  }

  setAvatar(avatar: Entity | undefined): void {
    const { looks, place, avatar: before } = this.gaze;
    this.gaze = { avatar, looks, place: placeOf(before) ?? place };
  }

  /** @param looks undefined: the player goes on seeing the place where the last avatar was. */
  set looks(looks: Sight | undefined) {
    this.gaze = { ...this.gaze, looks };
  }

  /** What the player sees while no avatar with a place shows the surroundings. */
  get sight(): Sight {
    const { looks, place } = this.gaze;
    return looks ?? place ?? CORNER;
  }

  /** Called after each batch.
   *  @returns whether the player has another avatar or sight than after the batch before. */
  settleView(tick: number): boolean {
    if (this.gaze.avatar?.removed) this.setAvatar(undefined);
    const { sight } = this;
    const avatar = this.gaze.avatar?.id ?? 0;
    if (avatar === this.shownAvatar && isSameSight(sight, this.shownSight)) return false;
    this.shownAvatar = avatar;
    this.shownSight = sight;
    this.viewTick = tick;
    return true;
  }

  own(account = '', fence = 0): void {
    this.account = account;
    this.fence = fence;
  }

  save(): SavedPlayer {
    const { account, connected, fence, id, name } = this;
    const { looks, place } = this.gaze;
    return {
      ...{ account, avatar: this.avatar?.id ?? 0, connected, fence, id },
      ledger: this.ledger.save(),
      ...(looks === undefined ? {} : { looks }),
      name,
      ...(place === undefined ? {} : { place }),
    };
  }

  /** @param entity finds the avatar. */
  static restore(saved: SavedPlayer, entity: (id: number) => Entity | undefined): PlayerRecord {
    const player = new PlayerRecord(saved.id, saved.name);
    player.connected = saved.connected;
    const { looks, place } = saved;
    player.gaze = { avatar: entity(saved.avatar), looks, place };
    player.settleView(0);
    player.ledger.restore(saved.ledger);
    player.own(saved.account, saved.fence);
    return player;
  }
}

/** @returns undefined for an entity without a place, and for none. */
function placeOf(entity: Entity | undefined): Place | undefined {
  const { x, y } = (entity ?? {}) as { x?: unknown; y?: unknown };
  return typeof x === 'number' && typeof y === 'number' ? [x, y] : undefined;
}

function isSameSight(a: Sight, b: Sight): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a[0] === b[0] && a[1] === b[1];
}

const READABLE = ['id', 'name', 'isBot', 'connected', 'avatar'];
Object.setPrototypeOf(
  PlayerRecord.prototype,
  strictPrototype(Object.prototype, {
    name: 'a player',
    known: READABLE,
    hint: 'keep it in room.state by player.id, or on the avatar',
  }),
);
