// Which part of the world is on the screen, and where.
import type { Entity } from '../../index.ts';
import type { Area } from '../canvas.ts';
import { isPlaced, type World } from '../world.ts';
import type { WorldSize } from './game-info.ts';

/** A part of the world, in cells. */
export interface Cells {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Camera {
  readonly area: Area;
  /** World units in a cell. */
  readonly unit: number;
  /** Columns of a cell: two where there is room, so that it looks square. */
  readonly columns: 1 | 2;
  readonly left: number;
  readonly top: number;
  /** Cells that fit into the area. */
  readonly width: number;
  readonly height: number;
  /** The world, where its size is known. */
  readonly bounds: Cells | undefined;
  /** What the avatar is certain to see; undefined where everything is seen. */
  readonly sight: Cells | undefined;
}

/** The steps in which the part of a world without edges grows that is shown. */
const GROWTH = 4;

/** @param unit world units in a cell. */
export function cameraOf(
  area: Area,
  world: World,
  size: WorldSize | undefined,
  unit: number,
): Camera {
  const bounds = size && {
    left: 0,
    top: 0,
    width: Math.ceil(size.width / unit),
    height: Math.ceil(size.height / unit),
  };
  const radius = world.viewRadius > 0 ? Math.ceil(world.viewRadius / unit) : 0;
  const shown = bounds ?? extentOf(world, unit);
  const wanted = Math.min(shown?.width ?? 0, radius > 0 ? 2 * radius + 1 : Infinity);
  // What does not fit in any case may as well look right.
  const columns = wanted * 2 + 2 <= area.width || wanted + 2 > area.width ? 2 : 1;
  const width = Math.floor(area.width / columns);
  const { height } = area;
  const { avatar } = world;
  const own = cellsOf(avatar, unit);
  const left = origin(own?.x, width, shown?.left, shown?.width, bounds !== undefined);
  const top = origin(own?.y, height, shown?.top, shown?.height, bounds !== undefined);
  const sight =
    own && radius > 0
      ? { left: own.x - radius, top: own.y - radius, width: 2 * radius + 1, height: 2 * radius + 1 }
      : undefined;
  return { area, unit, columns, left, top, width, height, bounds, sight };
}

/** The cell of a place in the world. */
export function cell(place: number, unit: number): number {
  return Math.floor(place / unit);
}

/** @returns undefined for what has no place, or one that is no number. */
function cellsOf(entity: Entity | undefined, unit: number): { x: number; y: number } | undefined {
  if (!isPlaced(entity) || !Number.isFinite(entity.x) || !Number.isFinite(entity.y))
    return undefined;
  return { x: cell(entity.x, unit), y: cell(entity.y, unit) };
}

/** The first cell on the screen along one axis: all of what there is in the middle, or as much of it
 *  as fits, around the avatar and with the edge (one cell) at the end. */
function origin(
  own: number | undefined,
  room: number,
  start = 0,
  length = 0,
  hasEdge = false,
): number {
  const edge = hasEdge ? 1 : 0;
  if (length + 2 * edge <= room && isIn(own, start, length)) {
    return start - Math.floor((room - length) / 2);
  }
  const middle = (own ?? start + Math.floor(length / 2)) - Math.floor(room / 2);
  // An avatar beyond the edge is followed there.
  if (!hasEdge || !isIn(own, start, length)) return middle;
  return Math.max(start - edge, Math.min(middle, start + length + edge - room));
}

function isIn(own: number | undefined, start: number, length: number): boolean {
  return own === undefined || (own >= start && own < start + length);
}

/** The part of a world without known edges that has all entities in it. */
function extentOf({ entities }: World, unit: number): Cells | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const entity of entities.values()) {
    const at = cellsOf(entity, unit);
    if (!at) continue;
    const { x, y } = at;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (left > right) return undefined;
  left = Math.floor(left / GROWTH) * GROWTH;
  top = Math.floor(top / GROWTH) * GROWTH;
  const width = Math.ceil((right + 1 - left) / GROWTH) * GROWTH;
  const height = Math.ceil((bottom + 1 - top) / GROWTH) * GROWTH;
  return { left, top, width, height };
}
