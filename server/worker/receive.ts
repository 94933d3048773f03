// What the coordinator says, passed on to the connections and rooms that it is meant for.
import { type ErrorCode, errorTable, LOBBY, type ServerMessage } from '../../protocol/index.ts';
import type { Config } from '../config.ts';
import type { FromCoordinator } from '../link/index.ts';
import type { ProcessMetrics } from '../observe/index.ts';
import { type Connection, endsConnection } from './connection.ts';
import { ServedRoom } from './served-room.ts';

type Kind<T extends FromCoordinator['type']> = Extract<FromCoordinator, { type: T }>;

/** What a worker serves. */
export interface Served {
  readonly connections: ReadonlyMap<number, Connection>;
  readonly rooms: Map<number, ServedRoom>;
  readonly config: Config;
  readonly metrics: ProcessMetrics<'worker'>;
  /** This worker's number. */
  readonly worker: number;
  identified(connection: number, token: string, name: string): void;
}

/** All that is for clients, but the deltas of rooms. */
export type NoDelta = Exclude<FromCoordinator, { type: 'delta' | 'beat' }>;

export function receive(message: NoDelta, served: Served): void {
  const { rooms } = served;
  switch (message.type) {
    case 'opened':
      opened(message, served);
      return;
    case 'shut':
      rooms.delete(message.room);
      return;
    case 'event':
      event(message, served);
      return;
    default: {
      // What is meant for one connection, which may be gone by now.
      const connection = served.connections.get(message.connection);
      if (connection) receiveFor(connection, message, served);
    }
  }
}

function opened(message: Kind<'opened'>, { rooms, config }: Served): void {
  const room = rooms.get(message.room);
  if (room) room.reopen(message);
  else rooms.set(message.room, new ServedRoom(message, config.unsentBytesMax));
}

/** Brings the copy of a room up to date. */
export function applyDeltas(
  room: number,
  deltas: readonly Kind<'delta'>[],
  { rooms, metrics }: Served,
): void {
  rooms.get(room)?.apply(deltas);
  if (deltas.length > 1) metrics.count('deltasMerged', deltas.length - 1);
}

/** Shows the room to the next of its clients.
 *  @returns the number of clients; with fewer than `max` all have been shown. */
export function showRoom(room: number, max: number, { rooms, metrics }: Served): number {
  const sent = rooms.get(room)?.show(max);
  if (!sent) return 0;
  if (sent.states > 0) metrics.count('statesSent', sent.states);
  if (sent.skipped > 0) metrics.count('statesSkipped', sent.skipped);
  return sent.clients;
}

function event({ room, connections, name, data }: Kind<'event'>, served: Served): void {
  const message: ServerMessage = { type: 'event', room, name, data };
  if (connections.length > 0) {
    for (const id of connections) served.connections.get(id)?.send(message);
  } else if (room === LOBBY) {
    for (const connection of served.connections.values()) {
      if (connection.attachment.token !== '') connection.send(message);
    }
  } else served.rooms.get(room)?.broadcast(message);
}

function receiveFor(
  connection: Connection,
  message: Extract<FromCoordinator, { connection: number }>,
  served: Served,
): void {
  switch (message.type) {
    case 'attached':
      attached(connection, message, served);
      return;
    case 'refused':
      refused(connection, message, served.metrics);
      return;
    case 'joined':
      connection.attachment.shown(message.room);
      connection.attachment.answered(message.request);
      served.rooms.get(message.room)?.join(connection, message);
      return;
    case 'result': {
      const { room, seq, value } = message;
      connection.flow.answered(room, seq);
      connection.send({ type: 'result', room, seq, value });
      return;
    }
    case 'rejected': {
      const { room, seq, code, text } = message;
      connection.flow.answered(room, seq);
      connection.send({ type: 'rejected', room, seq, code, text });
      return;
    }
    case 'resumed': {
      const { room, seq } = message;
      connection.flow.restart(room, seq);
      connection.send({ type: 'resumed', room, seq });
      return;
    }
    case 'left': {
      const { room, code, text } = message;
      connection.attachment.shown(room);
      served.rooms.get(room)?.leave(connection.id);
      connection.flow.leave(room);
      connection.send({ type: 'left', room, code, text });
      return;
    }
    default:
      message satisfies never;
  }
}

function attached(connection: Connection, message: Kind<'attached'>, served: Served): void {
  const { session, token, name, resumed, rooms, lobbySeq, account } = message;
  const { resumeMs, idleMs, commandsPerSecond, inFlightMax } = served.config;
  const pauseMs = connection.attachment.attached(token, name, account);
  if (message.continued) return;
  forsake(connection.id, served.rooms);
  connection.attachment.welcomed(rooms);
  connection.send({
    type: 'welcome',
    session,
    token,
    name,
    resumed,
    rooms,
    lobbySeq,
    worker: served.worker,
    resumeMs,
    idleMs,
    commandsPerSecond,
    inFlightMax,
    ...(pauseMs === undefined ? {} : { pauseMs }),
  });
  // Where the server was started again since, the client alone has it.
  if (account !== '') connection.send({ type: 'account', key: account });
  served.identified(connection.id, token, name);
}

/** The connection is in no room any more. */
export function forsake(connection: number, rooms: ReadonlyMap<number, ServedRoom>): void {
  for (const room of rooms.values()) room.leave(connection);
}

function refused(
  connection: Connection,
  { code, text, request }: Kind<'refused'>,
  metrics: ProcessMetrics<'worker'>,
): void {
  connection.attachment.answered(request);
  if (endsConnection(code)) {
    connection.refuse(code, text);
    return;
  }
  if (isErrorCode(code)) metrics.count('protocolErrors', 1, { code });
  if (request === null) connection.send({ type: 'error', code, text });
  else connection.send({ type: 'error', code, text, request });
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorTable, code);
