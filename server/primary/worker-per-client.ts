// A worker for each client. A connection comes to a shared worker first, which reads its hello: only
// the good hello of a client is worth a process. Then the connection is moved to a worker of its own,
// which ends with it and never serves a second one.
import type { Config } from '../config.ts';
import { AddressGroups } from '../limits/index.ts';
import type { ChildProcess } from './child-process.ts';
import type { KeptConnection } from './connections.ts';
import {
  countOf,
  firstFree,
  isWorking,
  type Workers,
  type WorkersOptions,
  workerId,
} from './workers.ts';

type Limits = Pick<
  Config,
  'perClientMax' | 'perClientPerAddressMax' | 'perClientSpare' | 'exemptAddresses'
>;

/** Connections without a good hello at one time; each may take `--handshake-ms` for it. */
const UNIDENTIFIED_MAX = 1024;

export class WorkerPerClient implements Workers {
  /** With the shared one. */
  readonly max: number;
  private readonly options: WorkersOptions;
  private readonly limits: Limits;
  private readonly slots = new Set<number>();
  /** Of those, the ones that are to go. */
  private readonly leaving = new Set<number>();
  /** Slots of the shared worker, and of the one that takes its place. */
  private readonly sharedSlots = new Set<number>();
  /** Connections that have a process of their own, or get one. */
  private readonly clients = new Set<KeptConnection>();
  private readonly groups: AddressGroups;
  /** By group of addresses; exempt addresses are not counted. */
  private readonly clientsPerGroup = new Map<string, number>();
  /** Identified connections beyond a limit: the shared worker serves them on. */
  private readonly excess = new Set<KeptConnection>();
  private readonly ownerOf = new Map<ChildProcess, KeptConnection>();
  private readonly own = new Map<KeptConnection, ChildProcess>();
  private readonly used = new WeakSet<ChildProcess>();

  constructor(options: WorkersOptions, limits: Limits) {
    this.options = options;
    this.limits = limits;
    this.groups = new AddressGroups(limits.exemptAddresses);
    this.max = limits.perClientMax + 1;
  }

  start(): void {
    this.addShared();
    this.fill();
  }

  /** Clients beyond the limit of their address have no process, and take no place from other addresses:
   *  `--connections-per-address-max` bounds their number. */
  hasRoom(): boolean {
    const { clients, excess } = this;
    const unidentified = this.options.connections.size - clients.size - excess.size;
    return clients.size < this.limits.perClientMax && unidentified < UNIDENTIFIED_MAX;
  }

  pick(ready: Iterable<ChildProcess>, connection: KeptConnection): ChildProcess | undefined {
    const workers = [...ready];
    if (this.clients.has(connection)) {
      const own = this.own.get(connection);
      if (own && workers.includes(own)) return own;
      const fresh = this.reserve(workers, connection);
      if (fresh) return fresh;
      this.disown(connection);
    }
    // Until there is a worker of its own the shared one serves it.
    return workers.find(({ identity }) => this.sharedSlots.has(identity.slot));
  }

  identified(connection: KeptConnection): void {
    if (this.clients.has(connection) || this.excess.has(connection)) return;
    this.excess.add(connection);
    this.admit();
    this.fill();
  }

  moves(ready: Iterable<ChildProcess>): KeptConnection[] {
    const moves: KeptConnection[] = [];
    const workers = [...ready];
    for (const connection of this.clients) {
      const { worker, acknowledged } = connection;
      const isShared = worker && this.sharedSlots.has(worker.identity.slot);
      if (!isShared || !acknowledged || this.own.has(connection)) continue;
      if (!this.reserve(workers, connection)) break;
      moves.push(connection);
    }
    return moves;
  }

  removed(connection: KeptConnection): void {
    this.excess.delete(connection);
    if (!this.clients.delete(connection)) return;
    this.disown(connection);
    this.count(connection, -1);
    this.admit();
  }

  changed(ready: Iterable<ChildProcess>): void {
    for (const worker of ready) {
      if (!this.used.has(worker) || this.ownerOf.has(worker)) continue;
      this.options.supervisor.remove(workerId(worker.identity.slot));
    }
    this.fill();
  }

  replace(slot: number): readonly number[] {
    this.leaving.add(slot);
    return this.sharedSlots.has(slot) ? [this.addShared()] : this.fill();
  }

  keep(slot: number): void {
    this.leaving.delete(slot);
  }

  ended(slot: number): void {
    this.leaving.delete(slot);
    this.sharedSlots.delete(slot);
    if (this.slots.delete(slot)) this.fill();
  }

  isAwaited(living: Iterable<ChildProcess>): boolean {
    const isFree = (child: ChildProcess) => isWorking(child) && !this.ownerOf.has(child);
    return this.options.connections.waitingCount > 0 && countOf(living, isFree) === 0;
  }

  *ids(): Iterable<string> {
    for (const slot of this.slots) yield workerId(slot);
  }

  /** Takes identified connections among those that get a process, as the limits allow. */
  private admit(): void {
    const { perClientMax, perClientPerAddressMax } = this.limits;
    for (const connection of this.excess) {
      if (this.clients.size >= perClientMax) return;
      const group = this.groups.limitedGroup(connection.address);
      if (group !== undefined && this.clientsOf(group) >= perClientPerAddressMax) continue;
      this.excess.delete(connection);
      this.clients.add(connection);
      this.count(connection, 1);
    }
  }

  private count({ address }: KeptConnection, change: number): void {
    const group = this.groups.limitedGroup(address);
    if (group === undefined) return;
    const clients = this.clientsOf(group) + change;
    if (clients > 0) this.clientsPerGroup.set(group, clients);
    else this.clientsPerGroup.delete(group);
  }

  private clientsOf(group: string): number {
    return this.clientsPerGroup.get(group) ?? 0;
  }

  /** Gives the connection a worker that has never served one; undefined where none is ready. */
  private reserve(
    workers: readonly ChildProcess[],
    connection: KeptConnection,
  ): ChildProcess | undefined {
    const fresh = workers.find(
      (worker) => !this.used.has(worker) && !this.sharedSlots.has(worker.identity.slot),
    );
    if (!fresh) return undefined;
    this.disown(connection);
    this.used.add(fresh);
    this.ownerOf.set(fresh, connection);
    this.own.set(connection, fresh);
    return fresh;
  }

  private disown(connection: KeptConnection): void {
    const worker = this.own.get(connection);
    if (worker) this.ownerOf.delete(worker);
    this.own.delete(connection);
  }

  private addShared(): number {
    const slot = this.add('permanent');
    this.sharedSlots.add(slot);
    return slot;
  }

  /** Keeps one worker for each client and the spare ones, up to the limit.
   *  @returns the slots of those that it has started. */
  private fill(): readonly number[] {
    const added: number[] = [];
    const { perClientMax, perClientSpare } = this.limits;
    const wanted = Math.min(perClientMax, this.clients.size + perClientSpare);
    while (this.ownSlots < wanted) added.push(this.add('temporary'));
    return added;
  }

  /** Slots of workers that stay, without the shared one's. */
  private get ownSlots(): number {
    let count = 0;
    for (const slot of this.slots) {
      if (!this.leaving.has(slot) && !this.sharedSlots.has(slot)) count++;
    }
    return count;
  }

  private add(restart: 'permanent' | 'temporary'): number {
    const { supervisor, spec } = this.options;
    const slot = firstFree(this.slots);
    this.slots.add(slot);
    supervisor.add(spec(slot, restart));
    return slot;
  }
}
