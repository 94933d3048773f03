// A forked process as the primary holds it, whatever it has become: its handle and its control pipe.
import cluster, { type Worker as ClusterWorker } from 'node:cluster';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  Channel,
  CONTROL_FD,
  type FromChild,
  type FromPrimary,
  type fromChild,
  fromChildCodec,
  type fromPrimary,
  fromPrimaryCodec,
  type SocketMessage,
} from '../link/index.ts';
import { type ChildOrigin, childEnvironment, type Exit } from '../multiprocessing/index.ts';
import { LineSplitter, type LogRole } from '../observe/index.ts';
import { parseReport, WATCH_FD, type WatchReport } from '../watch/index.ts';

export interface ForkedEvents {
  message(message: FromChild): void;
  /** Its watch thread has something to tell. */
  reported(report: WatchReport): void;
  /** The process has ended and was reaped. Called once. */
  exited(exit: Exit): void;
}

/** What is told of a process that could not be started; its `exited` follows. */
export type ForkFailed = (error: Error) => void;

/** stdin, stdout and stderr, the channel that carries sockets, the control pipe, and that of the watch
 *  thread. */
export const CHILD_STDIO = ['ignore', 'pipe', 'pipe', 'ipc', 'pipe', 'pipe'] as const;
/** Of a watch thread's line: the stack has thirty frames at most. */
const REPORT_BYTES_MAX = 65_536;

/** What a process has said before its end counts: that comes by another way than the news of its end,
 *  and mostly earlier. Never waited for longer than this. */
const LAST_WORDS_MS = 100;

export class ForkedProcess {
  /** Who is told; set again when the process is given away. */
  events: ForkedEvents;
  readonly startedAt = performance.now();
  /** When it was last heard of, by `performance.now()`. */
  beatAt = performance.now();
  /** Messages, and beats of its watch thread, heard so far. */
  signs = 0;
  /** It has loaded its code, or said what is wrong with it; until then that may hold it up for long. */
  hasLoaded = false;
  beat = { eventLoopLagMs: 0, residentBytes: 0, clients: 0 };
  readonly pid: number;
  /** Whose lines those are that it writes. */
  readonly source: { role: LogRole; worker: number; readonly pid: number };
  /** Undefined where there is no process. */
  readonly stdout: NodeJS.ReadableStream | undefined;
  readonly stderr: NodeJS.ReadableStream | undefined;
  /** Resolves when all that it has written is in the log. */
  outputEnded: Promise<void> = Promise.resolve();
  private readonly process: ClusterWorker | undefined;
  private readonly control: Channel<typeof fromPrimary, typeof fromChild> | undefined;

  /** Needs `cluster.setupPrimary` with `stdio` as in `CHILD_STDIO`. Where no process can be started
   *  (too many, no memory, no descriptor), it is one that ends in the next turn, and has no pid. */
  constructor(origin: ChildOrigin, events: ForkedEvents, failed: ForkFailed) {
    this.events = events;
    this.process = fork(origin, failed);
    this.pid = this.process?.process.pid ?? 0;
    this.source = { role: 'spare', worker: 0, pid: this.pid };
    if (!this.process) {
      setImmediate(() => this.events.exited({ code: null, signal: null }));
      return;
    }
    const { stdio, stdout, stderr } = this.process.process;
    this.stdout = stdout!;
    this.stderr = stderr!;
    this.control = new Channel({
      stream: stdio[CONTROL_FD] as unknown as Duplex,
      out: fromPrimaryCodec,
      in: fromChildCodec,
      message: (message) => {
        this.heard(message);
        this.events.message(message);
      },
      closed: () => said.resolve(),
    });
    // Node's types know of five only.
    this.hearWatch((stdio as readonly unknown[])[WATCH_FD] as Duplex | undefined);
    const said = Promise.withResolvers<void>();
    // What fails on the channel of sockets shows as the exit that follows.
    this.process.on('error', () => {});
    this.process.once('exit', (code, signal) => {
      const late = setTimeout(said.resolve, LAST_WORDS_MS);
      void said.promise.then(() => {
        clearTimeout(late);
        this.events.exited({ code, signal });
      });
    });
  }

  send(message: FromPrimary): void {
    this.control?.send(message);
  }

  /** Hands a socket over and keeps a handle of it. */
  sendSocket(message: SocketMessage, socket: Socket): void {
    if (!this.process?.isConnected()) return;
    // Node's callback says nothing reliable of the receiver: its `accepted` does.
    this.process.process.send(message, socket, { keepOpen: true }, () => {});
  }

  kill(): void {
    this.process?.process.kill('SIGKILL');
  }

  private hearWatch(pipe: Duplex | undefined): void {
    const lines = new LineSplitter(REPORT_BYTES_MAX, (line) => {
      this.signs++;
      const report = parseReport(line);
      if (report) this.events.reported(report);
    });
    pipe?.on('data', (chunk: Buffer) => lines.push(chunk));
    // A broken pipe ends with its process, whose exit is reported elsewhere.
    pipe?.on('error', () => {});
  }

  private heard(message: FromChild): void {
    this.signs++;
    this.beatAt = performance.now();
    if (message.type === 'loaded') this.hasLoaded = true;
    if (message.type !== 'beat') return;
    const { eventLoopLagMs, residentBytes, clients } = message;
    this.beat = { eventLoopLagMs, residentBytes, clients };
  }
}

/** Node throws some errors, and tells of others later, without an `exit`. */
function fork(origin: ChildOrigin, failed: ForkFailed): ClusterWorker | undefined {
  try {
    const forked = cluster.fork(childEnvironment(origin));
    if (forked.process.pid !== undefined) return forked;
    forked.on('error', failed);
  } catch (error) {
    failed(error as Error);
  }
  return undefined;
}
