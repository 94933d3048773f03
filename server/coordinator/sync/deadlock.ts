// Finds circles of tasks that wait for each other's locks. Only locks count: of what a semaphore,
// an event or a queue waits for, nobody in particular is the holder.
import type { LockState } from './lock.ts';
import type { Owner } from './owner.ts';

/** Whether a wait of `task` for `lock` would close a circle, and which: `ada → lock a → ada`. A
 *  depth-first search over who waits for whom: a chain of locks costs its length, waiters cost
 *  nothing. What a task waits for at the same time counts as if it needed all of it. */
export function findCircle(lock: LockState, owner: Owner, task: number): string | undefined {
  if (lock.holder === owner && lock.task === task) return describe([lock]);
  if (!lock.holder?.lockWaits.has(lock.task)) return undefined;
  const cameFrom = new Map<LockState, LockState | undefined>([[lock, undefined]]);
  const open = [lock];
  for (let at = open.pop(); at; at = open.pop()) {
    const { holder } = at;
    if (!holder) continue;
    if (holder === owner && at.task === task) return describe(pathTo(at, cameFrom));
    for (const waiter of holder.lockWaits.get(at.task) ?? []) {
      const next = waiter.line!.place as LockState;
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, at);
      open.push(next);
    }
  }
  return undefined;
}

function pathTo(
  end: LockState,
  cameFrom: ReadonlyMap<LockState, LockState | undefined>,
): LockState[] {
  const path: LockState[] = [];
  for (let at: LockState | undefined = end; at; at = cameFrom.get(at)) path.push(at);
  return path.reverse();
}

/** The last lock's holder is the task that would wait for the first. */
function describe(path: readonly LockState[]): string {
  const holders = path.map((lock) => `lock ${lock.name} → ${lock.holderText}`);
  return [path.at(-1)!.holderText, ...holders].join(' → ');
}
