// The list of rooms that the lobby gives: a page of it at a time, at a bounded cost.
import { PacedValues } from './paced-values.ts';
import type { Rooms } from './rooms.ts';

export interface ListedRoom {
  readonly room: number;
  readonly game: string;
  readonly players: number;
  readonly playersMax: number;
}

/** Rooms in one answer: some 60 KB. */
const PAGE = 1000;

export class RoomList {
  private readonly rooms: Rooms;
  private readonly sorted = new PacedValues<readonly ListedRoom[]>();

  constructor(rooms: Rooms) {
    this.rooms = rooms;
  }

  /** @param game '' for all.
   *  @returns the first rooms with a number above `after`, by number. */
  page(game: string, after: number): readonly ListedRoom[] {
    if (game !== '' && !this.rooms.games.has(game)) return [];
    const all = this.sorted.get(game, () => this.list(game));
    const from = after === 0 ? 0 : firstAbove(all, after);
    return all.slice(from, from + PAGE);
  }

  private list(game: string): ListedRoom[] {
    const listed: ListedRoom[] = [];
    for (const { id: room, game: of, players } of this.rooms) {
      if (game !== '' && of.name !== game) continue;
      listed.push({ room, game: of.name, players, playersMax: of.playersMax });
    }
    return listed.sort((a, b) => a.room - b.room);
  }
}

function firstAbove(all: readonly ListedRoom[], number: number): number {
  let [from, to] = [0, all.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (all[middle]!.room > number) to = middle;
    else from = middle + 1;
  }
  return from;
}
