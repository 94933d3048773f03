// Text as terminal cells: which characters take none, one or two columns.
import termkit from 'terminal-kit';

export interface Glyph {
  readonly char: string;
  /** Columns: 1 or 2. */
  readonly width: number;
}

const PLAIN = /^[\x20-\x7e]*$/;
/** What takes no column, or joins with the character before: controls, marks, vowels of Hangul. */
const COLUMNLESS = /[\p{C}\p{Mn}\p{Me}\u1160-\u11ff\ud7b0-\ud7ff]/u;

/** The characters of `text` that a cell can hold. A cell holds one code point: control characters
 *  and what would combine with the character before are left out. */
export function glyphsOf(text: string): Glyph[] {
  if (PLAIN.test(text)) return Array.from(text, (char) => ({ char, width: 1 }));
  const glyphs: Glyph[] = [];
  for (const char of text) {
    const width = COLUMNLESS.test(char) ? 0 : termkit.stringWidth(char);
    if (width > 0) glyphs.push({ char, width });
  }
  return glyphs;
}

/** How many columns `text` takes. */
export function widthOf(text: string): number {
  return PLAIN.test(text) ? text.length : glyphsOf(text).reduce((sum, { width }) => sum + width, 0);
}

/** `text`, cut with an ellipsis where it is wider than `columns`. */
export function shorten(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let room = columns - 1;
  for (const { char, width } of glyphsOf(text)) {
    room -= width;
    if (room < 0) break;
    kept += char;
  }
  return columns > 0 ? `${kept}…` : '';
}

/** The end of `text` that fits into `columns`. */
export function tail(text: string, columns: number): string {
  let kept = '';
  let room = columns;
  for (const { char, width } of glyphsOf(text).reverse()) {
    room -= width;
    if (room < 0) break;
    kept = char + kept;
  }
  return kept;
}

/** Breaks `text` into lines of at most `columns` columns: at spaces, and inside a word only where the word alone is
 *  too long. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = piecesOf(word, columns);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  return line === '' ? lines : [...lines, line];
}

/** A word in pieces of at most `columns`; a character that is wider than that is left out. */
function piecesOf(word: string, columns: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let room = columns;
  for (const { char, width } of glyphsOf(word)) {
    if (width > columns) continue;
    if (width > room) {
      pieces.push(piece);
      piece = '';
      room = columns;
    }
    piece += char;
    room -= width;
  }
  return piece === '' ? pieces : [...pieces, piece];
}
