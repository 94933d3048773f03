// A supervisor among children that die, hang and are removed at random, in simulated time.
// fast-check prints the seed of a schedule that breaks a promise.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Child, ChildSpec, Exit } from './child-spec.ts';
import { Supervisor } from './supervisor.ts';
import { TestClock } from './test-clock.ts';

/** How the children of one id behave, life after life. */
const behaviour = fc.record({
  restart: fc.constantFrom<ChildSpec['restart']>('permanent', 'permanent', 'temporary'),
  shutdownMs: fc.integer({ min: 1, max: 500 }),
  /** How long each life lasts by itself; the last one repeats. */
  livesMs: fc.array(fc.oneof(fc.nat(300), fc.integer({ min: 300, max: 50_000 })), { minLength: 1 }),
  /** How long it takes to end after `stop`. */
  stopMs: fc.nat(1000),
  killMs: fc.nat(5),
});
type Behaviour = typeof behaviour extends fc.Arbitrary<infer T> ? T : never;

const schedule = fc.record({
  restartsMax: fc.integer({ min: 1, max: 12 }),
  restartsPerChildMax: fc.nat(4),
  restartPeriodMs: fc.integer({ min: 100, max: 20_000 }),
  children: fc.array(behaviour, { minLength: 1, maxLength: 6, size: 'max' }),
  removals: fc.array(fc.record({ at: fc.nat(20_000), child: fc.nat(5) }), { maxLength: 4 }),
  stopAt: fc.nat(60_000),
});
type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never;

interface Life {
  readonly id: number;
  stoppedAt: number | undefined;
  killedAt: number | undefined;
}

/** What the supervisor promises, as a model of its own that watches every call. */
class Simulation {
  readonly clock = new TestClock();
  readonly supervisor: Supervisor;
  gaveUp = 0;
  /** Children that the supervisor has not let go of. */
  private kept: number;
  isStopping = false;
  private readonly given: Schedule;
  private readonly alive = new Map<number, Life>();
  private readonly removed = new Set<number>();
  /** When a child is to be started again. */
  private readonly dueAt = new Map<number, number>();
  private readonly livesOf = new Map<number, number>();
  private readonly startedAt = new Map<number, number>();
  private readonly quickDeaths = new Map<number, number>();
  private readonly rows = new Map<number, number>();
  private recent: number[] = [];

  constructor(given: Schedule) {
    this.given = given;
    this.kept = given.children.length;
    this.supervisor = new Supervisor({
      clock: this.clock,
      restartsMax: given.restartsMax,
      restartsPerChildMax: given.restartsPerChildMax,
      restartPeriodMs: given.restartPeriodMs,
      died: ({ id, restart }, _exit, delayMs) => this.died(Number(id), restart, delayMs),
      ended: () => {
        this.kept--;
      },
      gaveUp: () => {
        this.gaveUp++;
      },
    });
    given.children.forEach((of, id) => {
      this.dueAt.set(id, 0);
      this.supervisor.add(this.specOf(id, of));
    });
    for (const { at, child } of given.removals) this.clock.after(at, () => this.remove(child));
  }

  get running(): number {
    return this.alive.size;
  }

  /** Each permanent child lives, or is about to. */
  check(): void {
    if (this.gaveUp > 0 || this.isStopping) return;
    this.given.children.forEach(({ restart }, id) => {
      if (restart === 'temporary' || this.removed.has(id) || this.alive.has(id)) return;
      expect(this.dueAt.get(id)).toBeGreaterThanOrEqual(this.clock.now());
    });
  }

  private remove(id: number): void {
    this.removed.add(id);
    this.dueAt.delete(id);
    this.supervisor.remove(String(id));
  }

  private specOf(id: number, of: Behaviour): ChildSpec {
    return {
      id: String(id),
      restart: of.restart,
      shutdownMs: of.shutdownMs,
      start: (exited) => this.start(id, of, exited),
    };
  }

