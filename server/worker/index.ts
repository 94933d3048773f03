// A worker: serves the connections handed to it, with the coordinator behind them.
import type { Socket } from 'node:net';
import type { Encoding, ErrorCode, KindsOf } from '../../protocol/index.ts';
import type { Config } from '../config.ts';
import type { FromWorker, Handover } from '../link/index.ts';
import {
  type CloseReason,
  type Log,
  OverloadWatch,
  type ProcessMetrics,
} from '../observe/index.ts';
import { Connection } from './connection.ts';
import type { ConnectionHost } from './connection-host.ts';
import { CoordinatorLink } from './coordinator-link.ts';
import { HeldConnections } from './held-connections.ts';
import { ReadBudget } from './read-budget.ts';
import { applyDeltas, forsake, receive, type Served, showRoom } from './receive.ts';
import type { ServedRoom } from './served-room.ts';
import { Turn } from './turn.ts';

export { HeldSockets } from './held-sockets.ts';

export interface WorkerOptions {
  readonly config: Config;
  readonly linkPath: string;
  /** This worker's number. */
  readonly worker: number;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'worker'>;
  /** The coordinator can be spoken to for the first time. */
  ready(): void;
  /** Whose the connection is. */
  identified(connection: number, token: string, name: string): void;
  /** The connection has chosen its encoding: to be known outside of this process at once. */
  begun(connection: number, encoding: Encoding): void;
  /** The connection is gone. */
  closed(connection: number): void;
  /** The connection stays open, for another process to serve. */
  released(connection: number): void;
}

const SWEEP_MS = 250;
/** For so long a coordinator may go on with a copy that nobody here looks at: it counts on all that it
 *  was told of. Longer than it takes any. */
const COPIES_KEPT_MS = 10_000;
const THROTTLE_MS = 20;
const OVERLOADED =
  'overloaded: this worker has too little processor time, so its clients are shown ticks more rarely. ' +
  'Give the server more processors (and --workers), end other programs, or lower --connections-max';
/** What a client is asked to wait before it comes back to a server that is stopping. */
const STOPPING_RETRY_MS = 1000;

export class Worker implements ConnectionHost {
  readonly config: Config;
  private readonly options: WorkerOptions;
  private readonly link: CoordinatorLink;
  private readonly connections = new Map<number, Connection>();
  private readonly rooms = new Map<number, ServedRoom>();
  private readonly served: Served;
  private readonly turn: Turn;
  private readonly overload: OverloadWatch<'deltasMerged'>;
  private toFlush: Connection[] = [];
  private flushing: NodeJS.Immediate | undefined;
  private readonly held = new HeldConnections<Connection>();
  private holdTimer: NodeJS.Timeout | undefined;
  private readonly sweepTimer: NodeJS.Timeout;
  private wasReady = false;
  /** Since when there is a coordinator, which was told of the copies of rooms that are here. */
  private linkedAt = Number.POSITIVE_INFINITY;
  private isDraining = false;
  /** Counted here, because a metric is too dear for each frame. */
  private traffic = noTraffic();
  readonly budget = new ReadBudget(() => this.resumeHeld());

