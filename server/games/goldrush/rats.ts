// Rats: they gather gold where miners are near, flee who comes close, and sleep elsewhere.
import { type Cave, caveOf } from './cave.ts';
import { Tile } from './chunks.ts';
import { directions, dxOf, dyOf } from './directions.ts';
import { scatterGold, takeGold } from './gold.ts';
import type { GoldrushRoom, Miner, Rat } from './kinds.ts';
import { numbers } from './numbers.ts';

/** Puts a new rat somewhere. Its first step comes at random, so that not all move in one tick. */
export function addRat(room: GoldrushRoom): void {
  const moveTick = room.tick + room.random.integer(1, numbers.ratSleepTicks);
  room.entities.rat.add({ ...caveOf(room).randomFloor(room.random), moveTick });
}

/** Removes the rat; all its gold is scattered where it was. */
export function killRat(room: GoldrushRoom, rat: Rat): void {
  scatterGold(room, rat.x, rat.y, rat.gold);
  room.entities.rat.remove(rat);
}

/** Moves those whose time it is, and lets one be born now and then while some are missing. */
export function tickRats(room: GoldrushRoom): void {
  const { tick } = room;
  for (const rat of room.entities.rat) if (tick >= rat.moveTick) act(room, rat);
  const isBirth = tick % numbers.ratBirthTicks === 0;
  if (isBirth && room.entities.rat.size < numbers.ratsMax) addRat(room);
}

function act(room: GoldrushRoom, rat: Rat): void {
  const miners = room.entities.miner.near(rat.x, rat.y, numbers.ratWakeTiles);
  if (miners.length === 0) {
    rat.moveTick = room.tick + numbers.ratSleepTicks;
    return;
  }
  const cave = caveOf(room);
  const threat = nearest(rat, miners, numbers.ratSightTiles);
  if (threat) {
    move(room, rat, flight(cave, rat, threat));
    rat.moveTick = room.tick + numbers.ratFleeStepTicks;
  } else {
    move(room, rat, towardsGold(room, cave, rat) ?? wander(room, cave, rat));
    rat.moveTick = room.tick + numbers.ratStepTicks;
  }
}

function move(room: GoldrushRoom, rat: Rat, direction: number | undefined): void {
  if (direction === undefined) return;
  rat.facing = direction;
  rat.x += dxOf(direction);
  rat.y += dyOf(direction);
  if (rat.gold === numbers.ratGoldMax) return;
  rat.gold += takeGold(room, rat.x, rat.y, numbers.ratGoldMax - rat.gold);
}

/** The open direction that leads furthest from `threat`; none for a rat in a corner. */
function flight(cave: Cave, rat: Rat, threat: Miner): number | undefined {
  let best: number | undefined;
  let furthest = squareDistance(rat.x, rat.y, threat);
  for (let direction = 0; direction < directions.length; direction++) {
    if (!isOpen(cave, rat, direction)) continue;
    const distance = squareDistance(rat.x + dxOf(direction), rat.y + dyOf(direction), threat);
    if (distance <= furthest) continue;
    best = direction;
    furthest = distance;
  }
  return best;
}

/** A step nearer to the nearest gold in sight, where a straight step leads there. */
function towardsGold(room: GoldrushRoom, cave: Cave, rat: Rat): number | undefined {
  if (rat.gold === numbers.ratGoldMax) return undefined;
  const sight = numbers.ratSightTiles;
  const pile = nearest(rat, room.entities.gold.near(rat.x, rat.y, sight), sight);
  if (!pile) return undefined;
  const east = pile.x > rat.x ? 1 : 3;
  const south = pile.y > rat.y ? 2 : 0;
  const isWide = Math.abs(pile.x - rat.x) >= Math.abs(pile.y - rat.y);
  if (isWide && isOpen(cave, rat, east)) return east;
  if (pile.y !== rat.y && isOpen(cave, rat, south)) return south;
  return pile.x !== rat.x && isOpen(cave, rat, east) ? east : undefined;
}

/** Mostly straight on; otherwise any open direction. */
function wander(room: GoldrushRoom, cave: Cave, rat: Rat): number | undefined {
  const chosen = room.random.integer(0, 15);
  if (chosen >= directions.length && isOpen(cave, rat, rat.facing)) return rat.facing;
  for (let i = 0; i < directions.length; i++) {
    const direction = (chosen + i) % directions.length;
    if (isOpen(cave, rat, direction)) return direction;
  }
  return undefined;
}

/** Rats keep out of banks. */
function isOpen(cave: Cave, rat: Rat, direction: number): boolean {
  return cave.tile(rat.x + dxOf(direction), rat.y + dyOf(direction)) === Tile.Floor;
}

function squareDistance(x: number, y: number, to: { x: number; y: number }): number {
  return (to.x - x) ** 2 + (to.y - y) ** 2;
}

/** The first of the nearest, if it is within `tiles`. */
function nearest<E extends { x: number; y: number }>(
  rat: Rat,
  others: readonly E[],
  tiles: number,
): E | undefined {
  let found: E | undefined;
  let least = tiles * tiles + 1;
  for (const other of others) {
    const distance = squareDistance(rat.x, rat.y, other);
    if (distance >= least) continue;
    found = other;
    least = distance;
  }
  return found;
}
