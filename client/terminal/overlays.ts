// What can stand over the picture: help, scores, a notice, and the word that the window is small.
import { isBot } from '../../protocol/index.ts';
import type { Goods } from '../index.ts';
import { anyHelp, type HelpLine } from './any-game/any-help.ts';
import type { Area, Canvas } from './canvas.ts';
import { keymapOf } from './keymap.ts';
import { COLUMNS_MIN, ROWS_MIN } from './layout.ts';
import type { Model } from './model.ts';
import type { Score, Scores } from './scores.ts';
import { cleanText } from './shown-text.ts';
import { BOLD, backgroundOf, type Style, style, styles } from './style.ts';
import { shorten, widthOf, wrap } from './text.ts';
import { ownedText } from './trade-words.ts';
import type { Miner } from './world.ts';

const HELP_COLUMNS = 56;
const KEY_COLUMNS = 18;
const SCORE_COLUMNS = 46;

interface Line {
  readonly text: string;
  readonly look: Style;
  /** Characters with a look of their own, by their columns. */
  readonly marks?: readonly {
    readonly column: number;
    readonly char: string;
    readonly look: Style;
  }[];
}

const plain = (text: string): Line => ({ text, look: styles.box });
const title = (text: string): Line => ({ text, look: styles.boxTitle });

export function drawHelp(canvas: Canvas, area: Area, model: Model): void {
  const { world, game, keymap } = model;
  const isAny = keymapOf(game) === undefined;
  const rules = isAny ? undefined : rulesOf(world?.about);
  const goal = rules ? wrap(rules, HELP_COLUMNS).map(title) : [];
  const lines = goal.length > 0 ? [...goal, plain('')] : [];
  lines.push(...keymap.rows.flatMap(({ keys, text }) => keyLines(keys, text)));
  if (isAny) {
    const { said, more } = anyHelp(world, model.any, HELP_COLUMNS);
    lines.unshift(...said.flatMap((text) => wrap(text, HELP_COLUMNS).map(title)), plain(''));
    lines.push(...more.flatMap(helpLines));
  }
  drawBox(canvas, area, lines, HELP_COLUMNS);
}

function keyLines(keys: string, text: string): Line[] {
  const texts = wrap(text, HELP_COLUMNS - KEY_COLUMNS - 1);
  return texts.map((line, i) => plain(`${(i === 0 ? keys : '').padEnd(KEY_COLUMNS)} ${line}`));
}

function helpLines({ text, isTitle = false, marks }: HelpLine): Line[] {
  if (isTitle) return [title(text)];
  if (!marks) return text === '' ? [plain('')] : wrap(text, HELP_COLUMNS).map(plain);
  const shown = marks.map(({ column, row: { mark, look } }) => ({
    column,
    char: mark,
    look: style(look.ink, look.ground ?? backgroundOf(styles.box), BOLD),
  }));
  return [{ ...plain(text), marks: shown }];
}

function rulesOf(about: unknown): string | undefined {
  const rules = (about as { rules?: unknown } | null | undefined)?.rules;
  return typeof rules === 'string' ? rules : undefined;
}

export function drawScores(canvas: Canvas, area: Area, { scores, owned, world }: Model): void {
  const miners = [...(world?.of<Miner>('miner') ?? [])];
  const hasBots = miners.some(({ player }) => isBot(player));
  const bots = hasBots ? [plain('Bots, marked (bot), have no place here.')] : [];
  drawBox(canvas, area, [...scoreLines(scores), ...bots, ...ownedLines(owned)], SCORE_COLUMNS);
}

function ownedLines(owned: Goods | undefined): Line[] {
  if (!owned) return [];
  return [plain(''), ...wrap(ownedText(owned), SCORE_COLUMNS).map(plain)];
}