  constructor(options: WorkerOptions) {
    this.options = options;
    this.config = options.config;
    const { connections, rooms } = this;
    this.served = { connections, rooms, ...options };
    const { served } = this;
    this.turn = new Turn({
      apply: (room, deltas) => applyDeltas(room, deltas, served),
      show: (room, max) => showRoom(room, max, served),
      receive: (message) => receive(message, served),
      flush: () => this.flush(),
    });
    this.overload = new OverloadWatch<'deltasMerged'>(options, 'deltasMerged', OVERLOADED);
    this.link = new CoordinatorLink({
      path: options.linkPath,
      worker: options.worker,
      opened: () => this.linkOpened(),
      copies: () => [...this.rooms.values()].map(({ copy }) => [copy.id, copy.tick, copy.hash]),
      message: (message) => this.turn.add(message),
      batchEnd: () => this.turn.batchEnd(),
      lost: (servedAt) => this.linkLost(servedAt),
      drained: () => this.resumeHeld(),
      unreachable: (err, ms) => {
        const fields = { path: options.linkPath, err, ms };
        options.log.error(
          fields,
          `the coordinator cannot be reached, and clients wait: ${err.message}`,
        );
      },
    });
    this.sweepTimer = setInterval(() => this.sweep(), SWEEP_MS);
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  /** Serves a socket, from its first byte or from where another worker has left it. */
  accept(id: number, address: string, socket: Socket, handover: Handover | null): void {
    const connection = new Connection(id, address, socket, this, handover);
    this.connections.set(id, connection);
    if (this.isDraining) dismiss(connection);
  }

  /** Says goodbye to every client, also to those that were on their way here; their sessions stay. */
  drain(): void {
    this.isDraining = true;
    this.turn.settle();
    for (const connection of this.connections.values()) dismiss(connection);
  }

  /** Lets go of connections that another process is to serve. */
  release(connections: readonly number[]): void {
    // Messages that have come for these connections still go out by this process.
    this.turn.settle();
    // One that is not here has closed, which the primary is being told.
    for (const id of connections) this.connections.get(id)?.release();
    this.link.flush();
  }

  /** Writes what has been collected: the process is about to end. */
  failing(): void {
    this.turn.settle();
    this.link.flush();
  }

  /** Cuts what is left and lets the coordinator go. */
  close(): void {
    clearInterval(this.sweepTimer);
    clearInterval(this.holdTimer);
    for (const connection of this.connections.values()) connection.destroy();
    this.link.close();
  }

  /** Brings the gauges up to date. */
  measure(): void {
    const { metrics } = this.options;
    const { messages, bytes } = this.link.takeCounts();
    this.overload.check();
    const { traffic } = this;
    this.traffic = noTraffic();
    metrics.count('commandsReceived', traffic.commands);
    metrics.count('framesReceived', traffic.framesIn);
    metrics.count('bytesReceived', traffic.bytesIn);
    metrics.count('framesSent', traffic.framesOut);
    metrics.count('bytesSent', traffic.bytesOut);
    metrics.gauge('connections', this.connections.size);
    metrics.gauge('linkQueueBytes', this.link.unsentBytes);
    metrics.count('linkMessagesSent', messages);
    metrics.count('linkBytesSent', bytes);
  }

  // For connections.

  readonly kindsOf: KindsOf = (room) => this.rooms.get(room)?.copy.kinds;

  begun(connection: number, encoding: Encoding): void {
    this.options.begun(connection, encoding);
  }

  get coordinatorServedAt(): number {
    return this.link.servedAt;
  }

  get blocked(): boolean {
    return !this.link.ready;
  }

  countThrottled(): void {
    this.options.metrics.count('throttled');
  }

  roomsOf(connection: number): number[] {
    return [...this.rooms.values()]
      .filter((room) => room.has(connection))
      .map(({ copy }) => copy.id);
  }

  toCoordinator(message: FromWorker): void {
    this.link.send(message);
  }

  writeLater(connection: Connection): void {
    this.toFlush.push(connection);
    this.flushing ??= setImmediate(this.flush);
  }

  countCommand(): void {
    this.traffic.commands++;
  }

  hold(connection: Connection): void {
    this.held.add(connection);
    this.holdTimer ??= setInterval(() => this.resumeHeld(), THROTTLE_MS);
  }

  countIn(frames: number, bytes: number): void {
    this.traffic.framesIn += frames;
    this.traffic.bytesIn += bytes;
  }

  readonly countOut = (frames: number, bytes: number): void => {
    this.traffic.framesOut += frames;
    this.traffic.bytesOut += bytes;
  };

  countError(code: ErrorCode): void {
    this.options.metrics.count('protocolErrors', 1, { code });
  }

  failed({ id, address }: Connection, err: unknown): void {
    this.options.log.error({ err, connection: id, address }, 'a connection failed: it is closed');
  }

  released(connection: Connection): void {
    this.forget(connection);
    this.options.released(connection.id);
  }

  closed(connection: Connection, reason: CloseReason): void {
    this.forget(connection);
    this.options.metrics.count('connectionsClosed', 1, { reason });
    this.options.closed(connection.id);
  }

  private readonly flush = (): void => {
    clearImmediate(this.flushing);
    this.flushing = undefined;
    const { toFlush } = this;
    this.toFlush = [];
    for (const connection of toFlush) connection.flush();
  };

  private forget(connection: Connection): void {
    this.connections.delete(connection.id);
    this.held.remove(connection);
    forsake(connection.id, this.rooms);
  }

  private sweep(): void {
    const now = performance.now();
    for (const connection of this.connections.values()) connection.checkTimes(now);
    if (now - this.linkedAt < COPIES_KEPT_MS) return;
    for (const [id, room] of this.rooms) if (room.isForsaken) this.rooms.delete(id);
  }

  private resumeHeld(): void {
    this.held.resume();
    if (this.held.size > 0) return;
    clearInterval(this.holdTimer);
    this.holdTimer = undefined;
  }

  private linkOpened(): void {
    if (!this.wasReady) this.options.ready();
    this.wasReady = true;
    this.linkedAt = performance.now();
    for (const connection of this.connections.values()) connection.foundCoordinator();
    this.resumeHeld();
  }

  /** What the coordinator knew of these connections is gone with it. They stay, and are attached to
   *  the next one, which has kept their sessions or begins new ones. The copies of rooms stay, too:
   *  where the next one knows what has changed since, it says only that. */
  private linkLost(servedAt: number): void {
    this.options.log.warn('the coordinator is gone: clients wait for the next one');
    this.turn.settle();
    this.linkedAt = Number.POSITIVE_INFINITY;
    for (const room of this.rooms.values()) room.isOrphan = true;
    for (const connection of this.connections.values()) connection.lostCoordinator(servedAt);
  }
}

function dismiss(connection: Connection): void {
  connection.send({
    type: 'bye',
    code: 'SERVER_STOPPING',
    text: 'The server is stopping. Your session waits for you.',
    retryMs: STOPPING_RETRY_MS,
  });
  connection.close('SERVER_STOPPING');
}

function noTraffic() {
  return { framesIn: 0, bytesIn: 0, framesOut: 0, bytesOut: 0, commands: 0 };
}
