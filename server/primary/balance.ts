// Evens out how many connections the workers have: after a death they go where they are taken
// quickest, and would stay there for as long as their clients do.
import type { Log, ProcessMetrics } from '../observe/index.ts';
import type { ChildProcess } from './child-process.ts';
import type { Connections, KeptConnection } from './connections.ts';

export interface BalanceOptions {
  readonly connections: Connections;
  readonly log: Pick<Log, 'debug'>;
  readonly metrics: Pick<ProcessMetrics<'primary'>, 'count'>;
  /** The workers that take connections. */
  ready(): Iterable<ChildProcess>;
  /** Whether connections may be moved now: nothing else moves them, and they would be served. */
  mayMove(): boolean;
}

/** How gently the load is evened out. */
export interface BalanceLimits {
  readonly lookMs: number;
  /** Connections that nobody serves for a moment; a hundred a second, with `lookMs`. */
  readonly movedAtOnce: number;
  /** A smaller difference is not worth anybody's pause. */
  readonly differenceMin: number;
  /** Nor one below this part of what each would have: clients differ by more in what they cost. */
  readonly differencePart: number;
  /** Who was handed over, for whatever reason, is left alone for so long. */
  readonly restMs: number;
}

export const GENTLE: BalanceLimits = {
  lookMs: 160,
  movedAtOnce: 16,
  differenceMin: 32,
  differencePart: 0.1,
  restMs: 10_000,
};

/** A connection that a worker was asked to let go of. */
interface Asked {
  readonly connection: KeptConnection;
  /** When it had been lost before. */
  readonly lostAt: number;
}

export class Balance {
  private readonly options: BalanceOptions;
  private readonly limits: BalanceLimits;
  private timer: NodeJS.Timeout | undefined;
  private asked: readonly Asked[] = [];
  /** How many connections were moved; undefined while nothing is to be evened out. */
  private moved: number | undefined;

  constructor(options: BalanceOptions, limits = GENTLE) {
    this.options = options;
    this.limits = limits;
  }

  /** Looks from now on how the connections are spread, a few times a second. */
  start(): void {
    this.timer = setInterval(() => this.look(), this.limits.lookMs);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const { connections, ready, mayMove } = this.options;
    const workers = [...ready()].sort((a, b) => connections.countAt(a) - connections.countAt(b));
    const [least, fullest] = [workers[0], workers.at(-1)];
    if (!least || !fullest || !mayMove() || !this.isCalm(workers)) return;
    this.countMoved();
    const difference = connections.countAt(fullest) - connections.countAt(least);
    if (difference <= this.tolerated(workers)) {
      this.end();
      return;
    }
    // Never so many that they would have to come back.
    const count = Math.min(this.limits.movedAtOnce, Math.floor(difference / 2));
    this.move(connections.servedBy(fullest, count, this.isAtRest), fullest, difference);
  }

  /** Nobody waits to be served, also none of those that were moved last. */
  private isCalm(workers: readonly ChildProcess[]): boolean {
    const { connections } = this.options;
    return (
      connections.waitingCount === 0 &&
      workers.every((worker) => connections.underWayTo(worker) === 0) &&
      this.asked.every(({ connection, lostAt }) => {
        const isLetGo = connection.lostAt !== lostAt && connection.identified;
        return isLetGo || !connections.get(connection.id);
      })
    );
  }

  /** The difference that is left as it is. What has begun goes on to half of that: else what comes
   *  and goes would have one client moved now and then, for ever. */
  private tolerated(workers: readonly ChildProcess[]): number {
    const { connections } = this.options;
    const { differenceMin, differencePart } = this.limits;
    let sum = 0;
    for (const worker of workers) sum += connections.countAt(worker);
    const margin = Math.max(differenceMin, (differencePart * sum) / workers.length);
    return this.moved === undefined ? margin : Math.max(1, margin / 2);
  }

  /** One that the coordinator does not know yet, or does not know again, has enough to wait for. */
  private readonly isAtRest = ({ identified, handedOverAt }: KeptConnection): boolean =>
    identified && performance.now() - handedOverAt >= this.limits.restMs;

  private move(batch: readonly KeptConnection[], from: ChildProcess, difference: number): void {
    if (batch.length === 0) return;
    if (this.moved === undefined) {
      this.moved = 0;
      this.options.log.debug({ from: from.name, difference }, 'connections are evened out');
    }
    this.asked = batch.map((connection) => ({ connection, lostAt: connection.lostAt }));
    from.release(batch.map(({ id }) => id));
  }

  private countMoved(): void {
    const { length } = this.asked.filter(({ connection, lostAt }) => connection.lostAt !== lostAt);
    this.asked = [];
    if (this.moved === undefined || length === 0) return;
    this.moved += length;
    this.options.metrics.count('connectionsRebalanced', length);
  }

  private end(): void {
    if (this.moved === undefined) return;
    this.options.log.debug({ moved: this.moved }, 'connections are even');
    this.moved = undefined;
  }
}
