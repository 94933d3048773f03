// Gold on the floor: piles that are found, dropped and picked up.
import type { Random } from '../game.ts';
import { type Cave, caveOf, type Place } from './cave.ts';
import { Tile } from './chunks.ts';
import type { GoldrushRoom } from './kinds.ts';
import { numbers } from './numbers.ts';

/** Gold on a tile. */
export interface Find extends Place {
  readonly amount: number;
}

/** The gold of a room's piles. */
export function groundGold(room: GoldrushRoom): number {
  let sum = 0;
  for (const pile of room.entities.gold) sum += pile.amount;
  return sum;
}

/** Lays `amount` onto the tile; a pile that is there grows. */
export function dropGold(room: GoldrushRoom, x: number, y: number, amount: number): void {
  if (amount === 0) return;
  const [pile] = room.entities.gold.near(x, y, 0);
  if (pile) pile.amount += amount;
  else room.entities.gold.add({ x, y, amount });
}

/** Takes what lies on the tile, `amountMax` at most.
 *  @returns how much that was. */
export function takeGold(room: GoldrushRoom, x: number, y: number, amountMax: number): number {
  const [pile] = room.entities.gold.near(x, y, 0);
  if (!pile) return 0;
  const taken = Math.min(pile.amount, amountMax);
  if (taken === pile.amount) room.entities.gold.remove(pile);
  else pile.amount -= taken;
  return taken;
}

/** Hides `amount` in the cave as new finds. */
export function hideGold(room: GoldrushRoom, amount: number): void {
  for (const find of findsIn(caveOf(room), amount, room.random)) {
    dropGold(room, find.x, find.y, find.amount);
  }
}

/** Finds of `amount` in all, larger ones further from the banks; several may be on one tile. */
export function* findsIn(cave: Cave, amount: number, random: Random): Generator<Find> {
  let left = amount;
  while (left > 0) {
    const place = cave.randomFloor(random);
    const size = Math.min(left, findSize(cave, place, random));
    yield { ...place, amount: size };
    left -= size;
  }
}

function findSize(cave: Cave, place: Place, random: Random): number {
  const further = Math.floor(cave.bankDistance(place) / numbers.pileTilesPerPiece);
  return random.integer(1, numbers.pileBesideBank + further);
}

/** Scatters `amount` over floor tiles around (x, y), in piles as equal as can be. */
export function scatterGold(room: GoldrushRoom, x: number, y: number, amount: number): void {
  if (amount === 0) return;
  const places = floorAround(caveOf(room), x, y);
  const piles = Math.min(amount, places.length, numbers.scatterPilesMax);
  const each = Math.floor(amount / piles);
  const larger = amount % piles;
  for (let i = 0; i < piles; i++) {
    const [place] = places.splice(room.random.integer(0, places.length - 1), 1);
    dropGold(room, place!.x, place!.y, i < larger ? each + 1 : each);
  }
}

/** Floor tiles near (x, y); the tile itself only where there is no other. */
function floorAround(cave: Cave, x: number, y: number): Place[] {
  const reach = numbers.scatterTiles;
  const places: Place[] = [];
  for (let atY = y - reach; atY <= y + reach; atY++) {
    for (let atX = x - reach; atX <= x + reach; atX++) {
      if (atX === x && atY === y) continue;
      if (cave.tile(atX, atY) === Tile.Floor) places.push({ x: atX, y: atY });
    }
  }
  return places.length > 0 ? places : [{ x, y }];
}
