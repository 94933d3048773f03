// Arrows: shot by miners, they fly straight until they strike a miner, a rat or a wall, or tire.
import { caveOf } from './cave.ts';
import { Tile } from './chunks.ts';
import { dxOf, dyOf } from './directions.ts';
import { tell } from './events.ts';
import { type Arrow, type GoldrushRoom, Hurt, type Miner, type Rat } from './kinds.ts';
import { strikeMiner } from './miners.ts';
import { numbers } from './numbers.ts';
import { killRat } from './rats.ts';
import { refuseWith } from './refusals.ts';

/** Turns the miner and lets an arrow fly from its tile. Who shoots is protected no longer.
 *  Refuses `STUNNED`, `BANK` in or into a bank, `TOO_SOON`, and `WALL` right before one. */
export function shoot(room: GoldrushRoom, miner: Miner, direction: number): void {
  if (miner.hurt === Hurt.Stunned) refuseWith('STUNNED');
  const cave = caveOf(room);
  const { x, y } = miner;
  const ahead = cave.tile(x + dxOf(direction), y + dyOf(direction));
  if (cave.tile(x, y) === Tile.Bank || ahead === Tile.Bank) refuseWith('BANK');
  if (room.tick < miner.bowTick) refuseWith('TOO_SOON');
  if (ahead === Tile.Wall) refuseWith('WALL');
  miner.facing = direction;
  miner.bowTick = room.tick + numbers.bowTicks;
  miner.hurt = Hurt.No;
  const tilesLeft = numbers.arrowRangeTiles;
  room.entities.arrow.add({ x, y, facing: direction, shooter: miner.player, tilesLeft });
}

/** Lets every arrow fly for one tick. */
export function tickArrows(room: GoldrushRoom): void {
  for (const arrow of room.entities.arrow) {
    if (!fly(room, arrow)) room.entities.arrow.remove(arrow);
  }
}

/** Looks for someone to strike on each tile that it reaches, and first on the one where it is: also
 *  those are struck who have stepped onto that tile since the last tick.
 *  @returns whether it flies on. */
function fly(room: GoldrushRoom, arrow: Arrow): boolean {
  const { facing, shooter } = arrow;
  const cave = caveOf(room);
  const miners = room.entities.miner.near(arrow.x, arrow.y, numbers.arrowTilesPerTick);
  const rats = room.entities.rat.near(arrow.x, arrow.y, numbers.arrowTilesPerTick);
  let { x, y } = arrow;
  for (let flown = 0; ; flown++) {
    const miner = miners.find((other) => canBeHit(other, x, y, shooter));
    if (miner) {
      strike(room, miner, shooter);
      return false;
    }
    const rat = rats.find((other) => other.x === x && other.y === y);
    if (rat) {
      slay(room, rat, shooter);
      return false;
    }
    if (flown === numbers.arrowTilesPerTick) break;
    if (arrow.tilesLeft === 0) return false;
    x += dxOf(facing);
    y += dyOf(facing);
    // Neither rock nor banks let arrows in.
    if (cave.tile(x, y) !== Tile.Floor) return false;
    arrow.tilesLeft--;
  }
  arrow.x = x;
  arrow.y = y;
  return true;
}

function canBeHit(miner: Miner, x: number, y: number, shooter: number): boolean {
  return miner.x === x && miner.y === y && miner.hurt === Hurt.No && miner.player !== shooter;
}

function strike(room: GoldrushRoom, miner: Miner, shooter: number): void {
  const lost = strikeMiner(room, miner);
  // The shooter may have left while the arrow flew.
  const by = room.players.get(shooter)?.name ?? '';
  tell(room, miner.player, 'hit', { by, lost });
  tell(room, shooter, 'robbed', { name: miner.name, lost });
}

function slay(room: GoldrushRoom, rat: Rat, shooter: number): void {
  const { gold } = rat;
  killRat(room, rat);
  tell(room, shooter, 'killed-rat', { gold });
}
