// A room's saved state in slices, each small enough to be written between two ticks.

import { canonical } from './canonical.ts';
import { pack } from './msgpack.ts';

/** What `RoomState.save` gives, as far as the store knows it. Everything in `entities` and `players`
 *  must stay as it is until the snapshot is written; the rest may change at once. */
export interface Saved {
  readonly entities: readonly (readonly unknown[])[];
  readonly players: readonly unknown[];
}

/** Entities are small; a player may have many answers. */
const ENTITIES_MAX = 1000;
const PLAYERS_MAX = 25;
/** In the place of an entity table's number. */
const PLAYERS = -1;

/** The first slice has all but entities and players; others are [table's number, members]. */
export function* slicesOf(saved: Saved): Generator<unknown, void> {
  yield { ...saved, entities: saved.entities.map(() => []), players: [] };
  for (const [table, entities] of saved.entities.entries()) {
    for (let i = 0; i < entities.length; i += ENTITIES_MAX) {
      yield [table, entities.slice(i, i + ENTITIES_MAX)];
    }
  }
  for (let i = 0; i < saved.players.length; i += PLAYERS_MAX) {
    yield [PLAYERS, saved.players.slice(i, i + PLAYERS_MAX)];
  }
}

/** The way back from `slicesOf`. */
export function joinSlices(slices: readonly unknown[]): Saved {
  const [first, ...others] = slices as [Saved, ...[number, unknown[]][]];
  for (const [table, members] of others) {
    const into = (table === PLAYERS ? first.players : first.entities[table]!) as unknown[];
    for (const member of members) into.push(member);
  }
  return first;
}

/** @returns the slice as it is read again, and as it counts for the hash: mostly the same bytes.
 *  @throws {TypeError} for what is no plain value. */
export function packSlice(slice: unknown): { bytes: Buffer; hashed: Buffer } {
  const sorted = canonical(slice);
  const bytes = pack(slice);
  return { bytes, hashed: sorted === slice ? bytes : pack(sorted) };
}
