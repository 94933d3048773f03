// The swarms of a load-test: forks them, spreads the clients over them, collects what they count.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromSwarm, SwarmTask, ToSwarm } from './messages.ts';
import { Totals } from './totals.ts';

/** A swarm died. The load-test is void. */
export class SwarmError extends Error {
  override readonly name = 'SwarmError';
  readonly code = 'SWARM';
}

export type SwarmsTask = Omit<SwarmTask, 'firstClient'> & { readonly processes: number };

const MEASURED_MS_MAX = 10_000;
const STOP_MS_MAX = 5_000;
/** Beside this file, built or not. */
const script = fileURLToPath(import.meta.url).replace(/swarms(\.[jt]s)$/, 'swarm$1');

export class Swarms {
  totals: Totals;
  /** How many clients each swarm has. */
  readonly shares: readonly number[];
  private readonly children: readonly ChildProcess[];
  private readonly died = Promise.withResolvers<never>();
  private readonly allReady = Promise.withResolvers<void>();
  private readonly measured: PromiseWithResolvers<void>[];
  private readonly clients: number;
  private stopping = false;

  constructor(task: SwarmsTask) {
    const { processes, clients } = task;
    this.clients = clients;
    this.shares = sharesOf(clients, processes);
    this.totals = new Totals(processes);
    this.died.promise.catch(() => {});
    this.measured = this.shares.map(() => Promise.withResolvers<void>());
    let firstClient = 1;
    this.children = this.shares.map((share, swarm) => {
      const child = this.fork(swarm);
      this.send(child, { type: 'start', ...task, clients: share, firstClient });
      firstClient += share;
      return child;
    });
  }

  /** Resolves when every client is ready, or after `msMax`.
   *  @throws {SwarmError} */
  async untilReady(msMax: number): Promise<void> {
    await within(msMax, Promise.race([this.allReady.promise, this.died.promise]));
  }

  /** Counts from now on, after what was counted before is forgotten. */
  measure(): void {
    this.totals = new Totals(this.children.length);
    for (const child of this.children) this.send(child, { type: 'measure' });
  }

  /** Resolves when everything that was counted is in `totals`.
   *  @throws {SwarmError} */
  async finish(): Promise<void> {
    for (const child of this.children) this.send(child, { type: 'finish' });
    const all = Promise.all(this.measured.map(({ promise }) => promise));
    const done = await within(MEASURED_MS_MAX, Promise.race([all, this.died.promise]));
    if (!done)
      throw new SwarmError(`a process of clients has not answered in ${MEASURED_MS_MAX} ms`);
  }

  /** Rejects with `SwarmError` when a swarm dies; otherwise it never settles. */
  get death(): Promise<never> {
    return this.died.promise;
  }

  /** Cuts all connections. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.children.map(stopChild));
  }

  private fork(swarm: number): ChildProcess {
    const child = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.on('message', (message: FromSwarm) => this.heard(swarm, message));
    child.on('error', (error) => this.died.reject(new SwarmError(error.message)));
    child.on('exit', (code, signal) => {
      if (this.stopping) return;
      this.died.reject(new SwarmError(`a process of clients has died: ${signal ?? code}`));
    });
    return child;
  }

  private send(child: ChildProcess, message: ToSwarm): void {
    child.send(message);
  }

  private heard(swarm: number, { type, sample }: FromSwarm): void {
    this.totals.add(swarm, sample);
    if (type === 'measured') this.measured[swarm]!.resolve();
    if (this.totals.sums().ready >= this.clients) this.allReady.resolve();
  }
}

/** A swarm ends by itself when its channel closes. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
  await exit;
  clearTimeout(timer);
}

/** Spreads `clients` as evenly as whole numbers allow. */
export function sharesOf(clients: number, processes: number): number[] {
  const share = Math.floor(clients / processes);
  const more = clients % processes;
  return Array.from({ length: processes }, (_, i) => share + (i < more ? 1 : 0));
}

/** @returns whether the promise was fulfilled in time. */
export async function within(msMax: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, msMax, false);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
