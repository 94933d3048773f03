// A supervisor with children that do nothing by themselves, and notes of all that happens to them.
import type { Child, ChildSpec, Exit, SupervisorOptions } from './child-spec.ts';
import { Supervisor } from './supervisor.ts';
import { TestClock } from './test-clock.ts';

const CRASH: Exit = { code: 1, signal: null };

export class TestFamily {
  readonly clock = new TestClock();
  readonly supervisor: Supervisor;
  /** Children that have done their work. */
  readonly served = new Set<string>();
  private events: string[] = [];
  private readonly ends = new Map<string, (exit: Exit) => void>();
  private readonly leaves = new Map<string, () => void>();

  constructor(restartsMax = 10, restartPeriodMs = 60_000, more: Partial<SupervisorOptions> = {}) {
    this.supervisor = new Supervisor({
      clock: this.clock,
      restartsMax,
      restartPeriodMs,
      died: ({ id }, { code }, delayMs) => this.note(`died ${id} ${code} ${delayMs}`),
      gaveUp: () => this.note('gave up'),
      ...more,
    });
  }

  /** A child that takes 100 ms at most to stop. */
  spec(id: string, restart: ChildSpec['restart'] = 'permanent'): ChildSpec {
    return { id, restart, shutdownMs: 100, start: (...told) => this.start(id, ...told) };
  }

  /** Adds permanent children, without notes of it. */
  add(...ids: string[]): void {
    for (const id of ids) this.supervisor.add(this.spec(id));
    this.take();
  }

  /** The child's process ends. */
  end(id: string, exit = CRASH): void {
    this.ends.get(id)!(exit);
  }

  /** The child's process lets go of what another needs.
   *  @returns what ends it. */
  leave(id: string): () => void {
    const exited = this.ends.get(id)!;
    this.leaves.get(id)!();
    return () => exited({ code: 0, signal: null });
  }

  /** What happened since the last call. */
  take(): string[] {
    return this.events.splice(0);
  }

  private start(id: string, exited: (exit: Exit) => void, left: () => void): Child {
    this.note(`start ${id}`);
    this.ends.set(id, exited);
    this.leaves.set(id, left);
    const { served } = this;
    return {
      stop: () => this.note(`stop ${id}`),
      kill: () => this.note(`kill ${id}`),
      get hasServed() {
        return served.has(id);
      },
    };
  }

  private note(event: string): void {
    this.events.push(event);
  }
}
