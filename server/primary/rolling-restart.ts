// Planned replacements: of all processes, one after another, for new code; of one worker, for its
// memory. Its successor is ready before a process goes, and connections stay open.
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Supervisor } from '../multiprocessing/index.ts';
import type { Log, ProcessMetrics } from '../observe/index.ts';
import type { Assignments } from './assignments.ts';
import type { ChildProcess } from './child-process.ts';
import type { Children } from './children.ts';
import { WorkerMemory } from './worker-memory.ts';
import { COORDINATOR, type Workers, workerId } from './workers.ts';

export interface RollingRestartOptions {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'primary'>;
  readonly children: Children;
  readonly supervisor: Supervisor;
  readonly workers: Workers;
  readonly assignments: Assignments;
  /** False once the server stops: nothing is replaced then. */
  isServing(): boolean;
}

/** How the newest restart goes, or went. */
export interface RestartStatus {
  readonly state: 'idle' | 'restarting';
  /** ISO 8601, UTC; null: there was none. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Processes replaced so far. */
  readonly replaced: number;
  /** Why it was given up; what was replaced by then stays. */
  readonly error: string | null;
}

const POLL_MS = 5;

export class RollingRestart {
  status: RestartStatus = {
    state: 'idle',
    startedAt: null,
    endedAt: null,
    replaced: 0,
    error: null,
  };
  /** The coordinator is being replaced: what is asked of it now is answered by the next one. */
  isRenewingCoordinator = false;
  private readonly options: RollingRestartOptions;
  /** One process is replaced at a time. */
  private last: Promise<unknown> = Promise.resolve();
  private recycling: ChildProcess | undefined;
  private readonly memory: WorkerMemory;

  constructor(options: RollingRestartOptions) {
    this.options = options;
    this.memory = new WorkerMemory(options);
  }

  /** Whether processes are being replaced, or are to be. */
  get isBusy(): boolean {
    return this.status.state === 'restarting' || this.recycling !== undefined;
  }

  /** Replaces every child by one that runs the newest code; one restart at a time.
   *  @returns the status of the one that runs now. */
  begin(): RestartStatus {
    if (this.status.state === 'restarting') return this.status;
    const startedAt = new Date().toISOString();
    this.status = { state: 'restarting', startedAt, endedAt: null, replaced: 0, error: null };
    if (!this.options.isServing()) {
      this.ended('the server is not serving');
      return this.status;
    }
    this.options.log.info('restarting: processes are replaced one after another');
    void this.inTurn(() => this.run()).then(
      () => this.ended(null),
      (error: Error) => this.ended(error.message),
    );
    return this.status;
  }

  /** Replaces a worker whose memory has grown too large. */
  recycle(worker: ChildProcess): void {
    const { log, config } = this.options;
    if (worker.isRetiring || !this.options.isServing()) return;
    if (!this.memory.isWorthReplacing(worker, performance.now()) || this.recycling) return;
    this.recycling = worker;
    const { residentBytes } = worker.beat;
    const fields = { child: worker.name, residentBytes, workerMemoryMax: config.workerMemoryMax };
    log.warn(fields, `${worker.name} has too much memory: it is replaced`);
    void this.inTurn(() => this.replaceWorker(worker, 'memory'))
      .catch((error) => log.error({ err: error }, 'the worker could not be replaced'))
      .finally(() => {
        this.recycling = undefined;
      });
  }

  private inTurn(run: () => Promise<void>): Promise<void> {
    const { spares } = this.options.children;
    const turn = this.last.then(() => spares.patiently(run));
    this.last = turn.catch(() => {});
    return turn;
  }

  private ended(error: string | null): void {
    const { log } = this.options;
    this.status = { ...this.status, state: 'idle', endedAt: new Date().toISOString(), error };
    const { replaced } = this.status;
    if (error === null) log.info({ replaced }, 'restarted');
    else if (replaced > 0)
      log.error({ replaced, problem: error }, 'restart given up: what was replaced stays');
    else
      log.error(
        { replaced, problem: error },
        'restart refused: all processes go on, with the code that they have',
      );
  }

