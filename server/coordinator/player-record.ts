// A player as the room remembers it: avatar, connection, and which commands were applied.
import type { Entity, Player } from '../games/index.ts';
import { Ledger, type ListedLedger, type SavedLedger } from './ledger.ts';

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
  readonly name: string;
}

/** Players from this number on are bots, of one room each. No session gets so far. */
export const FIRST_BOT = 0xf000_0000;

export const isBot = (player: number): boolean => player >= FIRST_BOT;

export class PlayerRecord implements Player {
  readonly id: number;
  readonly name: string;
  connected = true;
  readonly ledger = new Ledger();
  /** The id of the player's account; '' for none. */
  account = '';
  /** The number with which the account's lock was granted to the player's session. */
  fence = 0;
  private entity: Entity | undefined;

  constructor(id: number, name: string) {
    this.id = id;
    this.name = name;
  }

  get isBot(): boolean {
    return isBot(this.id);
  }

  /** What was removed is not remembered, so it must not be seen before a restore either. */
  get avatar(): Entity | undefined {
    return this.entity?.removed ? undefined : this.entity;
  }

  set avatar(entity: Entity | undefined) {
    this.entity = entity;
  }

  own(account = '', fence = 0): void {
    this.account = account;
    this.fence = fence;
  }

  save(): SavedPlayer {
    const { account, connected, fence, id, name } = this;
    const avatar = this.avatar?.id ?? 0;
    return { account, avatar, connected, fence, id, ledger: this.ledger.save(), name };
  }

  /** @param entity finds the avatar. */
  static restore(saved: SavedPlayer, entity: (id: number) => Entity | undefined): PlayerRecord {
    const player = new PlayerRecord(saved.id, saved.name);
    player.connected = saved.connected;
    player.avatar = entity(saved.avatar);
    player.ledger.restore(saved.ledger);
    player.own(saved.account, saved.fence);
    return player;
  }
}