function scoreLines(scores: Scores | string | undefined): Line[] {
  if (scores === undefined) return [plain('Asking for the scores…')];
  if (typeof scores === 'string') return [plain(scores)];
  const { top, own } = scores;
  const head = title(columns('', 'Scores', 'banked', 'carried'));
  const isListed = own.place > 0 && top.some((score) => isOwn(score, own));
  const rows = top.map((score) => ({
    text: scoreText(score),
    look: isOwn(score, own) ? styles.boxOwn : styles.box,
  }));
  if (rows.length === 0) rows.push(plain('No player has banked any gold yet.'));
  return isListed ? [head, ...rows] : [head, ...rows, plain(''), ownLine(own)];
}

/** Rows have no number of the player; a namesake with the same gold is no harm. */
function isOwn(score: Score, own: Score): boolean {
  return score.name === own.name && score.banked === own.banked && score.place === own.place;
}

function ownLine(own: Score): Line {
  return { text: scoreText(own), look: styles.boxOwn };
}

function scoreText({ place, name, banked, carried }: Score): string {
  return columns(place > 0 ? String(place) : '–', name, String(banked), String(carried));
}

function columns(place: string, name: string, banked: string, carried: string): string {
  const cut = shorten(cleanText(name), 24);
  const padded = cut + ' '.repeat(24 - widthOf(cut));
  return `${place.padStart(4)} ${padded} ${banked.padStart(7)} ${carried.padStart(8)}`;
}

export function drawNotice(canvas: Canvas, area: Area, text: string): void {
  const lines = wrap(text, area.width - 8);
  const width = Math.max(...lines.map(widthOf)) + 4;
  const x = area.x + Math.floor((area.width - width) / 2);
  const y = area.y + Math.floor(area.height / 4);
  canvas.fill({ x, y, width, height: lines.length + 2 }, styles.notice);
  lines.forEach((line, i) => {
    const centred = x + Math.floor((width - widthOf(line)) / 2);
    canvas.write(centred, y + 1 + i, line, styles.notice, area);
  });
}

export function drawTooSmall(canvas: Canvas): void {
  const { width, height } = canvas;
  const text = `This window has ${width}×${height} characters. The game needs ${COLUMNS_MIN}×${ROWS_MIN}: please make it larger.`;
  const lines = wrap(text, Math.max(1, width - 2));
  const y = Math.max(0, Math.floor((height - lines.length) / 2));
  lines.forEach((line, i) => {
    canvas.write(Math.max(0, Math.floor((width - widthOf(line)) / 2)), y + i, line, styles.event);
  });
}

/** Without those that only make space, where there is none; where it is still too much, it is said that lines
 *  are missing. */
function fittingLines(lines: readonly Line[], rows: number): readonly Line[] {
  if (lines.length <= rows) return lines;
  const dense = lines.filter(({ text }) => text !== '');
  if (dense.length <= rows) return dense;
  return [...dense.slice(0, rows - 1), plain('… more in a taller window')];
}

/** A framed box in the middle of `area`. */
function drawBox(canvas: Canvas, area: Area, all: readonly Line[], textColumns: number): void {
  const lines = fittingLines(all, area.height - 2);
  const width = textColumns + 4;
  const height = Math.min(lines.length + 2, area.height);
  const x = area.x + Math.floor((area.width - width) / 2);
  const y = area.y + Math.floor((area.height - height) / 2);
  const edge = '─'.repeat(width - 2);
  canvas.fill({ x, y, width, height }, styles.box);
  canvas.write(x, y, `┌${edge}┐`, styles.boxFrame, area);
  canvas.write(x, y + height - 1, `└${edge}┘`, styles.boxFrame, area);
  for (let i = 1; i < height - 1; i++) {
    canvas.set(x, y + i, '│', styles.boxFrame, area);
    canvas.set(x + width - 1, y + i, '│', styles.boxFrame, area);
    const { text, look, marks = [] } = lines[i - 1]!;
    canvas.write(x + 2, y + i, shorten(text, textColumns), look, area);
    for (const mark of marks) canvas.write(x + 2 + mark.column, y + i, mark.char, mark.look, area);
  }
}
