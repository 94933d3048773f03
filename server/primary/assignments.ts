// Which worker serves which connection: gives them to workers, and from one to others.
import type { Socket } from 'node:net';
import type { FromChild } from '../link/index.ts';
import type { ChildProcess } from './child-process.ts';
import type { Connections, KeptConnection } from './connections.ts';
import type { Holding } from './holding.ts';
import type { Workers } from './workers.ts';

export interface AssignmentsOptions {
  readonly connections: Connections;
  readonly workers: Workers;
  readonly holding: Holding;
  /** The workers that take connections. */
  ready(): Iterable<ChildProcess>;
  /** A worker has a connection's socket for the first time since it was accepted or lost. */
  acknowledged(connection: KeptConnection): void;
  /** False once the server stops: nothing is moved then. */
  isServing(): boolean;
}

/** What a worker says of a connection. */
type ConnectionNews = 'accepted' | 'holds' | 'begun' | 'identified' | 'released' | 'closed';

/** Connections given to workers in one turn of the event loop. */
const ASSIGNED_AT_ONCE = 32;
/** Sockets on their way to one worker. Node goes through all that wait for a channel whenever one
 *  has arrived: with a thousand that is most of the time. */
const UNDER_WAY_MAX = 32;
/** Connections that nobody serves for a moment while a worker's are moved. */
const MOVED_AT_ONCE = 32;
/** A worker is asked again for what it has not let go of by then. */
const ASKED_AGAIN_MS = 1000;

export class Assignments {
  private readonly options: AssignmentsOptions;
  private assigning: NodeJS.Immediate | undefined;
  /** Called when something about a connection has changed. */
  private readonly watchers = new Set<() => void>();

  constructor(options: AssignmentsOptions) {
    this.options = options;
  }

  /** A connection was accepted. */
  add(socket: Socket, address: string): void {
    const { connections, workers, ready } = this.options;
    connections.add(socket, address);
    this.assign();
    workers.changed(ready());
  }

  /** Gives connections that wait to workers, while there are some that are ready. Sending a socket
   *  takes a fifth of a millisecond: other work is let in between. */
  readonly assign = (): void => {
    const { connections, workers, holding } = this.options;
    clearImmediate(this.assigning);
    this.assigning = undefined;
    for (let i = 0; i < ASSIGNED_AT_ONCE; i++) {
      const next = connections.nextWaiting();
      const worker = next && (holding.heirOf(next) ?? workers.pick(this.reachable(), next));
      if (!worker) return;
      connections.assign(next, worker, holding.take(next, worker));
    }
    this.assigning = setImmediate(this.assign);
  };

  /** Has workers let go of connections for which others are ready. */
  move(): void {
    const { workers, ready, isServing } = this.options;
    if (!isServing()) return;
    for (const { id, worker } of workers.moves(ready())) worker?.release([id]);
  }

  /** What a worker says of one of its connections. */
  heard(worker: ChildProcess, message: FromChild & { type: ConnectionNews }): void {
    const { connections, holding } = this.options;
    if (message.type === 'holds') {
      holding.arrived(message.hold, worker);
      return;
    }
    const connection = connections.get(message.connection);
    if (!connection) return;
    switch (message.type) {
      case 'accepted':
        // The last words of one that has died come after its connections have gone to others.
        if (connection.worker !== worker) return;
        if (connections.acknowledge(connection)) this.options.acknowledged(connection);
        this.assign();
        break;
      case 'begun':
        connection.encoding = message.encoding;
        break;
      case 'identified':
        if (connection.worker !== worker) return;
        connection.identified = true;
        connection.token = message.token;
        connection.name = message.name;
        holding.add(connection);
        this.options.workers.identified(connection);
        this.move();
        break;
      case 'released':
        connections.takeBack(connection, worker);
        this.assign();
        break;
      case 'closed':
        this.remove(connection);
        break;
      default:
        message satisfies never;
    }
    this.noteChange();
  }

  /** A worker is gone, and was reaped.
   *  @param silentMs how long before its end it had hung.
   *  @returns how many connections it has left to others. */
  takeFrom(worker: ChildProcess, silentMs = 0): number {
    const { connections, holding } = this.options;
    const count = connections.takeFrom(worker, silentMs);
    holding.takeFrom(worker);
    this.noteChange();
    return count;
  }

  /** Closes those that no worker serves. */
  closeWaiting(): void {
    const { connections } = this.options;
    for (let next = connections.nextWaiting(); next; next = connections.nextWaiting()) {
      this.forget(next);
    }
  }

  /** Gives all connections of a worker that is retiring to others, a few at a time, so that each of
   *  them waits for a moment only. Resolves when it has none, or the server stops. */
  async moveAll(worker: ChildProcess): Promise<void> {
    const { connections, isServing } = this.options;
    while (connections.countAt(worker) > 0) {
      // One that it has not yet received cannot be let go.
      const batch = connections.servedBy(worker, MOVED_AT_ONCE);
      const isDone = () => batch.every((connection) => this.isMoved(connection, worker));
      do {
        if (!isServing()) return;
        const held = batch.filter((connection) => connection.worker === worker);
        if (held.length > 0) worker.release(held.map(({ id }) => id));
      } while (!(await this.until(isDone, ASKED_AGAIN_MS)));
    }
  }

  /** Whether it is served by another, or is gone. */
  private isMoved(connection: KeptConnection, worker: ChildProcess): boolean {
    if (!this.options.connections.get(connection.id)) return true;
    const { worker: now, acknowledged, identified, token } = connection;
    return now !== undefined && now !== worker && acknowledged && (identified || token === '');
  }

  /** The workers that have not too much on its way to them. */
  private *reachable(): Iterable<ChildProcess> {
    const { connections, ready } = this.options;
    for (const worker of ready()) {
      if (connections.underWayTo(worker) < UNDER_WAY_MAX) yield worker;
    }
  }

  private remove(connection: KeptConnection): void {
    const { workers, ready } = this.options;
    this.forget(connection);
    this.assign();
    workers.changed(ready());
  }

  private forget(connection: KeptConnection): void {
    const { connections, holding } = this.options;
    connections.remove(connection);
    holding.remove(connection);
    this.options.workers.removed(connection);
  }

  /** Resolves at the first change after which it holds, or after `ms`.
   *  @returns whether it holds. */
  private until(holds: () => boolean, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.watchers.delete(check);
        resolve(holds());
      };
      const check = (): void => {
        if (holds()) end();
      };
      const timer = setTimeout(end, ms);
      this.watchers.add(check);
    });
  }

  private noteChange(): void {
    for (const check of this.watchers) check();
  }
}
