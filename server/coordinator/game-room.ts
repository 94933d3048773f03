// The room as game code has it: what it may see and do, and nothing else.
import { type Bank, type Entities, type Room, shown } from '../games/index.ts';
import { checkedPlayer } from './checked-player.ts';
import type { EntityTable } from './entity-table.ts';
import { checkEventName, type Outputs } from './outputs.ts';
import { copyOfPlain, plainValue } from './plain-value.ts';
import type { PlayerViews } from './player-views.ts';
import type { RoomMemory } from './room-memory.ts';
import { type Strictness, strict } from './strict-object.ts';

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
  const kinds = tables.map((table) => table.kind.name);
  const entities = strict(
    Object.fromEntries(tables.map((table) => [table.kind.name, table])),
    strictness('room.entities', kinds, `the game has ${kinds.join(', ') || 'no kinds'}`),
  );
  Object.freeze(entities);
  const room: Room = {
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
    bank: bankOf(bank),
    send: (player, name, data) => {
      checkEventName(name);
      const { id: number } = checkedPlayer('room.send', player);
      outputs().events.push({ player: number, name, data: sent(data) });
    },
    broadcast: (name, data) => {
      checkEventName(name);
      outputs().events.push({ player: 0, name, data: sent(data) });
    },
    setAvatar: (player, entity) => views.setAvatar(checkedPlayer('room.setAvatar', player), entity),
    look: (player, look) => views.look(checkedPlayer('room.look', player), look),
    end: (text) => {
      if (typeof text !== 'string') {
        throw new TypeError(`room.end needs a text for the players, but got ${shown(text)}`);
      }
      outputs().ended ??= text.slice(0, END_TEXT_MAX);
    },
  };
  const hint = 'what a room remembers is in room.state';
  return strict(room, strictness('room', Object.keys(room), hint));
}

const strictness = (name: string, known: readonly string[], hint: string): Strictness => {
  return { name, known, hint, refusesReading: true };
};

/** The account effects without the engine's part of the outbox. */
function bankOf(outbox: Bank): Bank {
  const bank: Bank = {
    deposit: (player, item, amount) =>
      outbox.deposit(checkedPlayer('room.bank.deposit', player), item, amount),
    withdraw: (player, item, amount) =>
      outbox.withdraw(checkedPlayer('room.bank.withdraw', player), item, amount),
    balance: (player, item) => outbox.balance(checkedPlayer('room.bank.balance', player), item),
    get underWay() {
      return outbox.underWay;
    },
    get isFull() {
      return outbox.isFull;
    },
  };
  const hint = 'it moves items by deposit and withdraw, and asks by balance';
  return strict(bank, strictness('room.bank', Object.keys(bank), hint));
}

/** The game may go on changing what it gave: the event says how that was when it was sent. */
function sent(data: unknown): unknown {
  return copyOfPlain(plainValue(data));
}
