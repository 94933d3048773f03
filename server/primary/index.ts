// The primary: accepts connections, hands them to workers, and keeps all processes running.
import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { FromChild, LoadedGame } from '../link/index.ts';
import {
  type ChildSpec,
  type Exit,
  type FileLock,
  Supervisor,
  systemClock,
  TRY_AGAIN,
} from '../multiprocessing/index.ts';
import type { Log, LogRelay, ProcessMetrics } from '../observe/index.ts';
import { type Admin, type AdminSource, startAdmin } from './admin.ts';
import { Admission } from './admission.ts';
import { Assignments } from './assignments.ts';
import { Balance } from './balance.ts';
import type { ChildProcess } from './child-process.ts';
import { Children } from './children.ts';
import { Connections } from './connections.ts';
import { DataDirectoryError, takeDataDirectory } from './data-directory.ts';
import { DiskSpace } from './disk-space.ts';
import { Health } from './health.ts';
import { Holding } from './holding.ts';
import { Listener } from './listener.ts';
import { makeWorkers } from './make-workers.ts';
import { PrimaryState } from './primary-state.ts';
import { type RestartStatus, RollingRestart } from './rolling-restart.ts';
import { makeSocketDirectory } from './socket-directory.ts';
import { Urgency } from './urgency.ts';
import { COORDINATOR, slotOf, type Workers, workerId } from './workers.ts';

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

/** Where the server can be reached. */
export interface Addresses {
  readonly port: number;
  readonly adminPort: number;
  readonly games: readonly LoadedGame[];
}

/** As many restarts of each process in the period never stop the server: all may die at one time. */
const RESTARTS_PER_PROCESS_MAX = 3;

export class Primary {
  state = PrimaryState.Starting;
  private readonly options: PrimaryOptions;
  /** Of the sockets between processes. Only its owner may enter it: a program that connects to the link
   *  can be any player. */
  private sockets: string | undefined;
  private readonly connections = new Connections();
  private readonly children: Children;
  private readonly supervisor: Supervisor;
  private readonly workers: Workers;
  private readonly urgency: Urgency;
  private readonly listener: Listener;
  private readonly admission: Admission;
  private readonly assignments: Assignments;
  private readonly holding: Holding;
  private readonly restarting: RollingRestart;
  private readonly balance: Balance;
  private readonly space: DiskSpace;
  private readonly health: Health;
  private admin: Admin | undefined;
  /** As the process says that has loaded them last. */
  private games: readonly LoadedGame[] = [];
  private data: FileLock | undefined;
  private allGone: (() => void) | undefined;
  private firstReady = Promise.withResolvers<void>();

  constructor(options: PrimaryOptions) {
    this.options = options;
    const { config, log, metrics, relay, mainPath } = options;
    this.supervisor = new Supervisor({
      clock: systemClock,
      restartsMax: config.restartsMax,
      restartsPerChildMax: RESTARTS_PER_PROCESS_MAX,
      restartPeriodMs: config.restartPeriodMs,
      died: (spec, exit, delayMs) => this.childDied(spec, exit, delayMs),
      ended: (spec) => this.workers.ended(slotOf(spec.id)),
      isExcused: ({ code }) => code === TRY_AGAIN,
      isAwaited: ({ id }) => this.urgency.isAwaited(id),
      gaveUp: () => this.gaveUp(),
    });
    this.children = new Children({
      config,
      log,
      metrics,
      relay,
      mainPath,
      linkPath: () => join(this.sockets!, 'link.sock'),
      message: (child, message) => this.heard(child, message),
      exited: (child) => this.childExited(child),
      restartsOf: (id) => this.supervisor.restartsOf(id),
      isWaitedFor: () => this.connections.waitingCount > 0,
      tooLarge: (worker) => this.restarting.recycle(worker),
    });
    this.space = new DiskSpace({ data: config.data, log, metrics });
    const { connections, children, supervisor } = this;
    this.workers = makeWorkers(config, {
      supervisor,
      connections,
      spec: (slot, restart) => children.spec('worker', slot, workerId(slot), restart),
    });
    const { workers } = this;
    this.urgency = new Urgency({ supervisor, connections, workers, living: () => children.all });
    const isServing = () => this.state === PrimaryState.Serving;
    const ready = () => children.readyWorkers();
    const mayMove = () => isServing() && !this.restarting.isBusy && children.isReady('coordinator');
    const served = { connections, ready, isServing, mayMove };
    const shared = { config, log, metrics, children, workers, ...served };
    this.admission = new Admission(shared);
    this.holding = new Holding(served);
    const { holding } = this;
    this.assignments = new Assignments({
      ...shared,
      holding,
      acknowledged: ({ acceptedAt }) =>
        metrics.observe('handoverSeconds', (performance.now() - acceptedAt) / 1000),
    });
    const { assignments } = this;
    this.restarting = new RollingRestart({ ...shared, supervisor, assignments });
    this.balance = new Balance(shared);
    this.health = new Health({
      startMs: config.startMs,
      state: () => this.state,
      isReady: (role) => children.isReady(role),
      isRenewingCoordinator: () => this.restarting.isRenewingCoordinator,
    });
    this.listener = new Listener({
      config,
      accepted: (socket, address) => this.accepted(socket, address),
    });
  }

