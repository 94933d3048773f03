// Whom a bot shoots at, and from what it steps aside.
import type { CaveMap, Place } from './cave-map.ts';
import { DIRECTIONS, directionTo } from './directions.ts';
import { stepFrom } from './path-search.ts';
import { Hurt, type MinerSeen, type Moving, type Sight } from './sight.ts';

/** Farther away somebody has stepped aside before the arrow is there. */
const SHOT_TILES = 8;
/** Arrows fly two tiles a tick: from farther away there is time to see what they do. */
const ARROW_TILES = 10;
const AIM_TILES = 6;
/** Who carries less than this does not run from being aimed at. */
const GOLD_WORTH_RUNNING = 5;
/** Nor is it worth an arrow. */
const GOLD_WORTH_SHOOTING = 5;

/** @returns the direction in which a shot from `me` strikes a rat, or a miner who is worth it. */
export function findTarget(sight: Sight, map: CaveMap, me: MinerSeen): number | undefined {
  if (map.isBank(me.x, me.y)) return undefined;
  for (const rat of sight.of<Moving>('rat')) {
    const direction = clearLine(map, me, rat, SHOT_TILES);
    if (direction !== undefined) return direction;
  }
  for (const miner of sight.of<MinerSeen>('miner')) {
    if (miner.gold < GOLD_WORTH_SHOOTING || miner.hurt !== Hurt.No) continue;
    const direction = clearLine(map, me, miner, SHOT_TILES);
    if (direction !== undefined) return direction;
  }
  return undefined;
}

/** @returns a direction out of the way of an arrow that comes, or of a miner who aims at `me` while
 *  `me` has something to lose; undefined where there is no danger, or no way aside. */
export function findEscape(sight: Sight, map: CaveMap, me: MinerSeen): number | undefined {
  if (me.hurt !== Hurt.No || map.isBank(me.x, me.y)) return undefined;
  for (const arrow of sight.of<Moving>('arrow')) {
    if (isAimed(map, arrow, me, ARROW_TILES)) return aside(map, me, arrow.facing);
  }
  if (me.gold < GOLD_WORTH_RUNNING) return undefined;
  for (const miner of sight.of<MinerSeen>('miner')) {
    if (miner.hurt === Hurt.Stunned) continue;
    if (isAimed(map, miner, me, AIM_TILES)) return aside(map, me, miner.facing);
  }
  return undefined;
}

function isAimed(map: CaveMap, from: Moving, me: MinerSeen, tilesMax: number): boolean {
  return clearLine(map, from, me, tilesMax) === from.facing;
}

/** The direction from `from` straight to `to`, if no more than `tilesMax` of open ground that is no
 *  bank lie between them; the tile of `to` counts. */
function clearLine(map: CaveMap, from: Place, to: Place, tilesMax: number): number | undefined {
  if (from.x !== to.x && from.y !== to.y) return undefined;
  const tiles = Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
  if (tiles > tilesMax) return undefined;
  const direction = directionTo(from, to);
  if (direction === undefined) return undefined;
  let place = from;
  for (let i = 0; i < tiles; i++) {
    place = stepFrom(place, direction);
    if (!map.isOpen(place.x, place.y) || map.isBank(place.x, place.y)) return undefined;
  }
  return direction;
}

function aside(map: CaveMap, me: Place, line: number): number | undefined {
  for (const turn of [1, 3]) {
    const direction = (line + turn) % DIRECTIONS;
    const { x, y } = stepFrom(me, direction);
    if (map.isOpen(x, y)) return direction;
  }
  return undefined;
}
