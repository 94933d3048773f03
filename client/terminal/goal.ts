// What the player may do next, in a sentence: for those who have never played the game.
import { pointer } from './directions.ts';
import { fourOf } from './four.ts';
import type { Model } from './model.ts';
import { Hurt, type Miner, ownMiner } from './world.ts';

/** @returns undefined where there is no need, or nothing is known of the game. */
export function goalOf({ world, map }: Model): string | undefined {
  const miner = ownMiner(world);
  if (miner) return goalInCave(miner, map.nearestBank(miner.x, miner.y));
  const four = fourOf(world);
  if (!four || four.board.games > 1 || four.board.turn === 0) return undefined;
  const disc = four.own.colour === 1 ? 'x' : 'o';
  return `Get four ${disc} in a row: across, up or slanting.`;
}

function goalInCave(
  { gold, banked, hurt, x, y }: Miner,
  bank: { readonly x: number; readonly y: number } | undefined,
): string | undefined {
  if (hurt === Hurt.Stunned) return 'An arrow has hit you. You can move again in a moment.';
  if (banked > 0) return undefined;
  if (gold === 0) return 'You are the @ in the middle. Walk onto $ with the arrows.';
  if (!bank) return `You carry ${gold} gold. Find a bank (░░) to keep it.`;
  return `Carry your gold to the bank (░░) in the direction ${pointer(bank.x - x, bank.y - y)}`;
}
