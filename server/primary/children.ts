// The processes that the primary has forked: starts them, listens to them, kills those that hang.
import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import type { Config } from '../config.ts';
import type { FromChild } from '../link/index.ts';
import type { ChildIdentity, ChildSpec, Exit } from '../multiprocessing/index.ts';
import type { Log, LogRelay, ProcessMetrics, PushedMetrics } from '../observe/index.ts';
import { MetricsAggregate, ProcessSampler } from '../observe/index.ts';
import type { ProcessInfo } from './admin.ts';
import { ChildProcess } from './child-process.ts';
import { Crashes, crashRecord, type Hang } from './crashes.ts';
import { CHILD_STDIO, type ForkedEvents, ForkedProcess } from './forked-process.ts';
import { INSPECTABLE, stackOfHang } from './hang-stack.ts';
import { Spares } from './spares.ts';

type Role = ChildIdentity['role'];

export interface ChildrenOptions {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'primary'>;
  readonly relay: LogRelay;
  /** The file that becomes the role it is forked as. */
  readonly mainPath: string;
  readonly linkPath: string;
  message(child: ChildProcess, message: FromChild): void;
  /** @returns how many connections it has left to others. */
  exited(child: ChildProcess, exit: Exit): number;
  restartsOf(id: string): number;
  /** A worker has more memory than it may. */
  tooLarge(worker: ChildProcess): void;
}

/** How long a child may take to end when it is asked to: the coordinator writes everything down. */
const SHUTDOWN_MS = 5000;
/** V8 lets garbage grow to 96 MB before it looks again; with this to 24. Measured with 5,000 idle
 *  connections: two thirds of the memory; with 1,000 players: no more CPU (23.8 and 25.0 µs for each
 *  state beside 23.7 and 26.2; with 4 instead of 8 it was a tenth more). */
const YOUNG_SPACE = '--max-semi-space-size=8';
/** After this part of the time that makes a hang it is asked where, so that it need not be waited
 *  for longer. */
const ASKED_AFTER = 0.5;

export class Children {
  private readonly options: ChildrenOptions;
  private readonly live = new Set<ChildProcess>();
  private readonly aggregate = new MetricsAggregate(() => performance.now());
  private readonly timer: NodeJS.Timeout;
  readonly crashes = new Crashes();
  private readonly hangs = new WeakMap<ChildProcess, Hang>();
  /** Where silent processes are, as soon as they have said so. */
  private readonly stacks = new Map<ChildProcess, { stack: string | null }>();
  /** The last number given to a process of each role. */
  private readonly numbers: Record<Role, number> = { worker: 0, coordinator: 0 };
  /** Those of which was said that they take long to start. */
  private readonly slow = new WeakSet<ChildProcess>();
  private sweptAt = performance.now();
  private isClosed = false;
  private readonly sampler: ProcessSampler;
  readonly spares: Spares;

