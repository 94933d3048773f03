// The picture of a game that this client does not know.
import type { Area, Canvas } from '../canvas.ts';
import { BLACK, style, styles } from '../style.ts';
import { shorten } from '../text.ts';
import type { World } from '../world.ts';
import type { Camera } from './camera.ts';
import type { GameInfo, WorldSize } from './game-info.ts';
import { drawMap, hasMap, legendOf } from './map-scene.ts';
import { drawTables, unplacedLines } from './table-scene.ts';

/** What is known of the game beside what is seen of it. */
export interface AnyView {
  readonly info: GameInfo | undefined;
  /** Kinds of which an entity has moved. */
  readonly moving: ReadonlySet<string>;
  /** World units in a cell of the map. */
  readonly unit: number;
  /** Without them, blocks of colour are letters. */
  readonly hasColours: boolean;
}

const LEGEND_COLUMNS = 16;
const LEGEND_ROWS = 12;
const UNPLACED_ROWS = 3;

/** @param news what has happened, newest first. */
export function drawAny(
  canvas: Canvas,
  area: Area,
  world: World,
  { info, moving, unit, hasColours }: AnyView,
  news: readonly string[],
): void {
  if (!hasMap(world)) {
    drawTables(canvas, area, world, { text: info?.text ?? '', news });
    return;
  }
  const lines = unplacedLines(world, UNPLACED_ROWS);
  const map = { ...area, height: area.height - lines.length };
  const size = info?.world ?? sizeOf(world.about);
  const camera = drawMap(canvas, map, world, { size, unit, moving, hasColours });
  drawLegend(canvas, map, world, camera, moving);
  lines.forEach((line, i) => {
    const text = shorten(line, area.width - 2);
    canvas.write(area.x + 1, map.y + map.height + i, text, styles.chatText, area);
  });
}

/** A game may tell the size of its world itself. */
function sizeOf(about: unknown): WorldSize | undefined {
  const { width, height } = (about ?? {}) as { width?: unknown; height?: unknown };
  const isSize = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0;
  return isSize(width) && isSize(height) ? { width, height } : undefined;
}

/** Beside the world, where there is room; the help has it in any case. */
function drawLegend(
  canvas: Canvas,
  area: Area,
  world: World,
  { bounds, left, columns }: Camera,
  moving: ReadonlySet<string>,
): void {
  const free = bounds ? (bounds.left - left) * columns - 2 : 0;
  if (!(free >= LEGEND_COLUMNS && free < area.width)) return;
  const clip = { ...area, width: free };
  const rows = legendOf(world, moving).slice(0, Math.min(LEGEND_ROWS, area.height - 2));
  rows.forEach(({ mark, look, text }, i) => {
    canvas.write(area.x + 2, area.y + 1 + i, mark, style(look.ink, look.ground ?? BLACK), clip);
    canvas.write(area.x + 4, area.y + 1 + i, shorten(text, free - 5), styles.hint, clip);
  });
}
