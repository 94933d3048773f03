// The picture of any game with places: the world with its edge, and what is in it.
import type { Entity } from '../../index.ts';
import type { Area, Canvas } from '../canvas.ts';
import { BLACK, BOLD, backgroundOf, type Colour, playerColour, style } from '../style.ts';
import { glyphsOf, shorten, widthOf } from '../text.ts';
import { isPlaced, type Placed, type World } from '../world.ts';
import { type Camera, type Cells, cameraOf, cell } from './camera.ts';
import { inkOn } from './colours.ts';
import type { WorldSize } from './game-info.ts';
import {
  entityChar,
  entityColour,
  entityName,
  isPlacedKind,
  type KindLook,
  Layer,
  looksOf,
} from './looks.ts';

const FLOOR: Colour = 236;
/** In the world, but further away than the avatar is certain to see. */
const FOG: Colour = 234;
const EDGE = style(244, BLACK);
const OWN_GROUND: Colour = 26;
const OWN_INK: Colour = 231;
/** On a ground that is too much like the usual one. */
const OTHER_GROUND: Colour = 231;
const NAME_COLUMNS = 12;
/** A kind with as many entities as half of the cells in sight is the ground of the game. */
const COVERING_SHARE = 0.5;
const COVERING_MIN = 40;

/** What is known of the world beside what is seen of it. */
export interface MapView {
  readonly size: WorldSize | undefined;
  /** World units in a cell. */
  readonly unit: number;
  /** Kinds of which an entity has moved. */
  readonly moving: ReadonlySet<string>;
  /** Without them, blocks of colour are letters. */
  readonly hasColours: boolean;
}

interface Thing {
  readonly entity: Placed;
  readonly look: KindLook;
  /** On the canvas. */
  readonly x: number;
  readonly y: number;
}

/** A canvas, and which of its cells have something on them that names must not hide. */
interface Sheet {
  readonly canvas: Canvas;
  readonly area: Area;
  readonly camera: Camera;
  readonly taken: Set<number>;
  readonly hasColours: boolean;
}

export function drawMap(canvas: Canvas, area: Area, world: World, view: MapView): Camera {
  const camera = cameraOf(area, world, view.size, view.unit);
  const { hasColours } = view;
  const sheet = { canvas, area, camera, taken: new Set<number>(), hasColours };
  drawFloor(sheet);
  const things = thingsOf(world, camera, mapLooks(world, view.moving));
  const own = things.find(({ entity }) => entity === world.avatar);
  for (const thing of things) {
    if (thing.look.layer === Layer.Ground) drawGround(sheet, thing);
    else if (thing !== own) drawThing(sheet, thing);
  }
  if (own) drawOwn(sheet, own);
  for (const thing of things) if (thing !== own) drawName(sheet, thing);
  return camera;
}

