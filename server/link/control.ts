// Control: every message between the primary and a child on the child's own pipe, one row each.

import type { Encoding } from '../../protocol/index.ts';
import { Type } from '../../protocol/schema.ts';
import { codecOf, type MessageIn, type ProcessMessageTable } from './table.ts';

/** The file descriptor of the control pipe in a child. */
export const CONTROL_FD = 4;

const connection = Type.Number();
/** Which of the sockets that were ever given to be held; a connection may have had several. */
const hold = Type.Number();
const assignment = {
  connection,
  address: Type.String(),
  /** Where another worker has served it before. */
  handover: Type.Unsafe<Handover | null>({}),
};

export const fromChild = {
  /** The child has started and can do its work. */
  ready: { tag: 1, fields: {} },
  /** The child's event loop turns. Times in ms, memory in bytes. */
  beat: {
    tag: 2,
    fields: {
      eventLoopLagMs: Type.Number(),
      residentBytes: Type.Number(),
      /** Connections in a worker, sessions in the coordinator. */
      clients: Type.Number(),
    },
  },
  /** The coordinator cannot write down what happens, and why; '' where it can again. */
  trouble: { tag: 14, fields: { text: Type.String() } },
  /** The child's metrics as they stand. */
  metrics: { tag: 3, fields: { snapshot: Type.Unsafe<unknown>({}) } },
  /** The worker has the socket of this connection, and serves it. */
  accepted: { tag: 4, fields: { connection } },
  /** The worker has the socket that it is to hold, and reads nothing from it. */
  holds: { tag: 13, fields: { hold } },
  /** The connection's first byte has been read. Sent at once: from here on whoever serves it next
   *  cannot find the encoding by itself. */
  begun: { tag: 8, fields: { connection, encoding: Type.Unsafe<Encoding>({}) } },
  /** Whose connection it is, for whoever serves it next. */
  identified: {
    tag: 5,
    fields: { connection, token: Type.String(), name: Type.String() },
  },
  /** The connection has ended: the primary lets go of its handle. */
  closed: { tag: 6, fields: { connection } },
  /** The child cannot work with this configuration; starting it again would not help. */
  unusable: { tag: 7, fields: { text: Type.String() } },
  /** The child has loaded its code and the games, and can become what it is told at once.
   *  `problem`: why it would be of no use; '' where it would. `link`: `linkVersion` of its code. */
  loaded: {
    tag: 9,
    fields: {
      problem: Type.String(),
      link: Type.String(),
      games: Type.Unsafe<readonly LoadedGame[]>({}),
    },
  },
  /** The child has run once what it may have to run soon: it is as quick as it will be. */
  rehearsed: { tag: 12, fields: {} },
  /** The worker reads and writes this connection no more: another may. */
  released: { tag: 10, fields: { connection } },
  /** The child is about to end as it was asked to, and is in the way of no other. */
  left: { tag: 11, fields: {} },
} as const satisfies ProcessMessageTable;

export const fromPrimary = {
  /** Say goodbye to the clients, serve no new ones, and report what has closed. */
  drain: { tag: 1, fields: {} },
  /** Finish and exit with code 0. */
  stop: { tag: 2, fields: {} },
  /** What the child is from now on. Sent once. */
  become: {
    tag: 3,
    fields: {
      role: Type.Unsafe<'worker' | 'coordinator'>({}),
      slot: Type.Number(),
      worker: Type.Number(),
    },
  },
  /** Run once what you may have to run soon: nothing else is to be done yet. */
  rehearse: { tag: 6, fields: {} },
  /** Let go of these connections, and say so of each by `released`; they stay open. */
  release: { tag: 4, fields: { connections: Type.Array(connection) } },
  /** Serve this one, whose socket you hold: its worker is gone, or has let go of it. */
  serve: { tag: 7, fields: { ...assignment, hold } },
  /** Close your handle of this socket that you hold. */
  drop: { tag: 5, fields: { hold } },
} as const satisfies ProcessMessageTable;

export type FromChild = MessageIn<typeof fromChild>;
export type FromPrimary = MessageIn<typeof fromPrimary>;
export const fromChildCodec = codecOf(fromChild);
export const fromPrimaryCodec = codecOf(fromPrimary);

/** A game, as the primary tells the operator of it. */
export interface LoadedGame {
  readonly name: string;
  /** How many players are matched for a room; 1 in a game that is joined alone. */
  readonly matched: number;
}

/** What goes with a socket over the cluster's channel, which carries nothing else: that it is to be
 *  served, or held while another worker serves it. */
export type SocketMessage = Assignment | { readonly hold: number };

/** A connection that a worker is to serve. */
export type Assignment = Omit<FromPrimary & { type: 'serve' }, 'type' | 'hold'>;

/** What a worker must know to go on with a connection that another has served. */
export interface Handover {
  /** Undefined where nothing was read from it yet. */
  readonly encoding: Encoding | undefined;
  /** Of its session; '' where no hello was answered yet. */
  readonly token: string;
  readonly name: string;
  /** When its worker was lost, by the steady clock: orders hand-overs. */
  readonly lostAt: number;
  /** When that worker was known to work last, by the steady clock: before it hung, if it did. */
  readonly servedAt: number;
}
