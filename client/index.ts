// The door of client/, exported as `holdfast/client`: play on a Holdfast server from a program.
export type { FieldValue, Goods, Kind, TradeView as Trade } from '../protocol/index.ts';
export { Client, type ClientEvents, connect, type Welcome } from './client.ts';
export {
  ClientError,
  type ClientErrorCode,
  clientErrorTable,
  RejectedError,
  ServerError,
} from './errors.ts';
export { type LinkError, LinkState } from './link.ts';
export type { MatchOptions } from './matches.ts';
export type { Entity, StateChange } from './mirror.ts';
export type { ConnectOptions } from './options.ts';
export { reachText } from './reach-text.ts';
export type { LeftReason, Lobby, RoomEvents, RoomView } from './room-view.ts';
export type { JoinTarget } from './rooms.ts';
