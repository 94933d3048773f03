// Counts all gold where it is, to show that none was made and none was lost.
import { depositsUnderWay } from './banking.ts';
import { groundGold } from './gold.ts';
import type { GoldrushRoom } from './kinds.ts';

export interface Audit {
  /** In piles on the floor. */
  readonly ground: number;
  /** By miners and rats. */
  readonly carried: number;
  /** In the treasury, on its way back into the cave; and on its way to the bank. */
  readonly inFlight: number;
  /** What the bank says that it has of this cave: taken in, less given back. */
  readonly banked: number;
  /** The sum of the above. */
  readonly total: number;
  /** What was placed when the cave was made, and came from veins. */
  readonly expected: number;
}

/** Adds up what the entities hold, and what the bank's answers say that it has. */
export function audit(room: GoldrushRoom): Audit {
  const ground = groundGold(room);
  const carried = sumGold(room.entities.miner) + sumGold(room.entities.rat);
  let inFlight = room.state.treasury + depositsUnderWay(room);
  for (const { owed } of room.entities.miner) inFlight += owed;
  const banked = room.state.net;
  const total = ground + carried + inFlight + banked;
  return { ground, carried, inFlight, banked, total, expected: room.state.goldTotal };
}

function sumGold(carriers: Iterable<{ readonly gold: number }>): number {
  let sum = 0;
  for (const { gold } of carriers) sum += gold;
  return sum;
}