  private async run(): Promise<void> {
    const { children } = this.options;
    // If the new code cannot be loaded, nothing has been touched yet.
    const takeCodeBack = await children.renewCode();
    try {
      await this.replaceAll();
    } catch (error) {
      // Code that loads and does not get ready must not be what the next death brings.
      takeCodeBack();
      throw error;
    }
    await children.code.tidy();
  }

  private async replaceAll(): Promise<void> {
    const { children } = this.options;
    // Those that serve nobody first, so that the others' clients come to new ones only.
    const workers = [...children.all]
      .filter(({ identity }) => identity.role === 'worker')
      .sort((a, b) => Math.sign(a.beat.clients) - Math.sign(b.beat.clients));
    for (const worker of workers) await this.replaceWorker(worker, 'restart');
    await this.replaceCoordinator();
  }

  private async replaceWorker(old: ChildProcess, reason: 'restart' | 'memory'): Promise<void> {
    const { children, supervisor, assignments, config } = this.options;
    const { slot } = old.identity;
    // Many wait for one that has many clients.
    if (config.spares > 0 && config.workers !== 'per-client') await children.spares.ready();
    // It has died meanwhile, and what has taken its place is new.
    if (children.inSlot('worker', slot) !== old) return;
    const added = await this.startSuccessors(slot);
    const now = performance.now();
    if (reason === 'memory') for (const next of added) this.memory.replaced(next, now);
    for (;;) {
      const worker = children.inSlot('worker', slot);
      if (!worker) break;
      worker.isRetiring = true;
      await assignments.moveAll(worker);
      this.checkServing();
      // Else it died, and the supervisor has started another in its place.
      if (children.inSlot('worker', slot) === worker) break;
    }
    supervisor.remove(workerId(slot));
    await this.until('an old worker has not ended', () => !children.inSlot('worker', slot));
    this.countReplaced('worker', reason);
  }

  /** Resolves when what is started in the stead of a worker is ready; else that is ended again. */
  private async startSuccessors(slot: number): Promise<readonly number[]> {
    const { children, supervisor, workers } = this.options;
    const added = workers.replace(slot);
    // One that dies and dies is not there at all while it waits to be started again.
    const isReady = (next: number) => children.inSlot('worker', next)?.isReady === true;
    try {
      await this.until('a new worker was not ready in time', () => added.every(isReady));
      return added;
    } catch (error) {
      workers.keep(slot);
      for (const next of added) if (!isReady(next)) supervisor.remove(workerId(next));
      throw error;
    }
  }

  private async replaceCoordinator(): Promise<void> {
    const { children, supervisor } = this.options;
    // Everybody waits for this one.
    await children.spares.ready();
    const old = children.inSlot('coordinator', 1);
    this.isRenewingCoordinator = true;
    try {
      supervisor.renew(COORDINATOR);
      const late = 'the new coordinator was not ready in time, and players wait for it';
      await this.until(late, () => {
        const now = children.inSlot('coordinator', 1);
        return now !== undefined && now !== old && now.isReady;
      });
      const isThere = () => old !== undefined && [...children.all].includes(old);
      await this.until('the old coordinator has not ended', () => !isThere());
    } finally {
      this.isRenewingCoordinator = false;
    }
    this.countReplaced('coordinator', 'restart');
  }

  private countReplaced(role: 'worker' | 'coordinator', reason: 'restart' | 'memory'): void {
    this.options.metrics.count('processesReplaced', 1, { role, reason });
    if (reason === 'restart') this.status = { ...this.status, replaced: this.status.replaced + 1 };
  }

  private async until(otherwise: string, holds: () => boolean): Promise<void> {
    const { config } = this.options;
    const end = performance.now() + config.startMs;
    while (!holds()) {
      this.checkServing();
      if (performance.now() > end) throw new Error(otherwise);
      await wait(POLL_MS);
    }
  }

  private checkServing(): void {
    if (!this.options.isServing()) throw new Error('the server stops');
  }
}
