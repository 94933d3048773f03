// Connect four's picture: the players, the board, where the next disc falls, and what is going on.
import type { Area, Canvas } from './canvas.ts';
import { COLUMNS, discAt, type Four, fourWords, isFull, isInLine, ROWS } from './four.ts';
import type { Model } from './model.ts';
import { labelOf } from './shown-text.ts';
import { BLACK, BOLD, type Style, style, styles } from './style.ts';
import { shorten, widthOf } from './text.ts';

const CELL_COLUMNS = 5;
const BOARD_COLUMNS = COLUMNS * CELL_COLUMNS + 1;
/** Cells have two rows where there is place for players, state, hint, cursor, board and numbers. */
const TALL_ROWS = 2 * ROWS + 6;
const BOARD = style(33, 18);
const NUMBERS = style(250, 18);
const FREE = style(236, 234);

/** By colour; told apart by a letter as well. */
const discs = [
  { char: ' ', look: FREE, line: FREE },
  { char: 'x', look: style(231, 160, BOLD), line: style(16, 210, BOLD) },
  { char: 'o', look: style(16, 220, BOLD), line: style(16, 230, BOLD) },
] as const;

/** The rows that the picture has in an area of so many. */
export function fourRows(height: number): number {
  return height >= TALL_ROWS ? TALL_ROWS : ROWS + 5;
}

export function drawFour(
  canvas: Canvas,
  area: Area,
  four: Four,
  { column, turnForMs }: Model['four'],
  hasColours: boolean,
): void {
  const rows = area.height >= TALL_ROWS ? 2 : 1;
  const { state, hint } = fourWords(four, turnForMs);
  const left = area.x + Math.floor((area.width - BOARD_COLUMNS) / 2);
  const top = area.y + 2 + (rows - 1);
  drawPlayers(canvas, area, four);
  const look = four.board.turn === four.own.colour ? style(121, BLACK, BOLD) : styles.event;
  centre(canvas, area, area.y + 1, state, look);
  drawCursor(canvas, { ...area, x: left, y: top }, four, column);
  const board = { x: left, y: top + 1, width: BOARD_COLUMNS, height: ROWS * rows + 1 };
  if (hasColours) drawBoard(canvas, board, four, rows);
  else drawPlainBoard(canvas, board, four, rows);
  centre(canvas, area, board.y + board.height, hint, styles.hint);
}

function drawPlayers(canvas: Canvas, area: Area, { own, other }: Four): void {
  const name = shorten(other ? labelOf(other.name, other.player) : '–', 30);
  const mine = `${discs[own.colour]?.char} you  ${own.wins}`;
  const its = `${other?.wins ?? 0}  ${name} ${discs[3 - own.colour]?.char}`;
  const middle = area.x + Math.floor(area.width / 2);
  const colour = (of: number): Style => style(of === 1 ? 203 : 220, BLACK, BOLD);
  canvas.write(middle - 2 - widthOf(mine), area.y, mine, colour(own.colour), area);
  canvas.write(middle, area.y, ':', styles.event, area);
  canvas.write(middle + 3, area.y, its, colour(3 - own.colour), area);
}

/** The disc that would fall, while it is one's turn. */
function drawCursor(canvas: Canvas, { x, y, ...size }: Area, four: Four, column: number): void {
  const { board, own } = four;
  if (board.turn !== own.colour) return;
  const chars = isFull(board, column) ? 'full' : ` ${discs[own.colour]?.char}↓ `;
  const look = isFull(board, column) ? styles.barBad : discs[own.colour]!.look;
  canvas.write(x + column * CELL_COLUMNS + 1, y, chars, look, { x, y, ...size });
}

function drawBoard(canvas: Canvas, area: Area, { board }: Four, rows: number): void {
  canvas.fill(area, BOARD);
  for (let x = 0; x < COLUMNS; x++) {
    const left = area.x + x * CELL_COLUMNS + 1;
    for (let y = 0; y < ROWS; y++) {
      const { char, look, line } = discs[discAt(board, x, y)] ?? discs[0];
      const isLine = board.winner > 0 && isInLine(board, x, y);
      const top = area.y + (ROWS - 1 - y) * rows;
      const size = { width: CELL_COLUMNS - 1, height: rows };
      canvas.fill({ x: left, y: top, ...size }, isLine ? line : look);
      canvas.write(left + 1, top, char + char, isLine ? line : look, area);
    }
    canvas.write(left + 1, area.y + ROWS * rows, String(x + 1), NUMBERS, area);
  }
}

/** The board without colours: a dot is a free place, and the four that have won stand out. */
function drawPlainBoard(canvas: Canvas, area: Area, { board }: Four, rows: number): void {
  for (let x = 0; x < COLUMNS; x++) {
    const left = area.x + x * CELL_COLUMNS + 2;
    for (let y = 0; y < ROWS; y++) {
      const { char, line } = discs[discAt(board, x, y)] ?? discs[0];
      const isLine = board.winner > 0 && isInLine(board, x, y);
      const chars = char === ' ' ? '·' : char + char;
      const look = isLine ? line : styles.blank;
      canvas.write(left, area.y + (ROWS - 1 - y) * rows, chars, look, area);
    }
    canvas.write(left, area.y + ROWS * rows, String(x + 1), styles.blank, area);
  }
}

function centre(canvas: Canvas, area: Area, y: number, text: string, look: Style): void {
  const shown = shorten(text, area.width - 2);
  canvas.write(area.x + Math.floor((area.width - widthOf(shown)) / 2), y, shown, look, area);
}
