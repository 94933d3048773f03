// The processes that the primary has forked: starts them, listens to them, says which there are.
import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import type { Config } from '../config.ts';
import type { FromChild } from '../link/index.ts';
import {
  type ChildIdentity,
  type ChildSpec,
  type Exit,
  NO_INSPECTOR_BY_SIGNAL,
} from '../multiprocessing/index.ts';
import type { Log, LogRelay, ProcessMetrics, PushedMetrics } from '../observe/index.ts';
import { MetricsAggregate, ProcessSampler } from '../observe/index.ts';
import { AcceptedCode, type Code } from './accepted-code.ts';
import type { ProcessInfo } from './admin.ts';
import { ChildProcess } from './child-process.ts';
import { Crashes, crashRecord } from './crashes.ts';
import { CHILD_STDIO, type ForkedEvents, ForkedProcess } from './forked-process.ts';
import { Spares } from './spares.ts';
import { Watchdog } from './watchdog.ts';

type Role = ChildIdentity['role'];

export interface ChildrenOptions {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'primary'>;
  readonly relay: LogRelay;
  /** The file that becomes the role it is forked as. */
  readonly mainPath: string;
  /** Of the socket by which workers reach the coordinator; asked for when a process is forked. */
  linkPath(): string;
  message(child: ChildProcess, message: FromChild): void;
  /** @returns how many connections it has left to others. */
  exited(child: ChildProcess, exit: Exit): number;
  restartsOf(id: string): number;
  /** Whether connections wait for a worker. */
  isWaitedFor(): boolean;
  /** A worker has more memory than it may. */
  tooLarge(worker: ChildProcess): void;
}

/** How long a child may take to end when it is asked to: the coordinator writes everything down. */
const SHUTDOWN_MS = 5000;
/** V8 lets garbage grow to 96 MB before it looks again; with this to 24. Measured with 5,000 idle
 *  connections: two thirds of the memory; with 1,000 players: no more CPU (23.8 and 25.0 µs for each
 *  state beside 23.7 and 26.2; with 4 instead of 8 it was a tenth more). */
const YOUNG_SPACE = '--max-semi-space-size=8';

/** How long the record of a death waits for the end of what the process has written. A process that it has
 *  started may hold its output open for longer. */
const LAST_WORDS_MS = 200;

export class Children {
  private readonly options: ChildrenOptions;
  private readonly live = new Set<ChildProcess>();
  private readonly aggregate = new MetricsAggregate(() => performance.now());
  readonly crashes = new Crashes();
  /** The last number given to a process of each role. */
  private readonly numbers: Record<Role, number> = { worker: 0, coordinator: 0 };
  private isClosed = false;
  private readonly sampler: ProcessSampler;
  private readonly watchdog: Watchdog;
  readonly spares: Spares;
  readonly code: AcceptedCode;

  constructor(options: ChildrenOptions) {
    this.options = options;
    const { data, game: games } = options.config;
    this.code = new AcceptedCode({ data, games, mainPath: options.mainPath, log: options.log });
    cluster.setupPrimary({
      execArgv: [...process.execArgv, NO_INSPECTOR_BY_SIGNAL, YOUNG_SPACE],
      // Where the server is started for a debugger, any free port: the cluster would count them up.
      inspectPort: 0,
      stdio: [...CHILD_STDIO],
    });
    this.spares = new Spares({
      config: options.config,
      log: options.log,
      fork: (events, code) => this.fork(events, code),
      isWaitedFor: () => options.isWaitedFor() || !this.isReady('coordinator'),
      lost: ({ pid }) => options.relay.forget(pid),
    });
    this.sampler = new ProcessSampler(options.metrics, () => performance.now());
    options.metrics.gauge('buildInfo', 1, { version: packageVersion(), node: process.version });
    const { config, log, tooLarge } = options;
    this.watchdog = new Watchdog({ config, log, children: this.live, tooLarge });
  }

  /** The spec of a child; it starts when a supervisor takes it. */
  spec(role: Role, slot: number, id: string, restart: ChildSpec['restart']): ChildSpec {
    return {
      id,
      restart,
      shutdownMs: SHUTDOWN_MS,
      start: (exited, left) => this.start(role, slot, exited, left),
    };
  }

  *readyWorkers(): Iterable<ChildProcess> {
    for (const child of this.live) {
      const { identity, isReady, isEnding, isRetiring } = child;
      if (identity.role === 'worker' && isReady && !isEnding && !isRetiring) yield child;
    }
  }

  get all(): Iterable<ChildProcess> {
    return this.live;
  }

  isReady(role: Role): boolean {
    for (const child of this.live) {
      if (child.identity.role === role && child.isReady && !child.isEnding) return true;
    }
    return false;
  }

  metricsText(): Promise<string> {
    this.sampler.sample();
    return this.aggregate.text(this.options.metrics);
  }

  processes(): ProcessInfo[] {
    const now = performance.now();
    const sample = this.sampler.sample();
    const primary: ProcessInfo = {
      role: 'primary',
      slot: 0,
      worker: null,
      pid: process.pid,
      uptimeSeconds: process.uptime(),
      restarts: 0,
      clients: 0,
      ...sample,
      responsive: true,
      ready: true,
      lastBeatAgeMs: 0,
    };
    const live = [...this.live].map((child) => this.describe(child, now));
    const spares = [...this.spares.all].map(({ forked, isReady }) => ({
      ...primary,
      ...forked.beat,
      role: 'spare' as const,
      pid: forked.pid,
      uptimeSeconds: (now - forked.startedAt) / 1000,
      ready: isReady,
      lastBeatAgeMs: now - forked.beatAt,
    }));
    return [primary, ...live, ...spares];
  }

