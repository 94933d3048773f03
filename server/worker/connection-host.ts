// The worker as its connections see it.
import type { Encoding, ErrorCode, KindsOf } from '../../protocol/index.ts';
import type { Config } from '../config.ts';
import type { FromWorker } from '../link/index.ts';
import type { CloseReason } from '../observe/index.ts';
import type { Connection } from './connection.ts';
import type { ReadBudget } from './read-budget.ts';

export interface ConnectionHost {
  readonly config: Config;
  readonly kindsOf: KindsOf;
  /** Whether the coordinator takes messages now. */
  readonly blocked: boolean;
  /** Time at which the coordinator last gave a sign of life, in ms of the steady clock; Infinity before the first
   *  coordinator. */
  readonly coordinatorServedAt: number;
  toCoordinator(message: FromWorker): void;
  /** The rooms that a connection is in. */
  roomsOf(connection: number): number[];
  /** `connection` has bytes to be written at the end of this turn. */
  writeLater(connection: Connection): void;
  /** `connection` is held back: `tryResume` is to be called from time to time. */
  hold(connection: Connection): void;
  /** Messages of clients that may be handled in this turn of the event loop. */
  readonly budget: ReadBudget;
  countThrottled(): void;
  countCommand(): void;
  /** The connection has chosen its encoding. */
  begun(connection: number, encoding: Encoding): void;
  countIn(frames: number, bytes: number): void;
  readonly countOut: (frames: number, bytes: number) => void;
  countError(code: ErrorCode): void;
  /** What the client has sent makes this process fail. */
  failed(connection: Connection, error: unknown): void;
  /** The socket is gone. Called once. */
  closed(connection: Connection, reason: CloseReason): void;
  /** This process has let go of the socket, which stays open. Called once, and `closed` not then. */
  released(connection: Connection): void;
}
