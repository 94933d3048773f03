// Works through a list of batches under guards, in turns between which other work is done.
import { performance } from 'node:perf_hooks';
import type { Guard } from './guard.ts';

export interface GuardedTurns<T> {
  readonly guard: Pick<Guard, 'run'>;
  /** How long a turn keeps other work waiting, in ms. */
  readonly turnMs: number;
  /** Under a guard. @returns false where the rest is not to be done. */
  each(item: T): boolean;
  /** Waited for between two turns, in which other work is done. @returns false where the rest is not to be
   *  done. */
  rested(): Promise<boolean>;
}

/** @throws {GameHangError}, and what `each` throws. */
export async function inGuardedTurns<T>(
  items: readonly T[],
  { guard, turnMs, each, rested }: GuardedTurns<T>,
): Promise<void> {
  let next = 0;
  let goesOn = true;
  while (goesOn && next < items.length) {
    const endsAt = performance.now() + turnMs;
    guard.run(() => {
      do goesOn = each(items[next++]!);
      while (goesOn && next < items.length && performance.now() < endsAt);
    });
    if (!goesOn || next === items.length) return;
    goesOn = await rested();
  }
}
