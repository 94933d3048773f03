// The door of link/: the channels between our own processes and the messages on them.

export { Channel } from './channel.ts';
export {
  type Assignment,
  CONTROL_FD,
  type FromChild,
  type FromPrimary,
  fromChild,
  fromChildCodec,
  fromPrimary,
  fromPrimaryCodec,
  type Handover,
  type LoadedGame,
  type SocketMessage,
} from './control.ts';
export { type CopyShape, type KeptCopy, shapeHash } from './copy-shape.ts';
export { Grid, type GridShape } from './grid.ts';
export { mergeRows, type TickRows } from './merge-rows.ts';
export {
  COORDINATOR_BEAT_MS,
  type FromCoordinator,
  type FromWorker,
  fromCoordinator,
  fromCoordinatorCodec,
  fromWorker,
  fromWorkerCodec,
  type Sight,
  type ViewChange,
} from './messages.ts';
export { SOCKET_PATH_BYTES_MAX, SocketServer, type SocketServerOptions } from './socket-server.ts';
export { steadyMs } from './steady-clock.ts';
export type { Codec } from './table.ts';
export { linkVersion } from './version.ts';
