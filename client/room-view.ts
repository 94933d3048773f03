// A room as a player of it sees and plays it: what `client.join` gives.
import { EventEmitter } from 'node:events';
import type { Kind, Message } from '../protocol/index.ts';
import type { RejectedError } from './errors.ts';
import type { Entity, Mirror, StateChange } from './mirror.ts';
import type { Outbox } from './outbox.ts';

/** Why a place in a room is gone. */
export interface LeftReason {
  readonly code: string;
  readonly text: string;
}

export interface RoomEvents {
  /** A state was applied; `change` says what it did. */
  state: [change: StateChange];
  /** The game has sent an event. The view keeps events until the first listener is added: the newest 1,000,
   *  each for 10 seconds. */
  event: [name: string, data: unknown];
  /** The player has another avatar than before; undefined: none any longer. It comes right before the
   *  `state` of that tick, when the entity is in sight already. */
  avatar: [avatar: Entity | undefined];
  /** A command (not a call: its promise rejects) was refused and changed nothing. */
  rejected: [error: RejectedError];
  /** The session was lost and the game joined again: `number`, `avatarId` and what the game knows
   *  of this player are new; commands not acknowledged before are forgotten. */
  rejoined: [];
  /** The place in the room is gone: the last event of this view. A first listener that is
   *  added after it hears it, too. */
  left: [reason: LeftReason];
}

/** What a view looks at; belongs to the client. */
export interface RoomParts {
  readonly joined: Message<'joined'>;
  readonly outbox: Outbox;
  readonly mirror: Mirror;
  /** The id of the player's entity, or 0. */
  readonly avatar: number;
  leave(): Promise<void>;
}

/** The same object until `left`: across reconnects and, with `rejoin`, across lost sessions. */
export class RoomView extends EventEmitter<RoomEvents> {
  readonly #parts: RoomParts;

  constructor(parts: RoomParts) {
    super();
    this.#parts = parts;
  }

  get number(): number {
    return this.#parts.joined.room;
  }

  get game(): string {
    return this.#parts.joined.game;
  }

  /** The kinds of entities in this room, with the names and types of their fields. */
  get kinds(): readonly Kind[] {
    return this.#parts.joined.kinds;
  }

  /** What the game says of the room: size, rules; any value. */
  get about(): unknown {
    return this.#parts.joined.about;
  }

  /** Milliseconds between ticks; 0 in a room that moves only when commands arrive. */
  get tickMs(): number {
    return this.#parts.joined.tickMs;
  }

  /** How far around the avatar entities are certain to be seen; 0: everywhere. */
  get viewRadius(): number {
    return this.#parts.joined.viewRadius;
  }

  /** The id of the entity that is this player's; 0 where there is none. The game may give another one:
   *  see the event `avatar`. */
  get avatarId(): number {
    return this.#parts.avatar;
  }

  /** The tick of the last state. */
  get tick(): number {
    return this.#parts.mirror.tick;
  }

  /** The last sequence number that the room has acknowledged. */
  get ack(): number {
    return this.#parts.outbox.acknowledged;
  }

  /** How many commands and calls wait for their acknowledgement or answer. */
  get unacknowledged(): number {
    return this.#parts.outbox.size;
  }

  /** Every entity in sight, by id. */
  get entities(): ReadonlyMap<number, Entity> {
    return this.#parts.mirror.entities;
  }

  /** This player's entity; undefined where there is none. */
  get avatar(): Entity | undefined {
    return this.entities.get(this.avatarId);
  }

  /** The entities of one kind that are in sight. */
  of<E extends Entity = Entity>(kind: string): IterableIterator<E> {
    return this.#parts.mirror.of(kind).values() as IterableIterator<E>;
  }

  /** Sends a command. It is applied exactly once, in order with the others of this room, whatever
   *  connection carries it; while there is none it waits. Commands of one turn of the event loop
   *  share a write.
   *  @returns its sequence number: the command is applied when `ack` has reached it.
   *  @throws {ClientError} `OUTBOX_FULL`, `NOT_IN_ROOM`, `BAD_COMMAND`, `CLOSED`. */
  send(name: string, args?: unknown): number {
    return this.#parts.outbox.send(name, args);
  }

  /** Sends a command and gives its value; like `send` otherwise. A call whose answer was lost with
   *  a connection is sent again, and answered by the server without being applied again; by
   *  `RESULT_EXPIRED` where it was applied, but its value is no longer kept.
   *  @throws {RejectedError} with the room's code.
   *  @throws {ClientError} as `send`; `SESSION_LOST`. */
  call(name: string, args?: unknown): Promise<unknown> {
    return this.#parts.outbox.call(name, args);
  }

  /** Gives up the place, after what was sent before; fulfilled when it is gone. Never rejects. */
  leave(): Promise<void> {
    return this.#parts.leave();
  }
}

/** The lobby: the room that every session is in, without entities. `chat` is one of its events. */
export type Lobby = Pick<
  RoomView,
  'number' | 'ack' | 'unacknowledged' | 'send' | 'call' | 'on' | 'once' | 'off'
>;
