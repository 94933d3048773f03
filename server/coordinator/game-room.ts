// The room as game code has it: what it may see and do, and nothing else.
import type { Entities, Room } from '../games/index.ts';
import type { EntityTable } from './entity-table.ts';
import { checkEventName, type Outputs } from './outputs.ts';
import { copyOfPlain, plainValue } from './plain-value.ts';
import type { PlayerViews } from './player-views.ts';
import type { RoomMemory } from './room-memory.ts';

/** Longest text with which a room ends, in characters. */
const END_TEXT_MAX = 1000;

export interface GameRoomParts extends Pick<Room, 'id' | 'random' | 'players' | 'bank'> {
  readonly memory: RoomMemory;
  readonly tables: readonly EntityTable[];
  readonly views: PlayerViews;
  tick(): number;
  now(): number;
  /** What is said now is said by this batch. */
  outputs(): Outputs;
}

export function makeGameRoom(parts: GameRoomParts): Room {
  const { id, random, players, memory, bank, tables, views, outputs } = parts;
  const entities = Object.fromEntries(tables.map((table) => [table.kind.name, table]));
  return {
    id,
    get tick() {
      return parts.tick();
    },
    get now() {
      return parts.now();
    },
    random,
    entities: entities as Record<string, Entities>,
    players,
    get state() {
      return memory.state;
    },
    set state(state) {
      memory.state = state;
    },
    bank,
    send: (player, name, data) => {
      checkEventName(name);
      outputs().events.push({ player: player.id, name, data: sent(data) });
    },
    broadcast: (name, data) => {
      checkEventName(name);
      outputs().events.push({ player: 0, name, data: sent(data) });
    },
    setAvatar: (player, entity) => views.setAvatar(player, entity),
    look: (player, look) => views.look(player, look),
    end: (text) => {
      outputs().ended ??= text.slice(0, END_TEXT_MAX);
    },
  };
}

/** The game may go on changing what it gave: the event says how that was when it was sent. */
function sent(data: unknown): unknown {
  return copyOfPlain(plainValue(data));
}
