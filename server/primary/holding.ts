// Sockets that a second worker has as well, and does not read: when the first dies, that one serves
// them at once. To send them only then takes longer than all the rest of a recovery.
import type { ChildProcess } from './child-process.ts';
import type { Connections, KeptConnection } from './connections.ts';

export interface HoldingOptions {
  readonly connections: Connections;
  /** The workers that take connections. */
  ready(): Iterable<ChildProcess>;
  /** Whether nothing else moves connections now, and nobody waits for the coordinator. */
  mayMove(): boolean;
}

/** What a worker holds for others. */
interface Held {
  readonly connections: Set<KeptConnection>;
  /** Connections whose sockets are on their way to it. */
  readonly underWay: Map<number, KeptConnection>;
}

/** Sockets sent at once, and on their way to a worker: one that is to be served waits behind no more
 *  than these. */
const AT_ONCE = 8;
const HOLD_MS = 10;
/** How often it is looked for something to do. */
const LOOK_MS = 160;

export class Holding {
  private readonly options: HoldingOptions;
  private readonly perWorker = new Map<ChildProcess, Held>();
  /** Those that were identified, and that nobody held then. */
  private readonly unheld = new Set<KeptConnection>();
  private readonly lookMs: number;
  private lastId = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: HoldingOptions, lookMs = LOOK_MS) {
    this.options = options;
    this.lookMs = lookMs;
  }

  /** From now on each connection that is served gets a second worker, a few at a time. */
  start(): void {
    this.timer = setTimeout(this.look, this.lookMs);
  }

  close(): void {
    clearTimeout(this.timer);
  }

  /** How many connections a second worker holds. */
  get count(): number {
    let count = 0;
    for (const { connections } of this.perWorker.values()) count += connections.size;
    return count;
  }

  /** It is known whose it is: it is worth being held. */
  add(connection: KeptConnection): void {
    if (!connection.hold) this.unheld.add(connection);
  }

  /** A worker says that it has a socket, and holds it. */
  arrived(id: number, worker: ChildProcess): void {
    const held = this.perWorker.get(worker);
    const connection = held?.underWay.get(id);
    // The last words of one that has died.
    if (!held || !connection) return;
    held.underWay.delete(id);
    // Meanwhile it may have come to this worker to be served, or another holds it.
    if (this.isOpen(connection) && !connection.hold && connection.worker !== worker) {
      connection.hold = { worker, id };
      held.connections.add(connection);
    } else worker.drop(id);
  }

  /** The worker that serves it next, for it has its socket: where the one that served it has died.
   *  One that is moved goes where there are fewest. */
  heirOf({ isOrphan, hold }: KeptConnection): ChildProcess | undefined {
    if (!isOrphan || !hold) return undefined;
    for (const worker of this.options.ready()) if (worker === hold.worker) return worker;
    return undefined;
  }

  /** The worker is to serve the connection, and does not hold it any more.
   *  @returns by what it has the socket; undefined where it has not. */
  take(connection: KeptConnection, worker: ChildProcess): number | undefined {
    const { hold } = connection;
    if (hold?.worker !== worker) return undefined;
    this.forget(connection);
    return hold.id;
  }

  /** The connection has closed. */
  remove(connection: KeptConnection): void {
    this.unheld.delete(connection);
    connection.hold?.worker.drop(connection.hold.id);
    this.forget(connection);
  }

  /** The worker is gone: what it has held is held by nobody. */
  takeFrom(worker: ChildProcess): void {
    const held = this.perWorker.get(worker);
    if (!held) return;
    this.perWorker.delete(worker);
    for (const connection of held.connections) {
      connection.hold = undefined;
      this.unheld.add(connection);
    }
    for (const connection of held.underWay.values()) this.unheld.add(connection);
  }

  private readonly look = (): void => {
    const isBusy = this.options.mayMove() && this.hold();
    this.timer = setTimeout(this.look, isBusy ? HOLD_MS : this.lookMs);
  };

  /** @returns whether there may be more to do soon. */
  private hold(): boolean {
    const { connections } = this.options;
    for (let i = 0; i < AT_ONCE && connections.waitingCount === 0; i++) {
      const next = this.nextUnheld();
      const worker = next && this.leastHolding(next.worker);
      if (!worker) return false;
      const { underWay } = this.heldBy(worker);
      if (underWay.size === AT_ONCE) return true;
      this.unheld.delete(next);
      const id = ++this.lastId;
      underWay.set(id, next);
      worker.hold(id, next.socket);
    }
    return true;
  }

  /** One that is not served now comes again, once it is. */
  private nextUnheld(): KeptConnection | undefined {
    for (const connection of this.unheld) {
      if (this.isOpen(connection) && connection.identified && !connection.hold) return connection;
      this.unheld.delete(connection);
    }
    return undefined;
  }

  private isOpen({ id }: KeptConnection): boolean {
    return this.options.connections.get(id) !== undefined;
  }

  /** The worker that holds fewest, other than this one. */
  private leastHolding(other: ChildProcess | undefined): ChildProcess | undefined {
    let best: ChildProcess | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const worker of this.options.ready()) {
      const { connections, underWay } = this.heldBy(worker);
      const count = connections.size + underWay.size;
      if (worker === other || count >= fewest) continue;
      best = worker;
      fewest = count;
    }
    return best;
  }

  private heldBy(worker: ChildProcess): Held {
    let held = this.perWorker.get(worker);
    if (!held) {
      held = { connections: new Set(), underWay: new Map() };
      this.perWorker.set(worker, held);
    }
    return held;
  }

  private forget(connection: KeptConnection): void {
    const { hold } = connection;
    if (hold) this.perWorker.get(hold.worker)?.connections.delete(connection);
    connection.hold = undefined;
  }
}
