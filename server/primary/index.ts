// The primary: accepts connections, hands them to workers, and keeps all processes running.
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { FromChild } from '../link/index.ts';
import { type ChildSpec, type Clock, type Exit, Supervisor } from '../multiprocessing/index.ts';
import type { Log, LogRelay, ProcessMetrics } from '../observe/index.ts';
import { type Admin, startAdmin } from './admin.ts';
import type { ChildProcess } from './child-process.ts';
import { Children } from './children.ts';
import { Connections, type KeptConnection } from './connections.ts';
import { releaseDataDirectory, takeDataDirectory } from './data-directory.ts';
import { descriptorRoom, Listener, type RefusalReason } from './listener.ts';
import { SharedWorkers, slotOf, WorkerPerClient, type Workers, workerId } from './workers.ts';

export { DataDirectoryError } from './data-directory.ts';
export { ListenError } from './listener.ts';

export interface PrimaryOptions {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'primary'>;
  readonly relay: LogRelay;
  /** The file that becomes the role it is forked as. */
  readonly mainPath: string;
  /** The server cannot go on; everything is stopped, and the process is to end with code 1. */
  failed(text: string): void;
}

export enum PrimaryState {
  /** Processes are being started; no connection is accepted. */
  Starting = 'starting',
  /** Connections are accepted. */
  Serving = 'serving',
  /** Clients are told goodbye, then the processes are stopped. */
  Draining = 'draining',
  /** Everything is stopped. */
  Stopped = 'stopped',
}

/** Where the server can be reached. */
export interface Addresses {
  readonly port: number;
  readonly adminPort: number;
}

const COORDINATOR = 'coordinator';
/** Sockets sent to workers in one turn of the event loop. */
const ASSIGNED_AT_ONCE = 32;
/** A problem that repeats is logged at most so often. */
const REPEAT_LOG_MS = 10_000;

