// Answers that are computed from all rooms or all who wait: kept for a while where that takes long, so that
// they never take more than a twentieth of the time, however often they are asked for.
import { performance } from 'node:perf_hooks';

const PAUSES_PER_COMPUTATION = 20;

interface Kept<T> {
  readonly value: T;
  readonly until: number;
}

export class PacedValues<T> {
  private readonly kept = new Map<string, Kept<T>>();

  /** @param key one of few.
   *  @returns what `compute` gives now, or gave a short while ago. */
  get(key: string, compute: () => T): T {
    const startedAt = performance.now();
    const kept = this.kept.get(key);
    if (kept && startedAt < kept.until) return kept.value;
    const value = compute();
    const endedAt = performance.now();
    this.kept.set(key, { value, until: endedAt + (endedAt - startedAt) * PAUSES_PER_COMPUTATION });
    return value;
  }
}
