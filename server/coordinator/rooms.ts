// All rooms: opens them, finds one with place, ends those that stay empty.
import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { ErrorCode } from '../../protocol/index.ts';
import type { Config } from '../config.ts';
import type { Game } from '../games/index.ts';
import type { Log, ProcessMetrics } from '../observe/index.ts';
import { Room } from './room.ts';

/** A room, or why there is none. */
export type Found = Room | ErrorCode;

export class Rooms implements Iterable<Room> {
  readonly games: ReadonlyMap<string, Game>;
  private readonly rooms = new Map<number, Room>();
  private readonly config: Config;
  private readonly log: Log;
  private readonly metrics: ProcessMetrics<'coordinator'>;
  /** The lobby is 0. */
  private lastId = 0;

  constructor(
    games: ReadonlyMap<string, Game>,
    config: Config,
    log: Log,
    metrics: ProcessMetrics<'coordinator'>,
  ) {
    this.games = games;
    this.config = config;
    this.log = log;
    this.metrics = metrics;
  }

  get size(): number {
    return this.rooms.size;
  }

  [Symbol.iterator](): Iterator<Room> {
    return this.rooms.values();
  }

  byId(id: number): Found {
    return this.rooms.get(id) ?? 'UNKNOWN_ROOM';
  }

  /** The fullest room of the game that still has place, so that players meet; else a new one. */
  withPlace(gameName: string): Found {
    let best: Room | undefined;
    for (const room of this.rooms.values()) {
      if (room.game.name !== gameName || room.isFull) continue;
      if (!best || room.players > best.players) best = room;
    }
    return best ?? this.open(gameName);
  }

  open(gameName: string): Found {
    const game = this.games.get(gameName);
    if (!game) return 'UNKNOWN_GAME';
    if (this.rooms.size >= this.config.roomsMax) return 'ROOMS_LIMIT';
    const id = this.lastId + 1;
    let room: Room;
    try {
      room = new Room({
        id,
        game,
        seed: randomInt(-0x8000_0000, 0x8000_0000),
        inboxPerPlayerMax: this.config.inFlightMax,
        log: this.log,
        metrics: this.metrics,
        ended: (over) => this.rooms.delete(over.id),
      });
    } catch (error) {
      this.metrics.count('gameErrors');
      this.log.error({ error, game: gameName }, 'the game failed to prepare a room');
      return 'GAME_ERROR';
    }
    this.lastId = id;
    this.rooms.set(id, room);
    this.log.info({ room: id, game: gameName }, 'room opened');
    return room;
  }

  /** Called several times a second. */
  beat(): void {
    const now = performance.now();
    for (const room of [...this.rooms.values()]) {
      room.beat();
      if (room.emptySince === undefined) continue;
      if (now - room.emptySince < this.config.roomEmptyMs) continue;
      room.end('ROOM_ENDED', 'Nobody was in the room any more.');
      this.log.info({ room: room.id, game: room.game.name }, 'empty room ended');
    }
  }
}
