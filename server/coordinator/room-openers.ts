// Counts the open rooms of each account and address that opened them. The counts are in memory: after
// the coordinator was replaced, earlier rooms count for no account or address.
import type { Config } from '../config.ts';
import type { Limited } from './client-limits.ts';
import type { Room } from './room.ts';

/** A room that is being opened, or is open. */
export interface Opened extends Limited {
  room: Room | undefined;
}

export class RoomOpeners {
  private readonly config: Pick<Config, 'roomsPerAccountMax' | 'roomsPerAddressMax'>;
  private readonly all = new Set<Opened>();

  constructor(config: Pick<Config, 'roomsPerAccountMax' | 'roomsPerAddressMax'>) {
    this.config = config;
  }

  /** @returns the rooms of the account, or else of its address, where their number has reached its limit. */
  quotaOf({ account, addressGroup }: Limited): readonly Opened[] | undefined {
    const { roomsPerAccountMax, roomsPerAddressMax } = this.config;
    const all = [...this.all];
    const own = all.filter((opened) => opened.account === account);
    if (own.length >= roomsPerAccountMax) return own;
    if (addressGroup === undefined) return undefined;
    const near = all.filter((opened) => opened.addressGroup === addressGroup);
    return near.length >= roomsPerAddressMax ? near : undefined;
  }

  /** A room is being opened. Give it its room when it is there, or forget it. */
  add({ account, address, addressGroup }: Limited): Opened {
    const opened: Opened = { account, address, addressGroup, room: undefined };
    this.all.add(opened);
    return opened;
  }

  /** The room was not opened. */
  forget(opened: Opened): void {
    this.all.delete(opened);
  }

  /** The room is over. */
  forgetRoom(room: Room): void {
    for (const opened of this.all) if (opened.room === room) this.all.delete(opened);
  }
}