  close(): void {
    this.isClosed = true;
    this.watchdog.close();
    void this.spares.close();
    this.sampler.close();
  }

  private describe(child: ChildProcess, now: number): ProcessInfo {
    const { role, slot, worker } = child.identity;
    const age = now - child.beatAt;
    return {
      role,
      slot,
      worker: role === 'worker' ? worker : null,
      pid: child.pid,
      uptimeSeconds: (now - child.startedAt) / 1000,
      restarts: this.options.restartsOf(role === 'worker' ? `worker-${slot}` : role),
      clients: child.beat.clients,
      eventLoopLagMs: child.beat.eventLoopLagMs,
      residentBytes: child.beat.residentBytes,
      ready: child.isReady,
      responsive: child.isReady && age < this.options.config.heartbeatMs * 3,
      lastBeatAgeMs: age,
    };
  }

  /** The child in a slot, while it lives: the newest, where one has left its place to the next. */
  inSlot(role: Role, slot: number): ChildProcess | undefined {
    return [...this.live].findLast(
      ({ identity }) => identity.role === role && identity.slot === slot,
    );
  }

  private start(
    role: Role,
    slot: number,
    exited: (exit: Exit) => void,
    left: () => void,
  ): ChildProcess {
    const identity: ChildIdentity = { role, slot, worker: ++this.numbers[role] };
    const child = new ChildProcess(identity, this.spares.take(), {
      message: (from, message) => this.heard(from, message),
      reported: (from, report) => this.watchdog.reported(from, report),
      left,
      exited: (from, exit) => {
        this.live.delete(from);
        const connections = this.options.exited(from, exit);
        const wasStarted = from.pid !== 0;
        const isCrash = wasStarted && !from.wasAsked && !this.isClosed;
        const seconds = (performance.now() - from.startedAt) / 1000;
        this.forgetMetrics(from);
        // Its last words may come after the news of its end: a stack trace is among them.
        void from.outputEnded(LAST_WORDS_MS).then(() => {
          if (isCrash) this.record(from, exit, connections, seconds);
          this.options.relay.forget(from.pid);
        });
        exited(exit);
      },
    });
    this.live.add(child);
    this.options.log.debug({ child: child.name, childPid: child.pid }, 'process started');
    return child;
  }

  /** Copies the code that is on the disk, and has later processes run it as soon as spare ones have loaded it.
   *  @returns has later processes run the code from before again.
   *  @throws {LoadError} and everything is as before. */
  async renewCode(): Promise<() => void> {
    const code = await this.code.stage();
    let takeBack: (() => void) | undefined;
    try {
      await this.spares.renew(code, () => {
        takeBack = this.code.accept(code);
      });
    } catch (error) {
      await this.code.refuse(code);
      throw error;
    }
    return () => {
      takeBack?.();
      this.spares.discardAll();
    };
  }

  private fork(events: ForkedEvents, code?: Code): ForkedProcess {
    const { config, linkPath, log, relay } = this.options;
    cluster.setupPrimary(this.code.script(code));
    const forked = new ForkedProcess({ linkPath: linkPath(), config }, events, (error) =>
      log.error(
        { err: error },
        'the system does not start a process, which is tried again: raise the limit of processes, open files ' +
          'or memory, or put Node back where it was',
      ),
    );
    const { stdout, stderr, source } = forked;
    if (stdout && stderr) {
      const outputs = [relay.add(stdout, source, 'stdout'), relay.add(stderr, source, 'stderr')];
      forked.outputEnded = Promise.all(outputs).then(() => {});
    }
    return forked;
  }

  private record(
    child: ChildProcess,
    exit: Exit,
    connections: number,
    uptimeSeconds: number,
  ): void {
    const { pid, identity } = child;
    const lastLines = this.options.relay.lastLines(pid);
    const found = { pid, uptimeSeconds, connections, lastLines: [...lastLines] };
    const record = crashRecord(identity, found, exit, this.watchdog.hangOf(child));
    this.crashes.add(record);
    const { lastLines: _, at: __, role: ___, pid: childPid, ...fields } = record;
    this.options.log.error({ child: child.name, childPid, ...fields }, `${child.name} died`);
  }

  private forgetMetrics(child: ChildProcess): void {
    const { role, slot } = child.identity;
    this.aggregate.died(keyOf(child));
    // A worker that had one client leaves a slot that may stay empty.
    if (this.options.config.workers === 'per-client') this.aggregate.forget(role, slot);
  }

  private heard(child: ChildProcess, message: FromChild): void {
    if (message.type === 'metrics') {
      const { role, slot } = child.identity;
      this.aggregate.report(keyOf(child), role, slot, message.snapshot as PushedMetrics);
    }
    this.options.message(child, message);
  }
}

function packageVersion(): string {
  const path = findPackageJSON(import.meta.url);
  return path === undefined ? 'unknown' : JSON.parse(readFileSync(path, 'utf8')).version;
}

/** Never the same for two processes. */
function keyOf({ identity }: ChildProcess): string {
  return `${identity.role} ${identity.worker}`;
}
