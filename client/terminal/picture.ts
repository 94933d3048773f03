// The whole picture: the model on a canvas.
import { type Area, Canvas } from './canvas.ts';
import { drawCave } from './cave-scene.ts';
import { fourOf } from './four.ts';
import { drawFour } from './four-scene.ts';
import { keymapOf } from './keymap.ts';
import { type Layout, layoutOf } from './layout.ts';
import { type Model, Overlay } from './model.ts';
import { drawHelp, drawNotice, drawScores, drawTooSmall } from './overlays.ts';
import { drawPlain } from './plain-scene.ts';
import { drawStatus } from './status-line.ts';
import { playerColour, style, styles } from './style.ts';
import { shorten, tail, widthOf } from './text.ts';
import { drawWaiting } from './waiting-scene.ts';

export const GOLDRUSH = 'goldrush';

const EVENT_GAP = '   ';
const PROMPT = 'say: ';

/** Pure: the same model and size give the same picture. */
export function pictureOf(model: Model, width: number, height: number): Canvas {
  const canvas = new Canvas(width, height, styles.blank);
  const layout = layoutOf(width, height);
  if (!layout) drawTooSmall(canvas);
  else drawAll(canvas, layout, model);
  return canvas;
}

function drawAll(canvas: Canvas, layout: Layout, model: Model): void {
  const { notice, waiting } = model;
  drawWorld(canvas, layout.scene, model);
  if (waiting) drawWaiting(canvas, layout.scene, waiting, model.nowMs);
  drawStatus(canvas, layout.status, model);
  drawEvents(canvas, layout.events, model);
  drawChat(canvas, layout.chat, model);
  drawPrompt(canvas, layout.prompt, model);
  drawOverlay(canvas, layout.overlay, model);
  if (notice !== undefined) drawNotice(canvas, layout.scene, notice);
}

function drawWorld(canvas: Canvas, area: Area, { world, map, four }: Model): void {
  const board = fourOf(world);
  if (board) drawFour(canvas, area, board, four.column, four.turnForMs);
  else if (world?.game === GOLDRUSH) drawCave(canvas, area, world, map);
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

/** The newest first, as many as there is room for. */
function drawEvents(canvas: Canvas, area: Area, { feed, nowMs }: Model): void {
  let x = area.x + 1;
  feed.recentEvents(nowMs).forEach(({ text }, i) => {
    const space = area.x + area.width - 1 - x;
    if (i > 0 && widthOf(text) > space) x = area.x + area.width;
    else {
      const look = i === 0 ? styles.event : styles.eventDim;
      x = canvas.write(x, area.y, shorten(text, space) + EVENT_GAP, look, area);
    }
  });
}

function drawChat(canvas: Canvas, area: Area, { feed, nowMs }: Model): void {
  feed.recentChats(nowMs, area.height).forEach(({ from, player, text }, i) => {
    const name = style(playerColour(player), 16);
    const x = canvas.write(area.x + 1, area.y + i, `${from}: `, name, area);
    canvas.write(x, area.y + i, shorten(text, area.x + area.width - 1 - x), styles.chatText, area);
  });
}

function drawPrompt(canvas: Canvas, area: Area, { typing, game }: Model): void {
  if (typing === undefined) {
    canvas.write(area.x + 1, area.y, keymapOf(game).hints, styles.hint, area);
    return;
  }
  canvas.fill(area, styles.input);
  const shown = tail(typing, area.width - PROMPT.length - 3);
  canvas.write(area.x + 1, area.y, `${PROMPT}${shown}▏`, styles.input, area);
}
