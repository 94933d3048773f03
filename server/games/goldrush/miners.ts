// Miners: how they come, walk, gather, are hit, recover and go.
import type { Player } from '../game.ts';
import { askBalance, bankGold } from './banking.ts';
import { caveOf, type Place } from './cave.ts';
import { Tile } from './chunks.ts';
import { dxOf, dyOf } from './directions.ts';
import { dropGold, scatterGold, takeGold } from './gold.ts';
import { type GoldrushRoom, Hurt, type Miner, minerOf } from './kinds.ts';
import { numbers } from './numbers.ts';
import { refuseWith } from './refusals.ts';

/** Puts a miner for `player` onto a floor tile, away from others where that is easily found. */
export function joinMiner(room: GoldrushRoom, player: Player): Miner {
  askBalance(room, player);
  return room.entities.miner.add({
    ...quietPlace(room),
    player: player.id,
    name: player.name,
    hurt: Hurt.Protected,
    hurtTick: room.tick + numbers.protectedTicks,
  });
}

function quietPlace(room: GoldrushRoom): Place {
  const cave = caveOf(room);
  let best = cave.randomFloor(room.random);
  let fewest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < numbers.joinTries && fewest > 0; i++) {
    const place = cave.randomFloor(room.random);
    const others = room.entities.miner.near(place.x, place.y, numbers.joinClearTiles).length;
    if (others >= fewest) continue;
    best = place;
    fewest = others;
  }
  return best;
}

/** Removes the player's miner: what it carried stays on its tile, what it has banked is its own. */
export function leaveMiner(room: GoldrushRoom, player: Player): void {
  const miner = minerOf(player);
  dropGold(room, miner.x, miner.y, miner.gold);
  room.state.treasury += miner.owed;
  room.entities.miner.remove(miner);
}

/** Steps, or keeps the step for when the last one is done; the latest such step is the one kept.
 *  Towards a wall it only turns, so that a player can aim along it.
 *  Refuses `STUNNED`, and `WALL` when facing it already. */
export function walk(room: GoldrushRoom, miner: Miner, direction: number): void {
  if (miner.hurt === Hurt.Stunned) refuseWith('STUNNED');
  const isReady = room.tick >= miner.stepTick;
  if (isReady && miner.queued > 0) {
    // The kept step is due in this very tick: it goes first, so that none is lost.
    takeQueued(room, miner);
    miner.queued = direction + 1;
  } else if (!isOpen(room, miner, direction)) {
    if (miner.facing === direction) refuseWith('WALL');
    miner.facing = direction;
  } else if (isReady) {
    step(room, miner, direction);
  } else {
    miner.queued = direction + 1;
  }
}

/** What time does to miners: kept steps fall due, and the hurt recover. */
export function tickMiners(room: GoldrushRoom): void {
  const { tick } = room;
  for (const miner of room.entities.miner) {
    if (miner.hurt !== Hurt.No && tick >= miner.hurtTick) heal(miner, tick);
    if (miner.queued > 0 && tick >= miner.stepTick) takeQueued(room, miner);
  }
}

/** Ticks from one step to the next for someone who carries `gold`. */
export function stepTicks(gold: number): number {
  const load = Math.floor(gold / numbers.goldPerStepTick);
  return Math.min(numbers.stepTicksMax, numbers.stepTicks + load);
}

/** An arrow has struck: the miner is stunned and loses a part of the gold.
 *  @returns how much gold that is. */
export function strikeMiner(room: GoldrushRoom, miner: Miner): number {
  const lost = Math.ceil(miner.gold / numbers.lossParts);
  miner.gold -= lost;
  miner.hurt = Hurt.Stunned;
  miner.hurtTick = room.tick + numbers.stunTicks;
  miner.queued = 0;
  scatterGold(room, miner.x, miner.y, lost);
  return lost;
}

function heal(miner: Miner, tick: number): void {
  if (miner.hurt === Hurt.Stunned) {
    miner.hurt = Hurt.Protected;
    miner.hurtTick = tick + numbers.protectedTicks;
  } else {
    miner.hurt = Hurt.No;
  }
}

function isOpen(room: GoldrushRoom, miner: Miner, direction: number): boolean {
  const tile = caveOf(room).tile(miner.x + dxOf(direction), miner.y + dyOf(direction));
  return tile !== Tile.Wall;
}

function takeQueued(room: GoldrushRoom, miner: Miner): void {
  const direction = miner.queued - 1;
  miner.queued = 0;
  if (isOpen(room, miner, direction)) step(room, miner, direction);
  else miner.facing = direction;
}

/** Moves onto an open tile, gathers what lies there and banks where it is a bank. */
function step(room: GoldrushRoom, miner: Miner, direction: number): void {
  miner.facing = direction;
  miner.x += dxOf(direction);
  miner.y += dyOf(direction);
  miner.gold += takeGold(room, miner.x, miner.y, numbers.goldTotal);
  miner.stepTick = room.tick + stepTicks(miner.gold);
  if (miner.gold > 0 && caveOf(room).tile(miner.x, miner.y) === Tile.Bank) bankGold(room, miner);
}
