// The result of a load-test: the shape of the file that --json writes.
import type { Limit } from './limits.ts';
import type { LoadMode } from './messages.ts';

/** Everything is of the measured window, except where it says otherwise. What could not be measured
 *  is null: latencies without commands, the server's processes without its admin interface. */
export interface Report {
  readonly mode: LoadMode;
  /** `host:port`; null where the server was the load-test's own. */
  readonly target: string | null;
  readonly game: string;
  /** Clients that were to connect. */
  readonly clients: number;
  /** Clients that were connected, bots in the game, when the window began. */
  readonly connected: number;
  /** Connections and places in rooms that were lost, from the start to the end of the window. */
  readonly drops: number;
  /** The newest of what went wrong for a client. */
  readonly lastError: string | null;
  readonly seconds: number;
  readonly commands: {
    readonly sent: number;
    readonly acknowledged: number;
    /** Of the acknowledged, those that the game refused. */
    readonly rejected: number;
    readonly perSecond: number;
  };
  readonly states: {
    readonly received: number;
    readonly perSecond: number;
    readonly perSecondPerClient: number;
    /** The states of the client that received fewest, as a share of the mean; null where clients are
     *  not counted one by one. */
    readonly slowestShare: number | null;
    /** The longest time in which a client received no state. */
    readonly longestGapMs: number | null;
  };
  /** From sending a command to the arrival of the state that acknowledges it. */
  readonly latencyMs: {
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly p999: number;
    readonly max: number;
  } | null;
  readonly bytesPerSecondPerClient: { readonly received: number; readonly sent: number };
  /** As the slowest of the rooms watched had it, one watched by each process of bots. */
  readonly ticksPerSecond: number | null;
  readonly server: ServerReport | null;
  readonly clientProcesses: readonly ClientProcessReport[];
  readonly limits: readonly Limit[];
}

export interface ServerReport {
  readonly processes: readonly ServerProcessReport[];
  /** User and system time of all processes. */
  readonly cpuSeconds: number;
  /** Per state frame that clients received; null without any. */
  readonly cpuMicrosPerState: number | null;
  /** Proportional set size at the end of the window, and before anybody connected. */
  readonly pssBytes: number | null;
  readonly pssBytesBefore: number | null;
  /** The growth from before to the end, for each client connected. */
  readonly pssBytesPerConnection: number | null;
  /** How late ticks began: upper bounds of the buckets of holdfast_tick_lag_seconds. */
  readonly tickLagMs: { readonly p50: number; readonly p99: number } | null;
  readonly ticksSkipped: number | null;
  /** Processes that died or were killed since before anybody connected. */
  readonly deaths: number;
  /** CPU time of programs that have no part in the load-test, where the server is on this machine. */
  readonly othersCpuPercent: number | null;
}

export interface ServerProcessReport {
  readonly role: string;
  readonly slot: number;
  readonly pid: number;
  /** Null where it began within the window on another machine, or ended. */
  readonly cpuSeconds: number | null;
  readonly cpuPercent: number | null;
  readonly pssBytes: number | null;
}

export interface ClientProcessReport {
  readonly clients: number;
  readonly cpuPercent: number;
  /** How late its event loop ran: latencies contain it. */
  readonly eventLoopLagP99Ms: number;
}
