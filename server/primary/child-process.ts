// A forked child as the primary holds it: its process, its control pipe, its last heartbeat.
import cluster, { type Worker as ClusterWorker } from 'node:cluster';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  Channel,
  CONTROL_FD,
  type FromChild,
  type fromChild,
  fromChildCodec,
  type fromPrimary,
  fromPrimaryCodec,
  type SocketMessage,
} from '../link/index.ts';
import {
  type Child,
  type ChildIdentity,
  childEnvironment,
  type Exit,
} from '../multiprocessing/index.ts';

export interface ChildEvents {
  message(child: ChildProcess, message: FromChild): void;
  /** The process has ended and was reaped. Called once. */
  exited(child: ChildProcess, exit: Exit): void;
}

export class ChildProcess implements Child {
  readonly identity: ChildIdentity;
  readonly startedAt = performance.now();
  /** When it was last heard of, by `performance.now()`. */
  beatAt = performance.now();
  isReady = false;
  /** Its event loop has turned once. */
  hasBeaten = false;
  /** It was asked to stop, or was killed: it gets no more work. */
  isEnding = false;
  /** It was asked to stop: its end is no crash. */
  wasAsked = false;
  beat = { eventLoopLagMs: 0, residentBytes: 0, clients: 0 };
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
  private readonly process: ClusterWorker;
  private readonly control: Channel<typeof fromPrimary, typeof fromChild>;

  /** Needs `cluster.setupPrimary` with `stdio` as in `CHILD_STDIO`. */
  constructor(identity: ChildIdentity, events: ChildEvents) {
    this.identity = identity;
    this.process = cluster.fork(childEnvironment(identity));
    const { stdio, stdout, stderr } = this.process.process;
    this.stdout = stdout!;
    this.stderr = stderr!;
    this.control = new Channel({
      stream: stdio[CONTROL_FD] as unknown as Duplex,
      out: fromPrimaryCodec,
      in: fromChildCodec,
      message: (message) => {
        this.heard(message);
        events.message(this, message);
      },
      closed: () => {},
    });
    // What fails on the channel of sockets shows as the exit that follows.
    this.process.on('error', () => {});
    this.process.once('exit', (code, signal) => {
      this.isEnding = true;
      this.isReady = false;
      events.exited(this, { code, signal });
    });
  }

  get pid(): number {
    return this.process.process.pid ?? 0;
  }

  get name(): string {
    const { role, worker } = this.identity;
    return role === 'worker' ? `worker ${worker}` : role;
  }

  /** Hands a socket over and keeps a handle of it. */
  sendSocket(message: SocketMessage, socket: Socket): void {
    if (this.isEnding || !this.process.isConnected()) return;
    // Node's callback says nothing reliable of the receiver: its `accepted` does.
    this.process.process.send(message, socket, { keepOpen: true }, () => {});
  }

  drain(): void {
    this.control.send({ type: 'drain' });
  }

  stop(): void {
    this.isEnding = true;
    this.wasAsked = true;
    this.control.send({ type: 'stop' });
  }

  kill(): void {
    this.isEnding = true;
    this.process.process.kill('SIGKILL');
  }

  private heard(message: FromChild): void {
    this.beatAt = performance.now();
    if (message.type === 'ready') this.isReady = true;
    if (message.type !== 'beat') return;
    const { eventLoopLagMs, residentBytes, clients } = message;
    this.hasBeaten = true;
    this.beat = { eventLoopLagMs, residentBytes, clients };
  }
}

/** stdin, stdout and stderr, the channel that carries sockets, and the control pipe. */
export const CHILD_STDIO = ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'] as const;
