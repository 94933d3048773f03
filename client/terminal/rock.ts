// What a tile of the cave looks like: two columns of texture, shaded by the miner's lamp.
import { type CaveMap, Tile } from './cave-map.ts';
import { BLACK, type Colour, type Style, style } from './style.ts';

/** Two columns of one style. */
export interface TileLook {
  readonly chars: string;
  readonly look: Style;
  /** The same without colours. */
  readonly plain: string;
}

interface Light {
  readonly floor: Colour;
  readonly speck: Colour;
  /** Rock beside open ground, seen from above; its face, where it looks south; rock further in. */
  readonly rim: Colour;
  readonly face: Colour;
  readonly deep: Colour;
  readonly bank: Colour;
  readonly bankMark: Colour;
}

const light = (...colours: [Colour, Colour, Colour, Colour, Colour, Colour, Colour]): Light => {
  const [floor, speck, rim, face, deep, bank, bankMark] = colours;
  return { floor, speck, rim, face, deep, bank, bankMark };
};

/** From the lamp outwards; the last is what is only remembered. */
const lights: readonly Light[] = [
  light(237, 242, 137, 94, 234, 29, 157),
  light(236, 240, 101, 58, 233, 29, 114),
  light(235, 238, 59, 238, 233, 23, 72),
  light(234, 237, 239, 236, 233, 23, 66),
  light(232, 234, 236, 234, 16, 16, 23),
];
/** Within so many tiles of the lamp each of the lights reaches, but the last two. */
const lightTiles: readonly number[] = [7, 13, 19];
const REMEMBERED = lights.length - 1;

const unseen: TileLook = { chars: '  ', look: style(BLACK, BLACK), plain: '  ' };

/** The looks of one light, made once: a frame has hundreds of tiles. */
interface Looks {
  readonly floor: readonly TileLook[];
  readonly rim: TileLook;
  readonly face: TileLook;
  readonly deep: TileLook;
  readonly bank: TileLook;
}

const textures = ['  ', '  ', '  ', ' .', '  ', ', ', '  ', "' ", '  ', ' ,', '  '] as const;

const looks: readonly Looks[] = lights.map((of) => ({
  floor: textures.map((chars) => ({ chars, look: style(of.speck, of.floor), plain: ' .' })),
  rim: { chars: '  ', look: style(of.rim, of.rim), plain: '##' },
  face: { chars: '▀▀', look: style(of.rim, of.face), plain: '##' },
  deep: { chars: '  ', look: style(of.deep, of.deep), plain: '  ' },
  bank: { chars: '░░', look: style(of.bankMark, of.bank), plain: '░░' },
}));

/** @param tiles how far the lamp is.
 *  @param isSeen whether the tile is in sight now. */
export function lightAt(tiles: number, isSeen: boolean): number {
  if (!isSeen) return REMEMBERED;
  const level = lightTiles.findIndex((reach) => tiles <= reach);
  return level === -1 ? REMEMBERED - 1 : level;
}

/** @param level of `lightAt`. */
export function tileLook(map: CaveMap, x: number, y: number, level: number): TileLook {
  const tile = map.tile(x, y);
  if (tile === undefined) return unseen;
  const of = looks[level]!;
  switch (tile) {
    case Tile.Bank:
      return of.bank;
    case Tile.Floor:
      return of.floor[grain(x, y) % of.floor.length]!;
    case Tile.Wall:
      if (isOpen(map, x, y + 1)) return of.face;
      return hasOpenBeside(map, x, y) ? of.rim : of.deep;
    default:
      return tile satisfies never;
  }
}

function isOpen(map: CaveMap, x: number, y: number): boolean {
  const tile = map.tile(x, y);
  return tile !== undefined && tile !== Tile.Wall;
}

function hasOpenBeside(map: CaveMap, x: number, y: number): boolean {
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) if (isOpen(map, x + dx, y + dy)) return true;
  }
  return false;
}

/** The same number for the same tile at any time, without a pattern that the eye could follow. */
function grain(x: number, y: number): number {
  let mixed = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
