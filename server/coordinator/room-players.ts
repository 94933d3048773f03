// The players of a room, which game code may read and only the room changes.
import type { PlayerRecord } from './player-record.ts';
import { strictPrototype } from './strict-object.ts';

const READ_ONLY =
  'room.players cannot be changed by a game: players come by join and go by leave, and room.end ends the room';

export class RoomPlayers extends Map<number, PlayerRecord> {
  enter(player: PlayerRecord): void {
    super.set(player.id, player);
  }

  remove(id: number): void {
    super.delete(id);
  }

  override set(): never {
    throw new TypeError(READ_ONLY);
  }

  override delete(): never {
    throw new TypeError(READ_ONLY);
  }

  override clear(): never {
    throw new TypeError(READ_ONLY);
  }
}

// Each read of the map would go through the proxy below, which costs a hundred times as much.
for (const key of Reflect.ownKeys(Map.prototype)) {
  if (Object.hasOwn(RoomPlayers.prototype, key)) continue;
  const property = Object.getOwnPropertyDescriptor(Map.prototype, key)!;
  Object.defineProperty(RoomPlayers.prototype, key, property);
}

Object.setPrototypeOf(
  RoomPlayers.prototype,
  strictPrototype(Map.prototype, {
    name: 'room.players',
    known: ['size', 'get', 'has', 'keys', 'values', 'entries', 'forEach'],
    hint: 'it is a Map by player.id, and [...room.players.values()] is an array',
    refusesReading: true,
  }),
);
