// The whole picture: the model on a canvas.
import { drawAny } from './any-game/any-scene.ts';
import { usageText } from './any-game/command-words.ts';
import { type Area, Canvas } from './canvas.ts';
import { drawCave } from './cave-scene.ts';
import { fourOf } from './four.ts';
import { drawFour, fourRows } from './four-scene.ts';
import { type Layout, layoutOf } from './layout.ts';
import { type Model, Overlay } from './model.ts';
import { drawHelp, drawNotice, drawScores, drawTooSmall } from './overlays.ts';
import { drawStatus } from './status-line.ts';
import { styles } from './style.ts';
import { drawTalk } from './talk.ts';
import { shorten, tail, widthOf } from './text.ts';
import { drawTrades, tradeLines } from './trade-panel.ts';
import { drawWaiting } from './waiting-scene.ts';
import { GOLDRUSH } from './world.ts';

const PROMPT = 'say: ';
const QUESTION_HINTS = 'Y agrees to the swap above   N or Esc does not';
const HINT_GAP = 3;
const USAGE_COLUMNS_MIN = 10;
const NEWS_MAX = 20;

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

function drawWorld(canvas: Canvas, area: Area, model: Model): void {
  const { world, map, four, any, feed, hasColours } = model;
  const board = fourOf(world);
  if (board) drawFour(canvas, area, board, four, hasColours);
  else if (world?.game === GOLDRUSH) drawCave(canvas, area, world, map, hasColours);
  else if (world) {
    // The newest has a line of its own below.
    const news = feed
      .latestEvents(NEWS_MAX)
      .slice(1)
      .map(({ text }) => text);
    drawAny(canvas, area, world, any, news);
  }
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

/** The keys, from the first on, that there is room for. The last one, which leads out, always is. */
function drawHints(canvas: Canvas, area: Area, hints: readonly string[]): void {
  const last = hints.at(-1) ?? '';
  let x = area.x + 1;
  for (const hint of hints) {
    const reserved = hint === last ? 0 : HINT_GAP + widthOf(last);
    if (x + widthOf(hint) + reserved > area.x + area.width - 1) continue;
    x = canvas.write(x, area.y, hint, styles.hint, area) + HINT_GAP;
  }
}

function drawPrompt(canvas: Canvas, area: Area, model: Model): void {
  const { typing, keymap, any, question } = model;
  if (typing === undefined) {
    drawHints(canvas, area, question ? [QUESTION_HINTS] : keymap.hints);
    return;
  }
  canvas.fill(area, styles.input);
  const shown = tail(typing, area.width - PROMPT.length - 3);
  const x = canvas.write(area.x + 1, area.y, `${PROMPT}${shown}▏`, styles.input, area);
  const usage = usageText(typing, any.info?.commands ?? []);
  const left = area.x + area.width - 2 - x;
  if (left < USAGE_COLUMNS_MIN) return;
  canvas.write(x + 2, area.y, shorten(usage, left - 2), styles.usage, area);
}
