// The whole picture: the model on a canvas.
import { type Area, Canvas } from './canvas.ts';
import { drawCave } from './cave-scene.ts';
import { fourOf } from './four.ts';
import { drawFour, fourRows } from './four-scene.ts';
import { keymapOf } from './keymap.ts';
import { type Layout, layoutOf } from './layout.ts';
import { type Model, Overlay } from './model.ts';
import { drawHelp, drawNotice, drawScores, drawTooSmall } from './overlays.ts';
import { drawPlain } from './plain-scene.ts';
import { drawStatus } from './status-line.ts';
import { styles } from './style.ts';
import { drawTalk } from './talk.ts';
import { tail } from './text.ts';
import { drawTrades, tradeLines } from './trade-panel.ts';
import { drawWaiting } from './waiting-scene.ts';

export const GOLDRUSH = 'goldrush';

const PROMPT = 'say: ';
const QUESTION_HINTS = 'Y agrees to the swap above   N or Esc does not';

/** Pure: the same model and size give the same picture. */
export function pictureOf(model: Model, width: number, height: number): Canvas {
  const canvas = new Canvas(width, height, styles.blank);
  const trades = tradeLines(model, width);
  const layout = layoutOf(width, height, trades.length);
  if (!layout) drawTooSmall(canvas);
  else {
    drawAll(canvas, layout, model);
    drawTrades(canvas, layout.trades, trades);
  }
  return canvas;
}

/** Whether the picture of this size has all of the open trades' lines. */
export function areTradesWhole(model: Model, width: number, height: number): boolean {
  const { length } = tradeLines(model, width);
  return layoutOf(width, height, length)?.trades.height === length;
}

function drawAll(canvas: Canvas, layout: Layout, model: Model): void {
  const { notice, waiting } = model;
  drawWorld(canvas, layout.scene, model);
  if (waiting) drawWaiting(canvas, layout.scene, waiting, model.nowMs);
  drawStatus(canvas, layout.status, model);
  drawTalk(canvas, layout.talk, talkRowsMax(layout, model), model);
  drawPrompt(canvas, layout.prompt, model);
  drawOverlay(canvas, layout.overlay, model);
  if (notice !== undefined) drawNotice(canvas, layout.scene, notice);
}

function drawWorld(canvas: Canvas, area: Area, { world, map, four, hasColours }: Model) {
  const board = fourOf(world);
  if (board) drawFour(canvas, area, board, four, hasColours);
  else if (world?.game === GOLDRUSH) drawCave(canvas, area, world, map, hasColours);
  else if (world) drawPlain(canvas, area, world);
}

function drawOverlay(canvas: Canvas, area: Area, model: Model): void {
  switch (model.overlay) {
    case Overlay.None:
      return;
    case Overlay.Help:
      drawHelp(canvas, area, model);
      return;
    case Overlay.Scores:
      drawScores(canvas, area, model);
      return;
    default:
      model.overlay satisfies never;
  }
}

/** A board must be seen whole: talk covers it only while one types. */
function talkRowsMax({ scene, talk, talkRowsMax }: Layout, { world, typing }: Model): number {
  if (typing !== undefined || !fourOf(world)) return talkRowsMax;
  return talk.height + Math.max(0, scene.height - fourRows(scene.height));
}

function drawPrompt(canvas: Canvas, area: Area, { typing, game, question }: Model): void {
  if (typing === undefined) {
    const hints = question ? QUESTION_HINTS : keymapOf(game).hints;
    canvas.write(area.x + 1, area.y, hints, styles.hint, area);
    return;
  }
  canvas.fill(area, styles.input);
  const shown = tail(typing, area.width - PROMPT.length - 3);
  canvas.write(area.x + 1, area.y, `${PROMPT}${shown}▏`, styles.input, area);
}
