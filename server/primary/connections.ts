// The table of connections: a handle of every accepted socket, and which worker serves it.
// The table and the workers' acknowledgements are the truth, never Node's callbacks: a handle that
// was in flight when its worker was killed can vanish without one.
import type { Socket } from 'node:net';
import type { Encoding } from '../../protocol/index.ts';
import { addressGroup } from '../limits/index.ts';
import { steadyMs } from '../link/index.ts';
import type { ChildProcess } from './child-process.ts';

export interface KeptConnection {
  readonly id: number;
  readonly address: string;
  /** Paused and never read from: a second reader would steal bytes from the worker. */
  readonly socket: Socket;
  readonly acceptedAt: number;
  /** Who serves it; undefined while it waits for a worker. */
  worker: ChildProcess | undefined;
  /** The worker has said that it has the socket. */
  acknowledged: boolean;
  /** The worker has said whose it is: a client with a session is served. */
  identified: boolean;
  /** Whose it is, for whoever serves it next. */
  token: string;
  name: string;
  encoding: Encoding | undefined;
  /** Who holds its socket, too, to serve it when its worker dies. */
  hold: Hold | undefined;
  /** It waits because its worker has died. */
  isOrphan: boolean;
  /** When its worker was lost, by the steady clock; 0: it has had one at most. */
  lostAt: number;
  /** When a worker that served the client was known to work last. */
  servedAt: number;
  /** When it was last given to another worker, by `performance.now()`; -∞: never. */
  handedOverAt: number;
}

/** A socket that a worker holds for another. */
export interface Hold {
  readonly worker: ChildProcess;
  readonly id: number;
}

export class Connections {
  private readonly byId = new Map<number, KeptConnection>();
  /** By `addressGroup`. */
  private readonly perAddress = new Map<string, number>();
  private readonly perWorker = new Map<ChildProcess, Set<KeptConnection>>();
  private readonly waiting = new Set<KeptConnection>();
  private readonly underWay = new Map<ChildProcess, number>();
  private lastId = 0;

  get size(): number {
    return this.byId.size;
  }

  get waitingCount(): number {
    return this.waiting.size;
  }

  /** Connections of the address, and of those that count as the same. */
  countOf(address: string): number {
    return this.perAddress.get(addressGroup(address)) ?? 0;
  }

  countAt(worker: ChildProcess): number {
    return this.perWorker.get(worker)?.size ?? 0;
  }

  /** Connections on their way to the worker. */
  underWayTo(worker: ChildProcess): number {
    return this.underWay.get(worker) ?? 0;
  }

  get(id: number): KeptConnection | undefined {
    return this.byId.get(id);
  }

  /** Takes a socket into the table; it waits for a worker. */
  add(socket: Socket, address: string): KeptConnection {
    const connection: KeptConnection = {
      id: ++this.lastId,
      address,
      socket,
      acceptedAt: performance.now(),
      worker: undefined,
      acknowledged: false,
      identified: false,
      token: '',
      name: '',
      encoding: undefined,
      hold: undefined,
      isOrphan: false,
      lostAt: 0,
      servedAt: 0,
      handedOverAt: Number.NEGATIVE_INFINITY,
    };
    this.byId.set(connection.id, connection);
    this.perAddress.set(addressGroup(address), this.countOf(address) + 1);
    this.waiting.add(connection);
    return connection;
  }

  /** Connections that the worker has received and that are wanted, at most `max`; those first that
   *  it has had longest. */
  servedBy(
    worker: ChildProcess,
    max: number,
    isWanted: (connection: KeptConnection) => boolean = () => true,
  ): KeptConnection[] {
    const served: KeptConnection[] = [];
    for (const connection of this.perWorker.get(worker) ?? []) {
      if (served.length === max) break;
      if (connection.acknowledged && isWanted(connection)) served.push(connection);
    }
    return served;
  }

  /** Gives a connection that waits to a worker.
   *  @param hold by which the worker has its socket; undefined where it must be sent. */
  assign(connection: KeptConnection, worker: ChildProcess, hold?: number): void {
    this.waiting.delete(connection);
    connection.worker = worker;
    connection.isOrphan = false;
    const here = this.perWorker.get(worker);
    if (here) here.add(connection);
    else this.perWorker.set(worker, new Set([connection]));
    this.underWay.set(worker, this.underWayTo(worker) + 1);
    const { id, address, socket, encoding, token, name, lostAt, servedAt } = connection;
    const handover = lostAt === 0 ? null : { encoding, token, name, lostAt, servedAt };
    if (handover) connection.handedOverAt = performance.now();
    const assignment = { connection: id, address, handover };
    if (hold === undefined) worker.sendSocket(assignment, socket);
    else worker.serve(assignment, hold);
  }

  /** The worker says that it has the socket.
   *  @returns whether it had not said so before. */
  acknowledge(connection: KeptConnection): boolean {
    if (connection.acknowledged) return false;
    connection.acknowledged = true;
    this.arrived(connection.worker);
    return true;
  }

  /** Those that wait for a worker, the longest waiting first. */
  nextWaiting(): KeptConnection | undefined {
    const [first] = this.waiting;
    return first;
  }

  /** Closes the primary's handle: the last one, once the worker has closed its own. */
  remove(connection: KeptConnection): void {
    if (!this.byId.delete(connection.id)) return;
    const { address, worker, socket } = connection;
    this.waiting.delete(connection);
    const left = this.countOf(address) - 1;
    if (left > 0) this.perAddress.set(addressGroup(address), left);
    else this.perAddress.delete(addressGroup(address));
    if (worker) this.perWorker.get(worker)?.delete(connection);
    if (worker && !connection.acknowledged) this.arrived(worker);
    socket.destroy();
  }

  /** A worker is gone, and was reaped: its connections wait for another. One that reads from a
   *  socket still would steal bytes from the next.
   *  @param silentMs how long before its end it had hung.
   *  @returns how many. */
  takeFrom(worker: ChildProcess, silentMs = 0): number {
    const orphans = [...(this.perWorker.get(worker) ?? [])];
    this.perWorker.delete(worker);
    this.underWay.delete(worker);
    for (const connection of orphans) {
      this.lose(connection, silentMs);
      connection.isOrphan = true;
    }
    return orphans.length;
  }

  /** A worker has let go of the connection, which waits for another. */
  takeBack(connection: KeptConnection, worker: ChildProcess): void {
    if (connection.worker !== worker) return;
    this.perWorker.get(worker)?.delete(connection);
    this.lose(connection);
  }

  private arrived(worker: ChildProcess | undefined): void {
    const count = worker && this.underWay.get(worker);
    if (worker && count !== undefined) this.underWay.set(worker, count - 1);
  }

  private lose(connection: KeptConnection, silentMs = 0): void {
    const lostAt = steadyMs();
    const servedAt = lostAt - silentMs;
    // The pause of a client goes on where the worker that was to end it is lost as well.
    const wasServed = connection.identified || connection.lostAt === 0;
    connection.servedAt = wasServed ? servedAt : Math.min(connection.servedAt, servedAt);
    connection.lostAt = lostAt;
    connection.worker = undefined;
    connection.acknowledged = false;
    connection.identified = false;
    this.waiting.add(connection);
  }

  removeAll(): void {
    for (const connection of [...this.byId.values()]) this.remove(connection);
  }
}
