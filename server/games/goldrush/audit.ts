// Counts all gold where it is, to show that none was made and none was lost.
import { groundGold } from './gold.ts';
import type { GoldrushRoom } from './kinds.ts';
import { bankedGold } from './treasury.ts';

export interface Audit {
  /** In piles on the floor. */
  readonly ground: number;
  /** By miners and rats. */
  readonly carried: number;
  /** In the treasury, on its way back into the cave. */
  readonly inFlight: number;
  /** In the accounts of the miners. */
  readonly banked: number;
  /** The sum of the above. */
  readonly total: number;
  /** What was placed when the cave was made. */
  readonly expected: number;
}

/** Adds up what the entities hold, nothing that is kept as a sum. */
export function audit(room: GoldrushRoom): Audit {
  const ground = groundGold(room);
  const carried = sumGold(room.entities.miner) + sumGold(room.entities.rat);
  const inFlight = room.state.treasury;
  const banked = bankedGold(room);
  const total = ground + carried + inFlight + banked;
  return { ground, carried, inFlight, banked, total, expected: room.state.goldTotal };
}

function sumGold(carriers: Iterable<{ readonly gold: number }>): number {
  let sum = 0;
  for (const { gold } of carriers) sum += gold;
  return sum;
}
