// Which faults come when: a function of the seed.
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type FaultKind, rowOf } from './kinds.ts';

/** One moment of the schedule. */
export interface PlannedFault {
  /** After the recovery from the one before; later where no spare process is ready then. */
  readonly afterMs: number;
  /** One, or two at once. */
  readonly kinds: readonly FaultKind[];
  /** Any whole number, at least 0: decides whom it strikes. */
  readonly pick: number;
}

export interface ScheduleOptions {
  /** A 32-bit whole number. */
  readonly seed: number;
  /** At least one. */
  readonly kinds: readonly FaultKind[];
  /** The mean time from a recovery to the next fault. */
  readonly intervalMs: number;
}

/** One in so many faults, of those that may, comes with another. */
const PAIR_ODDS = 5;
const PICK_MAX = 0x7fff_ffff;

/** One process that is to be killed while it holds a lock. */
export interface HolderKill {
  /** After the one before. */
  readonly afterMs: number;
  readonly pick: number;
  /** So long it has the lock then. */
  readonly killAfterMs: number;
}

const HOLDER_MS = 1500;
const HELD_MS_MAX = 8;

/** Never ends. */
export function* holderKillsOf(seed: number): Generator<HolderKill, never> {
  const generator = xoroshiro128plus(~seed);
  const below = (limit: number): number => uniformInt(generator, 0, limit - 1);
  for (;;) {
    const afterMs = HOLDER_MS / 2 + below(HOLDER_MS);
    yield { afterMs, pick: below(PICK_MAX), killAfterMs: below(HELD_MS_MAX) };
  }
}

/** Never ends. Every kind comes once, in a random order, then every kind once more, and so on. */
export function* scheduleOf({ seed, kinds, intervalMs }: ScheduleOptions): Generator<PlannedFault> {
  const generator = xoroshiro128plus(seed);
  const below = (limit: number): number => uniformInt(generator, 0, limit - 1);
  const partners = kinds.filter((kind) => rowOf(kind).pairs);
  for (;;) {
    const bag = [...kinds];
    while (bag.length > 0) {
      const [kind] = bag.splice(below(bag.length), 1) as [FaultKind];
      const others = partners.filter((other) => other !== kind);
      const isPair = rowOf(kind).pairs && others.length > 0 && below(PAIR_ODDS) === 0;
      const together = isPair ? [kind, others[below(others.length)]!] : [kind];
      const afterMs = Math.round(intervalMs * (0.5 + below(1001) / 1000));
      yield { afterMs, kinds: together, pick: below(PICK_MAX) };
    }
  }
}