  constructor(options: ChildrenOptions) {
    this.options = options;
    cluster.setupPrimary({
      exec: options.mainPath,
      args: [],
      execArgv: [...process.execArgv, INSPECTABLE, YOUNG_SPACE],
      // Else the cluster would give each child a port of its own counting.
      inspectPort: 0,
      stdio: [...CHILD_STDIO],
    });
    this.spares = new Spares({
      config: options.config,
      log: options.log,
      fork: (events) => this.fork(events),
      lost: ({ pid }) => options.relay.forget(pid),
    });
    this.sampler = new ProcessSampler(options.metrics, () => performance.now());
    options.metrics.gauge('buildInfo', 1, { version: packageVersion(), node: process.version });
    this.timer = setInterval(() => this.sweep(), options.config.heartbeatMs);
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
      lastBeatAgeMs: 0,
    };
    const live = [...this.live].map((child) => this.describe(child, now));
    const spares = this.spares.all.map(({ pid, startedAt, beatAt, beat }) => ({
      ...primary,
      ...beat,
      role: 'spare' as const,
      pid,
      uptimeSeconds: (now - startedAt) / 1000,
      lastBeatAgeMs: now - beatAt,
    }));
    return [primary, ...live, ...spares];
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.timer);
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
      left,
      exited: (from, exit) => {
        this.live.delete(from);
        const connections = this.options.exited(from, exit);
        if (!from.wasAsked && !this.isClosed) this.record(from, exit, connections);
        this.forget(from);
        exited(exit);
      },
    });
    this.live.add(child);
    this.options.log.debug({ child: child.name, childPid: child.pid }, 'process started');
    return child;
  }

  private fork(events: ForkedEvents): ForkedProcess {
    const { config, linkPath, log, relay } = this.options;
    const forked = new ForkedProcess({ linkPath, config }, events, (error) =>
      log.error({ err: error }, 'a process cannot be started'),
    );
    if (forked.stdout) relay.add(forked.stdout, forked.source, 'stdout');
    if (forked.stderr) relay.add(forked.stderr, forked.source, 'stderr');
    return forked;
  }

  private record(child: ChildProcess, exit: Exit, connections: number): void {
    const { pid, identity } = child;
    const uptimeSeconds = (performance.now() - child.startedAt) / 1000;
    const lastLines = this.options.relay.lastLines(pid);
    const found = { pid, uptimeSeconds, connections, lastLines: [...lastLines] };
    const record = crashRecord(identity, found, exit, this.hangs.get(child));
    this.crashes.add(record);
    const { lastLines: _, ...fields } = record;
    this.options.log.error(fields, `${child.name} died`);
  }

  private forget(child: ChildProcess): void {
    this.stacks.delete(child);
    const { role, slot } = child.identity;
    this.aggregate.died(keyOf(child));
    // A worker that had one client leaves a slot that may stay empty.
    if (this.options.config.workers === 'per-client') this.aggregate.forget(role, slot);
    this.options.relay.forget(child.pid);
  }

  private heard(child: ChildProcess, message: FromChild): void {
    if (message.type === 'metrics') {
      const { role, slot } = child.identity;
      this.aggregate.report(keyOf(child), role, slot, message.snapshot as PushedMetrics);
    }
    this.options.message(child, message);
  }

  private sweep(): void {
    const { config, log } = this.options;
    const now = performance.now();
    const late = now - this.sweptAt - config.heartbeatMs;
    this.sweptAt = now;
    // When this process was held up itself, the children's beats may wait to be read.
    if (late > config.heartbeatMs) return;
    for (const child of this.live) {
      const { role } = child.identity;
      const isTooLarge = child.beat.residentBytes > config.workerMemoryMax;
      if (role === 'worker' && config.workerMemoryMax > 0 && isTooLarge) {
        this.options.tooLarge(child);
      }
      this.warnIfSlow(child, now - child.startedAt);
      const silentMs = now - child.beatAt;
      const limit = child.hasBeaten ? config.hangMs : config.startMs;
      if (child.hasBeaten && !child.isEnding) this.ask(child, silentMs > limit * ASKED_AFTER);
      if (silentMs < limit || child.isEnding) continue;
      if (child.hasBeaten) this.endHang(child, Math.round(silentMs));
      else {
        log.error({ child: child.name, childPid: child.pid }, 'process does not start: killed');
        child.kill();
      }
    }
  }

  /** Says once that a process beats, and yet is not ready. */
  private warnIfSlow(child: ChildProcess, ageMs: number): void {
    const { config, log } = this.options;
    const { isReady, isEnding, hasBeaten } = child;
    if (isReady || isEnding || !hasBeaten || ageMs < config.startMs || this.slow.has(child)) return;
    this.slow.add(child);
    const fields = { child: child.name, childPid: child.pid, ageMs: Math.round(ageMs) };
    log.warn(fields, 'process is alive, but not ready yet');
  }

  /** Asks a process that is silent where it is, once; tells one that is not any more to forget it. */
  private ask(child: ChildProcess, isSilent: boolean): void {
    const asked = this.stacks.get(child);
    if (isSilent === (asked !== undefined)) return;
    const { config, log, relay } = this.options;
    const fields = { child: child.name, childPid: child.pid };
    if (asked) {
      this.stacks.delete(child);
      child.calm();
      log.warn({ ...fields, stack: asked.stack }, 'process was silent, and goes on');
      return;
    }
    const answer = { stack: null as string | null };
    this.stacks.set(child, answer);
    log.warn(fields, 'process is silent: it is asked where it is');
    const lines = () => relay.lastLines(child.pid);
    void stackOfHang(child.pid, lines, config.hangMs).then((stack) => {
      answer.stack = stack ?? null;
    });
  }

  private endHang(child: ChildProcess, hungMs: number): void {
    const { log } = this.options;
    const { stack = null } = this.stacks.get(child) ?? {};
    this.hangs.set(child, { hungMs, stack });
    log.error({ child: child.name, childPid: child.pid, hungMs, stack }, 'process hangs: killed');
    child.kill();
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
