// Control: every message between the primary and a child on the child's own pipe, one row each.
import Type from 'typebox';
import { codecOf, type MessageIn, type ProcessMessageTable } from './table.ts';

/** The file descriptor of the control pipe in a child. */
export const CONTROL_FD = 4;

const connection = Type.Number();

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
  /** The child's metrics as they stand. */
  metrics: { tag: 3, fields: { snapshot: Type.Unsafe<unknown>({}) } },
  /** The worker has the socket of this connection. */
  accepted: { tag: 4, fields: { connection } },
  /** Whose connection it is, for whoever serves it next. */
  identified: {
    tag: 5,
    fields: { connection, token: Type.String(), encoding: Type.String() },
  },
  /** The connection has ended: the primary lets go of its handle. */
  closed: { tag: 6, fields: { connection } },
  /** The child cannot work with this configuration; starting it again would not help. */
  unusable: { tag: 7, fields: { text: Type.String() } },
} as const satisfies ProcessMessageTable;

export const fromPrimary = {
  /** Say goodbye to the clients, serve no new ones, and report what has closed. */
  drain: { tag: 1, fields: {} },
  /** Finish and exit with code 0. */
  stop: { tag: 2, fields: {} },
} as const satisfies ProcessMessageTable;

export type FromChild = MessageIn<typeof fromChild>;
export type FromPrimary = MessageIn<typeof fromPrimary>;
export const fromChildCodec = codecOf(fromChild);
export const fromPrimaryCodec = codecOf(fromPrimary);

/** What goes with a socket over the cluster's channel, which carries nothing else. */
export interface SocketMessage {
  readonly connection: number;
  readonly address: string;
}