/** The looks of the kinds, by their names. */
export function mapLooks(world: World, moving: ReadonlySet<string>): ReadonlyMap<string, KindLook> {
  const counts = new Map<string, number>();
  for (const { kind } of world.entities.values()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const covering = new Set<string>();
  const cells = world.viewRadius > 0 ? (2 * world.viewRadius + 1) ** 2 : Number.POSITIVE_INFINITY;
  for (const [kind, count] of counts) {
    if (count >= COVERING_MIN && count >= cells * COVERING_SHARE) covering.add(kind);
  }
  return looksOf(world.kinds, { avatarKind: world.avatar?.kind, moving, covering });
}

export function hasMap({ kinds }: World): boolean {
  return kinds.some(isPlacedKind);
}

/** Those on the screen, in the order in which they are drawn. */
function thingsOf(world: World, camera: Camera, looks: ReadonlyMap<string, KindLook>): Thing[] {
  const { area, unit, columns, left, top, width, height } = camera;
  const things: Thing[] = [];
  for (const entity of world.entities.values()) {
    const look = looks.get(entity.kind);
    if (!look || !isPlaced(entity)) continue;
    const x = cell(entity.x, unit) - left;
    const y = cell(entity.y, unit) - top;
    // Also false for what is no number.
    if (!(x >= 0 && y >= 0 && x < width && y < height)) continue;
    things.push({ entity, look, x: area.x + x * columns, y: area.y + y });
  }
  return things.sort((a, b) => a.look.layer - b.look.layer);
}

function drawFloor(sheet: Sheet): void {
  const { bounds, sight, columns, left, top, width, height } = sheet.camera;
  const screen = { left, top, width, height };
  if (bounds) drawEdge(sheet, bounds, columns);
  // Any ground is inverse there: a floor of it would hide the avatar and the tiles.
  if (!sheet.hasColours) return;
  if (sight) fillCells(sheet, overlap(screen, bounds ?? screen), FOG);
  const seen = sight ? overlap(sight, bounds ?? screen) : bounds;
  if (seen) fillCells(sheet, overlap(seen, screen), FLOOR);
}

function fillCells({ canvas, camera }: Sheet, cells: Cells, colour: Colour): void {
  const { area, columns, left, top } = camera;
  canvas.fill(
    {
      x: area.x + (cells.left - left) * columns,
      y: area.y + cells.top - top,
      width: Math.max(0, cells.width) * columns,
      height: Math.max(0, cells.height),
    },
    style(240, colour),
  );
}

function overlap(a: Cells, b: Cells): Cells {
  const left = Math.max(a.left, b.left);
  const top = Math.max(a.top, b.top);
  const width = Math.max(0, Math.min(a.left + a.width, b.left + b.width) - left);
  const height = Math.max(0, Math.min(a.top + a.height, b.top + b.height) - top);
  return { left, top, width, height };
}

function drawEdge({ canvas, area, camera }: Sheet, bounds: Cells, columns: number): void {
  const west = area.x + (bounds.left - camera.left) * columns - 1;
  const north = area.y + bounds.top - camera.top - 1;
  const east = west + bounds.width * columns + 1;
  const south = north + bounds.height + 1;
  const lastColumn = Math.min(east, area.x + area.width);
  for (let x = Math.max(west + 1, area.x); x < lastColumn; x++) {
    canvas.set(x, north, '─', EDGE, area);
    canvas.set(x, south, '─', EDGE, area);
  }
  const lastRow = Math.min(south, area.y + area.height);
  for (let y = Math.max(north + 1, area.y); y < lastRow; y++) {
    canvas.set(west, y, '│', EDGE, area);
    canvas.set(east, y, '│', EDGE, area);
  }
  canvas.set(west, north, '┌', EDGE, area);
  canvas.set(east, north, '┐', EDGE, area);
  canvas.set(west, south, '└', EDGE, area);
  canvas.set(east, south, '┘', EDGE, area);
}

function drawGround(sheet: Sheet, { entity, look, x, y }: Thing): void {
  const { canvas, area, camera, hasColours } = sheet;
  const colour = entityColour(entity, look);
  const char = entityChar(entity, look, camera.columns) ?? (hasColours ? '' : look.letter);
  const painted = style(inkOn(colour, BLACK), colour);
  for (let i = 0; i < camera.columns; i++) canvas.set(x + i, y, ' ', painted, area);
  canvas.write(x, y, char, painted, area);
}

function drawThing(sheet: Sheet, { entity, look, x, y }: Thing): void {
  const { canvas, area, camera } = sheet;
  const ground = groundAt(canvas, x, y);
  const ink = inkOn(ground, entityColour(entity, look));
  const char = entityChar(entity, look, camera.columns) ?? look.letter;
  const painted = style(ink, ground, look.layer >= Layer.Named ? BOLD : 0);
  canvas.write(x, y, char, painted, area);
  sheet.taken.add(y * canvas.width + x);
}

/** On a ground of its own, whatever lies there. */
function drawOwn(sheet: Sheet, { x, y }: Thing): void {
  const { canvas, area, camera } = sheet;
  const before = groundAt(canvas, x, y);
  const ground = isLikeOwn(before) ? OTHER_GROUND : OWN_GROUND;
  const look = style(inkOn(ground, OWN_INK), ground, BOLD);
  canvas.write(x, y, camera.columns === 2 ? '@ ' : '@', look, area);
  sheet.taken.add(y * canvas.width + x);
}

/** Blues of the 6×6×6 cube: little red, not much green, much blue. */
function isLikeOwn(colour: Colour): boolean {
  const cube = colour - 16;
  if (cube <= 0 || cube >= 216) return false;
  return cube / 36 < 2 && Math.floor(cube / 6) % 6 < 4 && cube % 6 >= 2;
}

/** Beside the entity, where it hides nothing and is not cut; else there is no name. */
function drawName(sheet: Sheet, { entity, look, x, y }: Thing): void {
  if (look.layer < Layer.Named) return;
  const { camera } = sheet;
  const name = shorten(entityName(entity, look), NAME_COLUMNS);
  const width = widthOf(name);
  if (width === 0) return;
  const centred = x - Math.floor((width - camera.columns) / 2);
  const places = [
    [x + 2, y],
    [centred, y - 1],
    [centred, y + 1],
    [x - width - 1, y],
  ] as const;
  for (const [column, row] of places) {
    if (!isFree(sheet, column, row, width)) continue;
    writeOver(sheet, column, row, name, entityColour(entity, look));
    return;
  }
}

function isFree({ canvas, area, taken }: Sheet, x: number, y: number, width: number): boolean {
  if (y < area.y || y >= area.y + area.height) return false;
  // One column of distance to what stands beside it.
  if (x < area.x || x + width > area.x + area.width) return false;
  for (let column = x; column <= x + width; column++) {
    if (taken.has(y * canvas.width + column)) return false;
  }
  return true;
}

/** Leaves each cell its ground, and can be read on all of them. */
function writeOver(sheet: Sheet, x: number, y: number, text: string, colour: Colour): void {
  const { canvas, area, taken } = sheet;
  let column = x;
  for (const { char, width } of glyphsOf(text)) {
    const ground = groundAt(canvas, column, y);
    canvas.write(column, y, char, style(inkOn(ground, colour), ground), area);
    for (let i = 0; i < width; i++) taken.add(y * canvas.width + column + i);
    column += width;
  }
}

function groundAt(canvas: Canvas, x: number, y: number): Colour {
  return backgroundOf(canvas.styles[y * canvas.width + x] ?? 0);
}

/** What the letters and colours of the map mean. */
export interface LegendRow {
  readonly mark: string;
  readonly look: { readonly ink: Colour; readonly ground: Colour | undefined };
  readonly text: string;
}

export function legendOf(world: World, moving: ReadonlySet<string>): LegendRow[] {
  const rows: LegendRow[] = [];
  if (isPlaced(world.avatar)) {
    rows.push({ mark: '@', look: { ink: OWN_INK, ground: OWN_GROUND }, text: 'you' });
  }
  for (const look of mapLooks(world, moving).values()) {
    const seen = exampleOf(world, look.kind);
    const colour = seen ? entityColour(seen, look) : look.colour;
    const isGround = look.layer === Layer.Ground;
    rows.push({
      mark: isGround ? ' ' : ((seen && entityChar(seen, look, 1)) ?? look.letter),
      look: { ink: isGround ? playerColour(0) : colour, ground: isGround ? colour : undefined },
      text:
        look.layer === Layer.Player && isPlaced(world.avatar) ? `other ${look.kind}` : look.kind,
    });
  }
  return rows;
}

function exampleOf(world: World, kind: string): Entity | undefined {
  for (const entity of world.of(kind)) if (entity !== world.avatar) return entity;
  return undefined;
}
