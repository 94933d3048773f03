// Goldrush's picture: the cave around one's own miner, and who and what is in it.
import type { Area, Canvas } from './canvas.ts';
import { type CaveMap, keyOf } from './cave-map.ts';
import { lightAt, tileLook } from './rock.ts';
import { BEST, labelOf } from './shown-text.ts';
import { BOLD, backgroundOf, playerColour, style, styles, UNDERLINE } from './style.ts';
import { widthOf } from './text.ts';
import {
  type Arrow,
  type Chunk,
  Hurt,
  isPlaced,
  type Miner,
  type Pile,
  type Placed,
  type Rat,
  type World,
} from './world.ts';

/** Tiles are two columns wide, so that they look square. */
export const TILE_COLUMNS = 2;

const GOLD = 220;
const RAT = 174;
const ARROW = 231;
const OWN_INK = 231;
const OWN_GROUND = 26;
const STUNNED_GROUND = 124;

const minerChars = ['@^', '@>', '@v', '<@'] as const;
const arrowChars = ['↑ ', '─→', '↓ ', '←─'] as const;
const ratChars = ["r'", '~r', 'r,', 'r~'] as const;

/** Where the world's tiles are on the canvas. */
interface Frame {
  readonly canvas: Canvas;
  readonly area: Area;
  /** The tile in the upper left corner. */
  readonly left: number;
  readonly top: number;
  /** Where the lamp is. */
  readonly lamp: Placed;
}

/** Draws what is around the avatar; before there is one, nothing. */
export function drawCave(
  canvas: Canvas,
  area: Area,
  world: World,
  map: CaveMap,
  hasColours = true,
): void {
  const lamp = world.avatar;
  if (!isPlaced(lamp)) return;
  const left = lamp.x - Math.floor(area.width / TILE_COLUMNS / 2);
  const top = lamp.y - Math.floor(area.height / 2);
  const frame: Frame = { canvas, area, left, top, lamp };
  const inSight = new Set(Array.from(world.of<Chunk>('chunk'), ({ x, y }) => keyOf(x, y)));
  drawTiles(frame, map, inSight, hasColours);
  for (const pile of world.of<Pile>('gold')) put(frame, pile, pileChars(pile.amount), GOLD);
  for (const rat of world.of<Rat>('rat')) {
    put(frame, rat, ratChars[rat.facing] ?? 'r ', rat.gold > 0 ? GOLD : RAT);
  }
  drawMiners(frame, [...world.of<Miner>('miner')], lamp);
  for (const arrow of world.of<Arrow>('arrow')) {
    put(frame, arrow, arrowChars[arrow.facing] ?? '* ', ARROW | BOLD);
  }
}

function drawTiles(
  { canvas, area, left, top, lamp }: Frame,
  map: CaveMap,
  seen: Set<number>,
  hasColours: boolean,
): void {
  const columns = Math.ceil(area.width / TILE_COLUMNS);
  for (let row = 0; row < area.height; row++) {
    const y = top + row;
    for (let column = 0; column < columns; column++) {
      const x = left + column;
      const level = lightAt(Math.hypot(x - lamp.x, y - lamp.y), seen.has(keyOf(x, y)));
      const tile = tileLook(map, x, y, level);
      const chars = hasColours ? tile.chars : tile.plain;
      const look = hasColours ? tile.look : styles.blank;
      canvas.set(area.x + column * TILE_COLUMNS, area.y + row, chars[0]!, look, area);
      canvas.set(area.x + column * TILE_COLUMNS + 1, area.y + row, chars[1]!, look, area);
    }
  }
}

/** Names first, so that none hides a miner, and oneself last. */
function drawMiners(frame: Frame, miners: readonly Miner[], own: Placed): void {
  for (const miner of miners) if (miner !== own) drawName(frame, miner);
  for (const miner of miners) {
    if (miner !== own) put(frame, miner, charsOf(miner), playerColour(miner.player) | BOLD);
  }
  const self = miners.find((miner) => miner === own);
  if (!self) return;
  const ground = self.hurt === Hurt.Stunned ? STUNNED_GROUND : OWN_GROUND;
  putStyled(frame, self, charsOf(self), style(OWN_INK, ground, BOLD | guard(self)));
}

function drawName({ canvas, area, left, top }: Frame, miner: Miner): void {
  const label = labelOf(miner.name, miner.player);
  const name = miner.rank === 1 ? `${BEST}${label}` : label;
  const centre = area.x + (miner.x - left) * TILE_COLUMNS + TILE_COLUMNS / 2;
  const x = centre - Math.ceil(widthOf(name) / 2);
  canvas.overlay(x, area.y + miner.y - top - 1, name, playerColour(miner.player), {
    // The first column is for the client's own mark.
    ...area,
    x: area.x + 1,
    width: area.width - 1,
  });
}

function charsOf({ facing, hurt }: Miner): string {
  return hurt === Hurt.Stunned ? '@*' : (minerChars[facing] ?? '@ ');
}

/** Who cannot be hit is underlined. */
function guard({ hurt }: Miner): number {
  return hurt === Hurt.Protected ? UNDERLINE : 0;
}

/** A handful is counted, a heap is only large. */
function pileChars(amount: number): string {
  if (amount < 10) return `$${amount}`;
  return amount < 100 ? String(amount) : '$$';
}

/** Draws two columns in `ink` (a colour, and flags) on the ground that is there. */
function put(frame: Frame, entity: Placed, chars: string, ink: number): void {
  const { canvas, area, left, top } = frame;
  const at = (area.y + entity.y - top) * canvas.width + area.x + (entity.x - left) * TILE_COLUMNS;
  putStyled(frame, entity, chars, (backgroundOf(canvas.styles[at] ?? 0) << 8) | ink);
}

function putStyled({ canvas, area, left, top }: Frame, at: Placed, chars: string, look: number) {
  const x = area.x + (at.x - left) * TILE_COLUMNS;
  canvas.write(x, area.y + at.y - top, chars, look, area);
}
