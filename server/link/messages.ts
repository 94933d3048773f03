// The link: every message between a worker and the coordinator, one row each.

import type { Kind } from '../../protocol/index.ts';
import { Type } from '../../protocol/schema.ts';
import type { KeptCopy } from './copy-shape.ts';
import type { GridShape } from './grid.ts';
import { codecOf, type MessageIn, type ProcessMessageTable } from './table.ts';

/** The primary's number of a connection; the same in every process, never used again. */
const connection = Type.Number();
const room = Type.Number();
const seq = Type.Number();
const request = Type.Union([Type.Number(), Type.Null()]);
/** What a player without an avatar sees of a world: all of it, nothing of it, or what is around a place. */
export type Sight = 'all' | 'nothing' | readonly [x: number, y: number];
/** What a connection's player sees from now on. The sight counts where the avatar (an entity, or 0) has
 *  no place. */
export type ViewChange = readonly [connection: number, avatar: number, sight: Sight];

const bytes = Type.Unsafe<Uint8Array>({});
const anything = Type.Unsafe<unknown>({});

export const fromWorker = {
  /** The first message on a link: which worker this is, and which copies it has kept from a
   *  coordinator that is gone. */
  present: {
    tag: 1,
    fields: { worker: Type.Number(), copies: Type.Unsafe<readonly KeptCopy[]>({}) },
  },
  /** A connection said hello, or goes on after a process was replaced. `token` is '' for a new
   *  session. `since`: when the worker got the connection from another, by the steady clock, else 0.
   *  `rooms`: where the connection could go on as if nothing had been, the rooms that it is in;
   *  else null. `account`: the key that hello showed, or ''. `address`: the network address of the client. */
  attach: {
    tag: 2,
    fields: {
      connection,
      token: Type.String(),
      name: Type.String(),
      since: Type.Number(),
      rooms: Type.Union([Type.Array(room), Type.Null()]),
      account: Type.String(),
      address: Type.String(),
    },
  },
  /** The connection is gone; its session may be resumed. */
  detach: { tag: 3, fields: { connection } },
  /** The client ended its session. */
  quit: { tag: 4, fields: { connection } },
  /** `room` -1: by the game's name. */
  join: { tag: 5, fields: { connection, room, game: Type.String(), request } },
  leave: { tag: 6, fields: { connection, room } },
  command: {
    tag: 7,
    fields: {
      connection,
      room,
      seq,
      name: Type.String(),
      args: anything,
      /** Whether the client waits for a value. */
      call: Type.Boolean(),
    },
  },
} as const satisfies ProcessMessageTable;

export const fromCoordinator = {
  attached: {
    tag: 1,
    fields: {
      connection,
      session: Type.Number(),
      token: Type.String(),
      name: Type.String(),
      resumed: Type.Boolean(),
      rooms: Type.Array(room),
      lobbySeq: seq,
      /** The connection goes on as if nothing had been; a `resumed` for each room follows. */
      continued: Type.Boolean(),
      /** The account's key. */
      account: Type.String(),
    },
  },
  /** Something the connection asked for is refused. */
  refused: {
    tag: 2,
    fields: { connection, code: Type.String(), text: Type.String(), request },
  },
  /** A copy of the room begins, or begins again: these are all of its entities. */
  opened: {
    tag: 3,
    fields: {
      room,
      game: Type.String(),
      kinds: Type.Unsafe<readonly Kind[]>({}),
      world: Type.Unsafe<GridShape | null>({}),
      tickMs: Type.Number(),
      tick: Type.Number(),
      entered: bytes,
    },
  },
  /** Nobody on this worker is in the room any more: the copy can go. */
  shut: { tag: 4, fields: { room } },
  joined: {
    tag: 5,
    fields: {
      connection,
      room,
      avatar: Type.Number(),
      sight: Type.Unsafe<Sight>({}),
      about: anything,
      request,
      /** The last sequence number applied. */
      seq,
    },
  },
  /** What one tick changed, for everyone on this worker. */
  delta: {
    tag: 6,
    fields: {
      room,
      tick: Type.Number(),
      left: bytes,
      entered: bytes,
      changed: bytes,
      /** Pairs: a connection, and the last sequence number applied for it. */
      acks: Type.Array(Type.Number()),
      /** Whose view is another after it. */
      views: Type.Unsafe<readonly ViewChange[]>({}),
    },
  },
  /** `connections` empty: for everyone on this worker who is in the room. */
  event: {
    tag: 7,
    fields: { room, connections: Type.Array(connection), name: Type.String(), data: anything },
  },
  result: { tag: 8, fields: { connection, room, seq, value: anything } },
  rejected: {
    tag: 9,
    fields: { connection, room, seq, code: Type.String(), text: Type.String() },
  },
  resumed: { tag: 10, fields: { connection, room, seq } },
  left: { tag: 11, fields: { connection, room, code: Type.String(), text: Type.String() } },
  /** The coordinator's event loop turns, every `COORDINATOR_BEAT_MS`: tells a worker since when it hung. */
  beat: { tag: 12, fields: {} },
} as const satisfies ProcessMessageTable;

export const COORDINATOR_BEAT_MS = 250;

export type FromWorker = MessageIn<typeof fromWorker>;
export type FromCoordinator = MessageIn<typeof fromCoordinator>;
export const fromWorkerCodec = codecOf(fromWorker);
export const fromCoordinatorCodec = codecOf(fromCoordinator);
