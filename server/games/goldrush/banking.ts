// Gold on its way between the cave and the players' accounts, which outlive both.
import type { MigratedRoom, OldRoom, Player, SettledEffect } from '../game.ts';
import { tell } from './events.ts';
import { type GoldrushRoom, type Memory, type Miner, minerOf } from './kinds.ts';

/** The item by which accounts know gold. */
export const GOLD = 'gold';
/** `banked` shows no more. */
const SHOWN_MAX = 0xffff_ffff;

/** Asks what the player has in the bank, for the new miner to show. */
export function askBalance(room: GoldrushRoom, player: Player): void {
  if (!player.isBot && !room.bank.isFull) room.bank.balance(player, GOLD);
}

/** Puts all that the miner carries on its way to the account. While accounts cannot be written and
 *  too much waits for that already, the miner keeps it. */
export function bankGold(room: GoldrushRoom, miner: Miner): void {
  if (deposit(room, miner, miner.gold)) miner.gold = 0;
}

/** What was banked before there were accounts goes there now. */
export function bankOwed(room: GoldrushRoom): void {
  for (const miner of room.entities.miner) {
    if (miner.owed > 0 && deposit(room, miner, miner.owed)) miner.owed = 0;
  }
}

function deposit(room: GoldrushRoom, miner: Miner, amount: number): boolean {
  const player = room.players.get(miner.player);
  if (player?.isBot) {
    // Bots have no account: what they bring rains again.
    room.state.treasury += amount;
    return true;
  }
  if (!player || room.bank.isFull) return false;
  room.bank.deposit(player, GOLD, amount);
  return true;
}

/** What left the cave and is not in the bank yet. */
export function depositsUnderWay(room: GoldrushRoom): number {
  let sum = 0;
  for (const { kind, amount } of room.bank.underWay) if (kind === 'deposit') sum += amount;
  return sum;
}

/** What is asked of each player's account and not answered yet, by the player's number. */
export function withdrawalsUnderWay(room: GoldrushRoom): Map<number, number> {
  const sums = new Map<number, number>();
  for (const { kind, player, amount } of room.bank.underWay) {
    if (kind === 'withdraw') sums.set(player, (sums.get(player) ?? 0) + amount);
  }
  return sums;
}

/** The bank has answered. What it refuses goes to the treasury; what was asked of an account comes
 *  from there only now. Its player may be gone. */
export function settle(room: GoldrushRoom, effect: SettledEffect): void {
  const { kind, amount, accepted, balance } = effect;
  const { state } = room;
  if (kind === 'deposit' && accepted) state.net += amount;
  else if (kind === 'deposit') state.treasury += amount;
  else if (kind === 'withdraw' && accepted) {
    state.net -= amount;
    state.treasury += amount;
  }
  const player = room.players.get(effect.player);
  if (!player) return;
  minerOf(player).banked = Math.min(balance, SHOWN_MAX);
  if (kind === 'deposit' && accepted) tell(room, player.id, 'banked', { amount, total: balance });
}

/** Before version 1 the gold of accounts was the miners'. */
export function migrate(old: OldRoom): MigratedRoom<Memory> {
  for (const miner of old.entities.miner ?? []) {
    miner.owed = miner.banked;
    miner.banked = 0;
  }
  return { ...old, state: { ...old.state, net: 0, veins: 0 } };
}
