// The rows above the prompt: what happened, each row behind the client's mark, and below it the chat,
// each row behind the name of its player.
import type { Area, Canvas } from './canvas.ts';
import type { ChatLine } from './feed.ts';
import { goalOf } from './goal.ts';
import type { Model } from './model.ts';
import { MARK } from './shown-text.ts';
import { BLACK, playerColour, type Style, style, styles } from './style.ts';
import { shorten, widthOf, wrap } from './text.ts';

const EVENT_GAP = '   ';
const EVENT_ROWS_MAX = 4;
/** A new line of chat is shown whole for so long, also where the picture is covered for that. */
const CHAT_FRESH_MS = 12_000;

interface ChatRow {
  readonly line: ChatLine;
  readonly text: string;
}

/** @param area of one row of events and the rows of chat that are always there.
 *  @param rowsMax of both, where the rows above `area` are covered. */
export function drawTalk(canvas: Canvas, area: Area, rowsMax: number, model: Model): void {
  const events = eventRows(model, area.width - 2).slice(0, EVENT_ROWS_MAX);
  const eventCount = Math.max(1, events.length);
  const chatMax = Math.max(1, rowsMax - eventCount);
  const chat = chatRows(model, area.width, area.height - 1).slice(-chatMax);
  const chatCount = Math.max(area.height - 1, chat.length);
  const bottom = area.y + area.height;
  const top = bottom - chatCount - eventCount;
  canvas.fill({ ...area, y: top, height: bottom - top }, styles.blank);
  if (events.length > 1) drawLongEvent(canvas, { ...area, y: top }, events);
  else drawEvents(canvas, { ...area, y: top, height: 1 }, model);
  drawChat(canvas, { ...area, y: top + eventCount, height: chatCount }, chat);
}

/** The newest event in rows. */
function eventRows({ feed, nowMs }: Model, columns: number): string[] {
  const [newest] = feed.recentEvents(nowMs);
  return newest ? wrap(newest.text, columns) : [];
}

function drawLongEvent(canvas: Canvas, area: Area, rows: readonly string[]): void {
  rows.forEach((text, i) => {
    drawMark(canvas, area.y + i, styles.event);
    canvas.write(area.x + 2, area.y + i, text, styles.event);
  });
}

/** The newest first, as many as there is room for. */
function drawEvents(canvas: Canvas, area: Area, model: Model): void {
  const { feed, nowMs } = model;
  let x = area.x + 2;
  const events = feed.recentEvents(nowMs);
  if (events.length === 0) drawGoal(canvas, area, model);
  events.forEach(({ text }, i) => {
    const space = area.x + area.width - x;
    if (i === 0) drawMark(canvas, area.y, styles.event);
    if (i > 0 && widthOf(text) > space) x = area.x + area.width;
    else {
      const look = i === 0 ? styles.event : styles.eventDim;
      x = canvas.write(x, area.y, text + EVENT_GAP, look, area);
    }
  });
}

function drawGoal(canvas: Canvas, area: Area, model: Model): void {
  const goal = goalOf(model);
  if (goal === undefined) return;
  drawMark(canvas, area.y, styles.goal);
  canvas.write(area.x + 2, area.y, goal, styles.goal, area);
}

/** Rows of chat, oldest first: the last `base`, and before these what was said a moment ago, or while
 *  one types. */
function chatRows({ feed, nowMs, typing }: Model, width: number, base: number): ChatRow[] {
  const rows: ChatRow[] = [];
  for (const line of feed.recentChats(nowMs, 12)) {
    const columns = width - 1 - widthOf(prefixOf(line, width));
    const texts = wrap(line.text, columns);
    for (const text of texts.length > 0 ? texts : ['…']) rows.push({ line, text });
  }
  const isKept = ({ line }: ChatRow): boolean =>
    typing !== undefined || nowMs - line.atMs < CHAT_FRESH_MS;
  return rows.filter((row, i) => i >= rows.length - base || isKept(row));
}

function prefixOf({ from }: ChatLine, width: number): string {
  return `${shorten(from, Math.floor(width / 3))}: `;
}

function drawChat(canvas: Canvas, area: Area, rows: readonly ChatRow[]): void {
  rows.forEach(({ line, text }, i) => {
    const name = style(playerColour(line.player), BLACK);
    const x = canvas.write(area.x + 1, area.y + i, prefixOf(line, area.width), name, area);
    canvas.write(x, area.y + i, text, styles.chatText, area);
  });
}

export function drawMark(canvas: Canvas, y: number, look: Style): void {
  canvas.set(0, y, MARK, look);
}
