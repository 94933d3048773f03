// How banked gold returns to the cave: banks take upkeep, veins are found, the treasury rains.
import { bankOwed, GOLD, withdrawalsUnderWay } from './banking.ts';
import { groundGold, hideGold } from './gold.ts';
import type { GoldrushRoom, Miner } from './kinds.ts';
import { numbers } from './numbers.ts';

/** Now and then takes upkeep if it is needed, and hides a part of the treasury in the cave. */
export function tickTreasury(room: GoldrushRoom): void {
  if (room.tick % numbers.upkeepTicks !== 0) return;
  bankOwed(room);
  const underWay = withdrawalsUnderWay(room);
  const coming = [...underWay.values()].reduce((sum, amount) => sum + amount, 0);
  const missing = numbers.groundGold - groundGold(room) - room.state.treasury - coming;
  if (missing > 0) {
    const due = Math.ceil(missing / numbers.upkeepParts);
    findVein(room, due - takeUpkeep(room, due, underWay));
  }
  const rain = Math.ceil(room.state.treasury / numbers.upkeepParts);
  room.state.treasury -= rain;
  hideGold(room, rain);
}

/** Asks `due` of the accounts of the miners here, all of it if they hold less.
 *  @param underWay what is asked of them already.
 *  @returns how much that is.
 *
 *  Each account pays in proportion to what it holds, and pieces cannot be split; so the accounts
 *  are laid end to end, and marks at equal distances, beginning at a random one, say whose pieces
 *  go (systematic sampling). Each pays its share rounded up or down, and on average its
 *  very share. */
function takeUpkeep(
  room: GoldrushRoom,
  due: number,
  underWay: ReadonlyMap<number, number>,
): number {
  const holds = ({ banked, player }: Miner): number =>
    Math.max(0, banked - (underWay.get(player) ?? 0));
  let total = 0;
  for (const miner of room.entities.miner) total += holds(miner);
  if (total === 0) return 0;
  const upkeep = Math.min(due, total);
  let end = room.random.integer(0, total - 1);
  let marks = Math.floor((end * upkeep) / total);
  let taken = 0;
  for (const miner of room.entities.miner) {
    end += holds(miner);
    const share = Math.floor((end * upkeep) / total) - marks;
    marks += share;
    if (share === 0 || room.bank.isFull) continue;
    room.bank.withdraw(room.players.get(miner.player)!, GOLD, share);
    taken += share;
  }
  return taken;
}

/** Gold that nobody here can pay for is replaced, as far as it has left the cave: in the accounts of
 *  those who went. */
function findVein(room: GoldrushRoom, due: number): void {
  const { state } = room;
  const gone = state.net - bankedHere(room) - state.veins;
  const vein = Math.min(due, Math.max(0, gone));
  state.veins += vein;
  state.goldTotal += vein;
  state.treasury += vein;
}

/** What the miners who are here have in the bank. */
function bankedHere(room: GoldrushRoom): number {
  let sum = 0;
  for (const miner of room.entities.miner) sum += miner.banked;
  return sum;
}
