// The picture of a game without places, such as cards or chat: its entities as tables.
import type { Kind } from '../../../protocol/index.ts';
import type { Entity } from '../../index.ts';
import type { Area, Canvas } from '../canvas.ts';
import { cleanText } from '../shown-text.ts';
import { BLACK, BOLD, style, styles } from '../style.ts';
import { shorten, widthOf, wrap } from '../text.ts';
import type { World } from '../world.ts';
import { colourOf, inkOn } from './colours.ts';
import { numberText, valueText } from './command-words.ts';
import { isPlacedKind } from './looks.ts';

const TITLE = style(220, BLACK, BOLD);
const HEAD = style(246, BLACK);
const ROW = style(252, BLACK);
const OWN_GROUND = 24;
const CELL_COLUMNS = 20;
const GAP = 2;
const MARK = '▶ ';
const ABOUT_ROWS = 3;
/** Of the area, for what has happened. */
const NEWS_SHARE = 0.25;

/** @param news what has happened, newest first. */
export function drawTables(
  canvas: Canvas,
  area: Area,
  world: World,
  { text, news }: { readonly text: string; readonly news: readonly string[] },
): void {
  const inner = { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 1 };
  const lines = [text, aboutText(world.about)].filter(Boolean);
  let y = inner.y;
  const wrapped = lines.flatMap((line) => wrap(line, inner.width).slice(0, ABOUT_ROWS));
  for (const line of wrapped) canvas.write(inner.x, y++, line, styles.event, inner);
  if (wrapped.length > 0) y++;
  const newsRows = Math.min(news.length, Math.floor(area.height * NEWS_SHARE));
  const end = inner.y + inner.height - newsRows - (newsRows > 0 ? 1 : 0);
  drawKinds(canvas, { ...inner, y, height: Math.max(0, end - y) }, world);
  y = inner.y + inner.height - newsRows;
  for (const line of news.slice(0, newsRows).reverse()) {
    canvas.write(inner.x, y++, shorten(line, inner.width), styles.eventDim, inner);
  }
}

/** What the game says of the room; '' where that is nothing, or is told as the rules. */
export function aboutText(about: unknown): string {
  if (about === undefined || about === null) return '';
  if (typeof about === 'string') return cleanText(about);
  if (typeof about === 'object' && Object.keys(about).length === 0) return '';
  const rules = typeof about === 'object' ? (about as { rules?: unknown }).rules : undefined;
  return typeof rules === 'string' ? cleanText(rules) : valueText(about, 200);
}

/** What is kept for each table that follows: a title, a head, a row and a space. */
const TABLE_ROWS = 4;

/** The table with one's own row first, the shortest next; each has as many rows as there is room for. A kind
 *  with one entity is a line. */
function drawKinds(canvas: Canvas, area: Area, world: World): void {
  let { y } = area;
  const end = area.y + area.height;
  const { avatar } = world;
  const filled = world.kinds
    .map((kind) => ({ kind, entities: [...world.of(kind.name)] }))
    .filter(({ entities }) => entities.length > 0)
    .sort((a, b) => a.entities.length - b.entities.length);
  const isLine = ({ entities }: { entities: Entity[] }) =>
    entities.length === 1 && entities[0] !== avatar;
  for (const { kind, entities } of filled.filter(isLine)) {
    if (y < end) writeLine(canvas, area, y++, entityLine(kind, entities[0]!));
  }
  if (y > area.y) y++;
  const tables = filled.filter((one) => !isLine(one));
  tables.sort(
    (a, b) => Number(b.kind.name === avatar?.kind) - Number(a.kind.name === avatar?.kind),
  );
  if (filled.length === 0 && y < end) writeLine(canvas, area, y++, 'There is nothing to see yet.');
  tables.forEach(({ kind, entities }, i) => {
    const room = end - y;
    if (room < 2) return;
    const own = entities.filter((entity) => entity === avatar);
    const ordered = [...own, ...entities.filter((entity) => entity !== avatar)];
    const height = Math.max(
      Math.min(room, TABLE_ROWS),
      room - (tables.length - 1 - i) * TABLE_ROWS,
    );
    y = drawKind(canvas, { ...area, y, height }, kind, ordered, avatar) + 1;
  });
}

function writeLine(canvas: Canvas, area: Area, y: number, line: string): void {
  canvas.write(area.x, y, shorten(line, area.width), ROW, area);
}

function entityLine({ name, fields }: Kind, entity: Entity): string {
  return `${name}: ${fields.map((field) => `${field.name} ${text(entity[field.name])}`).join(', ')}`;
}

/** Where each field of a table stands. */
interface Column {
  readonly field: string;
  readonly x: number;
  readonly width: number;
}

function drawKind(
  canvas: Canvas,
  area: Area,
  kind: Kind,
  entities: readonly Entity[],
  own: Entity | undefined,
): number {
  let { y } = area;
  const count = entities.length > 1 ? ` (${entities.length})` : '';
  canvas.write(area.x, y++, `${kind.name}${count}`, TITLE, area);
  const room = area.y + area.height - y - 1;
  const shown = entities.slice(0, entities.length > room ? Math.max(0, room - 1) : room);
  if (shown.length === 0) return y;
  const columns = columnsOf(kind, shown, area);
  for (const { field, x, width } of columns) {
    canvas.write(x, y, shorten(field, width), HEAD, area);
  }
  y++;
  for (const row of shown) drawRow(canvas, { ...area, y: y++, height: 1 }, columns, row, own);
  if (shown.length < entities.length && y < area.y + area.height) {
    canvas.write(area.x, y++, `  and ${entities.length - shown.length} more`, HEAD, area);
  }
  return y;
}

/** As wide as what is in them; those that do not fit into the area are left out. */
function columnsOf({ fields }: Kind, rows: readonly Entity[], area: Area): Column[] {
  const columns: Column[] = [];
  let x = area.x + widthOf(MARK);
  for (const { name } of fields) {
    const widest = Math.max(widthOf(name), ...rows.map((row) => widthOf(text(row[name]))));
    const width = Math.min(CELL_COLUMNS, widest, area.x + area.width - x);
    if (width <= 0) break;
    columns.push({ field: name, x, width });
    x += width + GAP;
  }
  return columns;
}

function drawRow(
  canvas: Canvas,
  area: Area,
  columns: readonly Column[],
  row: Entity,
  own: Entity | undefined,
): void {
  const ground = row === own ? OWN_GROUND : BLACK;
  if (row === own) {
    canvas.fill(area, style(231, ground));
    canvas.write(area.x, area.y, MARK, style(231, ground, BOLD), area);
  }
  for (const { field, x, width } of columns) {
    const value = row[field];
    canvas.write(x, area.y, shorten(text(value), width), cellLook(field, value, ground), area);
  }
}

function text(value: unknown): string {
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return cleanText(String(value ?? ''));
}

/** The value of a field that is called a colour is written in it. */
function cellLook(name: string, value: unknown, ground: number): number {
  const colour = /^colou?r$/i.test(name) ? colourOf(value) : undefined;
  if (colour !== undefined) return style(inkOn(ground, colour), ground);
  return ground === BLACK ? ROW : style(231, ground);
}

/** The entities without a place, in a game where others have one: a line for each, as many as `max`. */
export function unplacedLines(world: World, max: number): string[] {
  const lines: string[] = [];
  for (const kind of world.kinds) {
    if (isPlacedKind(kind)) continue;
    for (const entity of world.of(kind.name)) {
      if (lines.length === max) return lines;
      lines.push(entityLine(kind, entity));
    }
  }
  return lines;
}