  private start(id: number, of: Behaviour, exited: (exit: Exit) => void): Child {
    const { clock } = this;
    expect(this.alive.has(id)).toBe(false);
    expect([this.gaveUp, this.isStopping, this.removed.has(id)]).toEqual([0, false, false]);
    expect(this.dueAt.get(id)).toBe(clock.now());
    this.dueAt.delete(id);
    const life: Life = { id, stoppedAt: undefined, killedAt: undefined };
    this.alive.set(id, life);
    const count = this.livesOf.get(id) ?? 0;
    this.livesOf.set(id, count + 1);
    this.startedAt.set(id, clock.now());
    const end = (): void => {
      if (this.alive.get(id) !== life) return;
      this.alive.delete(id);
      exited({ code: 1, signal: null });
    };
    clock.after(of.livesMs[Math.min(count, of.livesMs.length - 1)]!, end);
    return {
      stop: () => {
        this.stopped(life);
        clock.after(of.stopMs, end);
      },
      kill: () => {
        expect(life.killedAt).toBeUndefined();
        expect(clock.now()).toBe(life.stoppedAt! + of.shutdownMs);
        life.killedAt = clock.now();
        clock.after(of.killMs, end);
      },
    };
  }

  private stopped(life: Life): void {
    expect(life.stoppedAt).toBeUndefined();
    life.stoppedAt = this.clock.now();
    if (!this.isStopping || this.removed.has(life.id)) return;
    const later = [...this.alive.keys()].filter((id) => id > life.id);
    expect(later).toEqual([]);
  }

  private died(id: number, restart: string, delayMs: number | undefined): void {
    expect(this.removed.has(id)).toBe(false);
    const expected = this.expectedDelay(id, restart);
    expect(delayMs).toBe(expected);
    if (delayMs !== undefined) this.dueAt.set(id, this.clock.now() + delayMs);
  }

  private expectedDelay(id: number, restart: string): number | undefined {
    if (this.isStopping || this.gaveUp > 0) return undefined;
    const isSteady = this.clock.now() - this.startedAt.get(id)! >= 5000;
    if (restart === 'temporary' && isSteady) {
      this.rowOf(id, restart, isSteady);
      return undefined;
    }
    const { restartsMax, restartsPerChildMax, restartPeriodMs } = this.given;
    const since = this.clock.now() - restartPeriodMs;
    const before = this.recent.filter((at) => at > since).length;
    const row = this.rowOf(id, restart, isSteady);
    const inPeriodMax = Math.max(restartsMax, restartsPerChildMax * this.kept);
    const inRowMax = restart === 'temporary' ? inPeriodMax : restartsMax;
    if (before >= inPeriodMax || row > inRowMax) {
      this.recent = Array(restartsMax + 1).fill(Number.POSITIVE_INFINITY);
      return undefined;
    }
    this.recent.push(this.clock.now());
    if (restart === 'temporary') return undefined;
    const quick = isSteady ? 0 : (this.quickDeaths.get(id) ?? 0);
    this.quickDeaths.set(id, quick + 1);
    return quick === 0 ? 0 : Math.min(5000, 25 * 2 ** quick);
  }

  /** @returns how many deaths in a row came soon after the start, of this child or of temporary ones. */
  private rowOf(id: number, restart: string, isSteady: boolean): number {
    const key = restart === 'temporary' ? -1 : id;
    const row = isSteady ? 0 : (this.rows.get(key) ?? 0) + 1;
    this.rows.set(key, row);
    return row;
  }

  /** Whether a death came that was one too many. */
  get isTooMany(): boolean {
    return this.recent.includes(Number.POSITIVE_INFINITY);
  }
}

/** Runs a schedule to its end, with the checks after each event. */
async function simulate(given: Schedule): Promise<void> {
  const simulation = new Simulation(given);
  const { clock, supervisor } = simulation;
  while (clock.step(given.stopAt)) {
    simulation.check();
    expect(simulation.gaveUp).toBe(simulation.isTooMany ? 1 : 0);
  }
  simulation.isStopping = true;
  let hasStopped = false;
  void supervisor.stop().then(() => {
    hasStopped = true;
  });
  await new Promise(setImmediate);
  while (!hasStopped) {
    expect(clock.step()).toBe(true);
    await new Promise(setImmediate);
    if (hasStopped) expect(simulation.running).toBe(0);
  }
  expect(simulation.running).toBe(0);
  while (clock.step());
  expect([simulation.running, simulation.gaveUp]).toEqual([0, simulation.isTooMany ? 1 : 0]);
}

describe('A supervisor keeps its promises under any schedule', () => {
  it('of deaths, removals and slow ends, until it is stopped', async () => {
    await fc.assert(fc.asyncProperty(schedule, simulate), { numRuns: 300 });
  });
});
