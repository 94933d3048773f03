// How banked gold returns to the cave: banks take upkeep, the treasury rains.
import { groundGold, hideGold } from './gold.ts';
import type { GoldrushRoom } from './kinds.ts';
import { numbers } from './numbers.ts';

/** Now and then takes upkeep if it is needed, and hides a part of the treasury in the cave. */
export function tickTreasury(room: GoldrushRoom): void {
  if (room.tick % numbers.upkeepTicks !== 0) return;
  const missing = numbers.groundGold - groundGold(room) - room.state.treasury;
  if (missing > 0) takeUpkeep(room, Math.ceil(missing / numbers.upkeepParts));
  const rain = Math.ceil(room.state.treasury / numbers.upkeepParts);
  room.state.treasury -= rain;
  hideGold(room, rain);
}

/** Moves `due` from the accounts into the treasury, all of it if they hold less.
 *
 *  Each account pays in proportion to what it holds, and pieces cannot be split; so the accounts
 *  are laid end to end, and marks at equal distances, beginning at a random one, say whose pieces
 *  go (systematic sampling). Each pays its share rounded up or down, and on average its
 *  very share. */
function takeUpkeep(room: GoldrushRoom, due: number): void {
  const total = bankedGold(room);
  if (total === 0) return;
  const upkeep = Math.min(due, total);
  let end = room.random.integer(0, total - 1);
  let marks = Math.floor((end * upkeep) / total);
  for (const miner of room.entities.miner) {
    if (miner.banked === 0) continue;
    end += miner.banked;
    const marksBefore = marks;
    marks = Math.floor((end * upkeep) / total);
    miner.banked -= marks - marksBefore;
  }
  room.state.treasury += upkeep;
}

/** The gold of all accounts. */
export function bankedGold(room: GoldrushRoom): number {
  let sum = 0;
  for (const miner of room.entities.miner) sum += miner.banked;
  return sum;
}