const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export class Primary {
  state = PrimaryState.Starting;
  private readonly options: PrimaryOptions;
  /** Only its owner may enter it: who can connect to the link can be any player. */
  private readonly directory = mkdtempSync(join(tmpdir(), 'holdfast-'));
  private readonly connections = new Connections();
  private readonly children: Children;
  private readonly supervisor: Supervisor;
  private readonly workers: Workers;
  private readonly listener: Listener;
  private readonly descriptors = descriptorRoom();
  private readonly loggedAt = new Map<string, number>();
  private admin: Admin | undefined;
  private hasData = false;
  private assigning: NodeJS.Immediate | undefined;
  private allGone: (() => void) | undefined;
  private firstReady = Promise.withResolvers<void>();

  constructor(options: PrimaryOptions) {
    this.options = options;
    const { config, log, metrics, relay, mainPath } = options;
    this.supervisor = new Supervisor({
      clock: systemClock,
      restartsMax: config.restartsMax,
      restartPeriodMs: config.restartPeriodMs,
      died: (spec, exit, delayMs) => this.childDied(spec, exit, delayMs),
      ended: (spec) => this.workers.ended(slotOf(spec.id)),
      gaveUp: () => this.gaveUp(),
    });
    this.children = new Children({
      config,
      log,
      metrics,
      relay,
      mainPath,
      linkPath: join(this.directory, 'link.sock'),
      message: (child, message) => this.heard(child, message),
      exited: (child) => this.childExited(child),
      restartsOf: (id) => this.supervisor.restartsOf(id),
    });
    this.workers = this.makeWorkers();
    this.listener = new Listener({
      config,
      accepted: (socket, address) => this.accepted(socket, address),
    });
  }

  /** Starts everything; resolves when clients can connect.
   *  @throws {ListenError} when an address cannot be listened on.
   *  @throws {DataDirectoryError} when there is no place for data. */
  async start(): Promise<Addresses> {
    const { config, log } = this.options;
    takeDataDirectory(config.data);
    this.hasData = true;
    this.admin = await startAdmin({
      host: config.adminHost,
      port: config.adminPort,
      log,
      source: {
        metricsText: () => this.children.metricsText(),
        isReady: () => this.isReady,
        isHealthy: () => this.state !== PrimaryState.Stopped,
        processes: () => this.children.processes(),
        crashes: () => this.children.crashes.list(),
      },
    });
    this.supervisor.add(this.children.spec(COORDINATOR, 1, COORDINATOR, 'permanent'));
    this.workers.start();
    await this.firstReady.promise;
    const port = await this.listener.listen();
    this.state = PrimaryState.Serving;
    this.warnOfLimits();
    return { port, adminPort: this.admin.port };
  }

  /** Stops accepting, says goodbye to clients, stops the processes, and lets go of everything. */
  async close(): Promise<void> {
    if (this.state === PrimaryState.Draining || this.state === PrimaryState.Stopped) return;
    this.state = PrimaryState.Draining;
    this.listener.close();
    for (const child of this.children.all) if (child.identity.role === 'worker') child.drain();
    await this.untilGone();
    await this.supervisor.stop();
    await this.destroy();
  }

  /** Stops at once. */
  async destroy(): Promise<void> {
    if (this.state === PrimaryState.Stopped) return;
    this.state = PrimaryState.Stopped;
    this.listener.close();
    this.supervisor.destroy();
    this.children.close();
    this.connections.removeAll();
    rmSync(this.directory, { recursive: true, force: true });
    if (this.hasData) releaseDataDirectory(this.options.config.data);
    await this.admin?.close();
  }

  private get isReady(): boolean {
    return (
      this.state === PrimaryState.Serving &&
      this.children.isReady('coordinator') &&
      this.children.isReady('worker')
    );
  }

  private makeWorkers(): Workers {
    const { config } = this.options;
    const options = {
      supervisor: this.supervisor,
      connections: this.connections,
      spec: (slot: number, restart: ChildSpec['restart']) =>
        this.children.spec('worker', slot, workerId(slot), restart),
    };
    if (config.workers === 'per-client') {
      return new WorkerPerClient(options, config.perClientMax, config.perClientSpare);
    }
    const count = config.workers === 'auto' ? availableParallelism() : config.workers;
    return new SharedWorkers(options, count);
  }

  private accepted(socket: Socket, address: string): void {
    const { metrics } = this.options;
    const reason = this.refusalFor(address);
    if (reason) {
      metrics.count('connectionsRefused', 1, { reason });
      this.logSometimes('refused', { reason, address, connections: this.connections.size });
      this.listener.refuse(socket, reason);
      return;
    }
    metrics.count('connectionsAccepted');
    this.connections.add(socket, address);
    this.assignWaiting();
    this.workers.changed(this.children.readyWorkers());
  }

  private refusalFor(address: string): RefusalReason | undefined {
    const { config } = this.options;
    if (this.connections.size >= config.connectionsMax) return 'total';
    if (this.connections.size >= this.descriptors) return 'descriptors';
    if (this.connections.countOf(address) >= config.connectionsPerAddressMax) return 'address';
    return this.workers.hasRoom() ? undefined : 'per_client';
  }

  /** Sending a socket takes a fifth of a millisecond; other work is let in between. */
  private readonly assignWaiting = (): void => {
    clearImmediate(this.assigning);
    this.assigning = undefined;
    for (let i = 0; i < ASSIGNED_AT_ONCE; i++) {
      const next = this.connections.nextWaiting();
      const worker = next && this.workers.pick(this.children.readyWorkers());
      if (!worker) return;
      this.connections.assign(next, worker);
    }
    this.assigning = setImmediate(this.assignWaiting);
  };

  private release(connection: KeptConnection | undefined): void {
    if (!connection) return;
    this.connections.remove(connection);
    this.workers.changed(this.children.readyWorkers());
    if (this.connections.size === 0) this.allGone?.();
  }

  private heard(child: ChildProcess, message: FromChild): void {
    switch (message.type) {
      case 'ready':
        this.childReady();
        return;
      case 'accepted':
        this.acknowledged(message.connection);
        return;
      case 'identified': {
        const connection = this.connections.get(message.connection);
        if (!connection) return;
        connection.token = message.token;
        connection.name = message.name;
        return;
      }
      case 'begun': {
        const connection = this.connections.get(message.connection);
        if (connection) connection.encoding = message.encoding;
        return;
      }
      case 'closed':
        this.release(this.connections.get(message.connection));
        return;
      case 'unusable':
        this.fail(message.text);
        return;
      case 'beat':
      case 'metrics':
        return;
      default:
        message satisfies never;
    }
    child satisfies ChildProcess;
  }

  private acknowledged(id: number): void {
    const connection = this.connections.get(id);
    if (!connection || connection.acknowledged) return;
    connection.acknowledged = true;
    const seconds = (performance.now() - connection.acceptedAt) / 1000;
    this.options.metrics.observe('handoverSeconds', seconds);
  }

  private childReady(): void {
    this.assignWaiting();
    const ready = this.children.isReady('coordinator') && this.children.isReady('worker');
    if (ready) this.firstReady.resolve();
  }

  /** A worker's connections outlive it: others go on with the same sockets. */
  private childExited(child: ChildProcess): number {
    if (child.identity.role !== 'worker') return 0;
    const count = this.connections.takeFrom(child);
    if (this.state !== PrimaryState.Serving) {
      // Nobody is to take them any more.
      this.connections.removeWaiting();
      if (this.connections.size === 0) this.allGone?.();
      return 0;
    }
    if (count === 0) return 0;
    this.assignWaiting();
    this.workers.changed(this.children.readyWorkers());
    return count;
  }

  private childDied(spec: ChildSpec, _exit: Exit, delayMs: number | undefined): void {
    const { log, metrics } = this.options;
    if (this.state === PrimaryState.Stopped) return;
    const role = spec.id === COORDINATOR ? 'coordinator' : 'worker';
    if (delayMs !== undefined) metrics.count('processRestarts', 1, { role });
    if (delayMs !== undefined) log.info({ child: spec.id, delayMs }, 'process is started again');
  }

  private gaveUp(): void {
    const { restartsMax, restartPeriodMs } = this.options.config;
    this.fail(
      `more than ${restartsMax} restarts of processes in ${restartPeriodMs} ms: the server stops. ` +
        'The log lines above say why they died.',
    );
  }

  private fail(text: string): void {
    if (this.state === PrimaryState.Stopped) return;
    void this.destroy().then(() => this.options.failed(text));
  }

  /** Resolves when every connection has closed, or the time for that is over. */
  private async untilGone(): Promise<void> {
    if (this.connections.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.options.config.drainMs);
    this.allGone = resolve;
    await promise;
    clearTimeout(timer);
  }

  private warnOfLimits(): void {
    const { config, log } = this.options;
    if (config.connectionsMax <= this.descriptors) return;
    log.warn(
      { connectionsMax: config.connectionsMax, possible: this.descriptors },
      'the limit of open files is lower than --connections-max: raise it with ulimit -n',
    );
  }

  private logSometimes(what: string, fields: { reason: RefusalReason; [name: string]: unknown }) {
    const now = performance.now();
    const key = `${what} ${fields.reason}`;
    if (now - (this.loggedAt.get(key) ?? Number.NEGATIVE_INFINITY) < REPEAT_LOG_MS) return;
    this.loggedAt.set(key, now);
    const texts: Record<RefusalReason, string> = {
      total: 'connection refused: --connections-max is reached',
      address: 'connection refused: --connections-per-address-max is reached',
      per_client: 'connection refused: --per-client-max is reached',
      descriptors: 'connection refused: out of file descriptors, raise ulimit -n',
    };
    this.options.log.warn(fields, texts[fields.reason]);
  }
}