  /** Starts everything; resolves when clients can connect, with undefined when it was stopped before.
   *  @throws {ListenError} when an address cannot be listened on.
   *  @throws {DataDirectoryError} when there is no place for data. */
  async start(): Promise<Addresses | undefined> {
    const { config, log } = this.options;
    await this.takeDirectories();
    await this.children.code.begin();
    if (!this.isStarting) return undefined;
    this.space.start();
    const admin = await startAdmin({
      host: config.adminHost,
      port: config.adminPort,
      names: config.adminNames,
      log,
      source: this.adminSource,
    });
    this.admin = admin;
    if (!this.isStarting) {
      await admin.close();
      return undefined;
    }
    this.supervisor.add(this.children.spec(COORDINATOR, 1, COORDINATOR, 'permanent'));
    this.workers.start();
    await this.firstReady.promise;
    if (!this.isStarting) return undefined;
    const port = await this.listener.listen();
    if (!this.isStarting) {
      this.listener.close();
      return undefined;
    }
    this.state = PrimaryState.Serving;
    if (config.workers !== 'per-client') {
      this.balance.start();
      this.holding.start();
    }
    this.admission.warnOfLimits();
    return { port, adminPort: admin.port, games: this.games };
  }

  /** Replaces the processes one after another by ones that run the newest code. */
  restart(): RestartStatus {
    return this.restarting.begin();
  }

  /** Stops accepting, says goodbye to clients, stops the processes, and lets go of everything. */
  async close(): Promise<void> {
    if (this.state === PrimaryState.Draining || this.state === PrimaryState.Stopped) return;
    this.state = PrimaryState.Draining;
    this.listener.close();
    for (const child of this.children.all) if (child.identity.role === 'worker') child.drain();
    await this.untilGone();
    await this.children.spares.close();
    await this.supervisor.stop();
    await this.destroy();
  }

  /** Stops at once. */
  async destroy(): Promise<void> {
    if (this.state === PrimaryState.Stopped) return;
    this.state = PrimaryState.Stopped;
    this.listener.close();
    this.supervisor.destroy();
    this.balance.close();
    this.space.close();
    this.holding.close();
    this.children.close();
    this.connections.removeAll();
    if (this.sockets !== undefined) rmSync(this.sockets, { recursive: true, force: true });
    this.data?.release();
    await this.admin?.close();
  }

  /** Asked again after each wait: the server may have been stopped meanwhile. */
  private get isStarting(): boolean {
    return this.state === PrimaryState.Starting;
  }

  private async takeDirectories(): Promise<void> {
    const { config, log } = this.options;
    const { data } = config;
    this.data = takeDataDirectory(data, (text) => log.warn(text));
    this.sockets = await makeSocketDirectory({ data, env: process.env }).catch((cause: Error) => {
      throw new DataDirectoryError(cause.message, { cause });
    });
  }

  private get adminSource(): AdminSource {
    return {
      metricsText: () => {
        this.measure();
        return this.children.metricsText();
      },
      unreadyReason: () => this.health.unreadyReason(),
      unhealthyReason: () => this.health.unhealthyReason(),
      processes: () => this.children.processes(),
      crashes: () => this.children.crashes.list(),
      restart: () => this.restart(),
      restartStatus: () => this.restarting.status,
    };
  }

  private accepted(socket: Socket, address: string): void {
    const reason = this.admission.refusal(address);
    if (reason) {
      this.listener.refuse(socket, reason);
      return;
    }
    this.options.metrics.count('connectionsAccepted');
    this.assignments.add(socket, address);
    this.urgency.clientCame();
  }

  /** Brings the gauges up to date. */
  private measure(): void {
    const { metrics, relay } = this.options;
    metrics.count('logLinesDropped', relay.takeDropped());
    metrics.gauge('connectionsWaiting', this.connections.waitingCount);
    metrics.gauge('connectionsHeld', this.holding.count);
  }

  private heard(child: ChildProcess, message: FromChild): void {
    switch (message.type) {
      case 'ready':
        this.childReady();
        return;
      case 'accepted':
      case 'holds':
      case 'begun':
      case 'identified':
      case 'released':
      case 'closed':
        this.assignments.heard(child, message);
        if (this.connections.size === 0) this.allGone?.();
        return;
      case 'unusable':
        this.fail(message.text);
        return;
      case 'trouble':
        this.health.trouble = message.text;
        return;
      case 'loaded':
        if (message.problem === '') this.games = message.games;
        return;
      case 'beat':
      case 'metrics':
      case 'rehearsed':
      case 'left':
        return;
      default:
        message satisfies never;
    }
  }

  private childReady(): void {
    this.health.look();
    this.assignments.assign();
    this.assignments.move();
    const ready = this.children.isReady('coordinator') && this.children.isReady('worker');
    if (ready) this.firstReady.resolve();
  }

  /** A worker's connections outlive it: others go on with the same sockets. */
  private childExited(child: ChildProcess): number {
    this.health.look();
    if (child.identity.role !== 'worker') return 0;
    const silentMs = performance.now() - child.beatAt;
    const hasHung = silentMs > 2 * this.options.config.heartbeatMs;
    const count = this.assignments.takeFrom(child, hasHung ? silentMs : 0);
    if (this.state !== PrimaryState.Serving) {
      // Nobody is to take them any more.
      this.assignments.closeWaiting();
      if (this.connections.size === 0) this.allGone?.();
      return 0;
    }
    if (count === 0) return 0;
    this.assignments.assign();
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
      `more than ${restartsMax} restarts of processes in ${restartPeriodMs} ms (and more than ` +
        `${RESTARTS_PER_PROCESS_MAX} for each process), or as many deaths of one process ` +
        'in a row soon after its start: the server stops. ' +
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
}
