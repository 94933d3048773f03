// The picture of a game that this client does not know: each entity by the first letter of its kind.
import type { Area, Canvas } from './canvas.ts';
import { BLACK, BOLD, playerColour, style } from './style.ts';
import { isPlaced, type World } from './world.ts';

const OWN = style(231, 26, BOLD);

/** Draws every entity that has a place, one column wide, with the avatar or else the world's corner
 *  in the middle or the corner of the area. */
export function drawPlain(canvas: Canvas, area: Area, world: World): void {
  const { avatar } = world;
  const left = isPlaced(avatar) ? Math.round(avatar.x) - Math.floor(area.width / 2) : 0;
  const top = isPlaced(avatar) ? Math.round(avatar.y) - Math.floor(area.height / 2) : 0;
  const colours = new Map<string, number>();
  for (const entity of world.entities.values()) {
    const { kind } = entity;
    if (!colours.has(kind)) colours.set(kind, playerColour(colours.size));
    if (!isPlaced(entity)) continue;
    const look = entity === avatar ? OWN : style(colours.get(kind)!, BLACK);
    const x = area.x + Math.round(entity.x) - left;
    canvas.write(x, area.y + Math.round(entity.y) - top, kind.slice(0, 1), look, area);
  }
}
