// Every message between a process and the one that started it, as tuples: short, and quick to clone.
import type { RemoteError } from './remote-error.ts';

/** Who a process is, for itself and for those it starts. */
export interface ProcessIdentity {
  readonly name: string;
  readonly pid: number;
  /** It ends with the process that started it. */
  readonly isDaemon: boolean;
}

/** A target that crosses processes. */
export interface TargetAddress {
  readonly module: string;
  readonly name: string;
}

/** First of all: who it is and what for. */
export interface Birth {
  readonly name: string;
  readonly isDaemon: boolean;
  readonly parent: ProcessIdentity;
  /** Whether it was given a socket. */
  readonly hasSocket: boolean;
}

export type ToChild =
  /** Run this and end. */
  | readonly ['run', Birth, TargetAddress, args: readonly unknown[]]
  /** Serve a pool: run the initializer, then tasks, so many at a time. */
  | readonly ['serve', Birth, Initializer | undefined, concurrentTasks: number]
  /** Answer by `pong` as soon as the event loop turns. */
  | readonly ['ping', id: number]
  /** The number of a target in the tasks that follow. */
  | readonly ['target', number, TargetAddress]
  /** Call the target: once, with the arguments; or for each item of a chunk, or each list of
   *  arguments. */
  | readonly ['task' | 'each' | 'spread', id: number, target: number, values: readonly unknown[]]
  /** Nobody waits for this task: if it has not begun, it need not. */
  | readonly ['skip', id: number];

export interface Initializer extends TargetAddress {
  readonly args: readonly unknown[];
}

/** The number of what is not a task: the target of a process, the initializer of a pool. */
export const MAIN_TASK = 0;

export type FromChild =
  | readonly ['pong', id: number]
  /** The initializer has run; tasks are taken. */
  | readonly ['ready']
  | readonly ['done', id: number, value: unknown]
  | readonly ['failed', id: number, RemoteError]
  /** The result does not fit into a message. */
  | readonly ['tooLarge', id: number, bytes: number]
  /** The result cannot be cloned. */
  | readonly ['notCloneable', id: number, RemoteError]
  /** Nothing caught this; the process ends. */
  | readonly ['failing', RemoteError];
