// The picture before it is on the screen: a grid of cells, each a character and a style.
import type { Colour, Style } from './style.ts';
import { glyphsOf } from './text.ts';

/** A part of the canvas, in columns and rows from its upper left corner. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export class Canvas implements Area {
  readonly x = 0;
  readonly y = 0;
  readonly width: number;
  readonly height: number;
  /** By row; empty in the cell that a wide character before it covers. */
  readonly chars: string[];
  readonly styles: Uint32Array;

  constructor(width: number, height: number, look: Style) {
    this.width = width;
    this.height = height;
    this.chars = new Array<string>(width * height).fill(' ');
    this.styles = new Uint32Array(width * height).fill(look);
  }

  fill({ x, y, width, height }: Area, look: Style): void {
    const end = Math.min(x + width, this.width);
    if (end <= Math.max(0, x)) return;
    for (let row = Math.max(0, y); row < Math.min(y + height, this.height); row++) {
      this.put(row * this.width + Math.max(0, x), ' ');
      this.put(row * this.width + end - 1, ' ');
      this.chars.fill(' ', row * this.width + Math.max(0, x), row * this.width + end);
      this.styles.fill(look, row * this.width + Math.max(0, x), row * this.width + end);
    }
  }

  /** Writes a character of one column; nothing outside of `clip`. */
  set(x: number, y: number, char: string, look: Style, clip: Area = this): void {
    if (!holds(clip, x, y)) return;
    const at = y * this.width + x;
    this.put(at, char);
    this.styles[at] = look;
  }

  /** Writes text in one row; what lies outside of `clip` is cut off.
   *  @returns the column after it. */
  write(x: number, y: number, text: string, look: Style, clip: Area = this): number {
    let column = x;
    for (const { char, width } of glyphsOf(text)) {
      if (width === 1) this.set(column, y, char, look, clip);
      else if (holds(clip, column, y) && holds(clip, column + 1, y)) {
        this.set(column, y, char, look);
        this.set(column + 1, y, '', look);
      }
      column += width;
    }
    return column;
  }

  /** Writes text in `colour` and leaves each cell its background. */
  overlay(x: number, y: number, text: string, colour: Colour, clip: Area): void {
    let column = x;
    for (const { char, width } of glyphsOf(text)) {
      if (holds(clip, column, y) && holds(clip, column + width - 1, y)) {
        const at = y * this.width + column;
        for (let i = 0; i < width; i++) {
          this.put(at + i, i === 0 ? char : '');
          this.styles[at + i] = (this.styles[at]! & 0xff00) | colour;
        }
      }
      column += width;
    }
  }

  /** Where half of a wide character is covered, the other half becomes a blank: a terminal draws such
   *  a character over both cells, and would move the rest of the row. */
  private put(at: number, char: string): void {
    const { chars } = this;
    if (chars[at] === '' && char !== '') chars[at - 1] = ' ';
    if (chars[at + 1] === '' && (at + 1) % this.width !== 0) chars[at + 1] = ' ';
    chars[at] = char;
  }

  /** A row as a string, for tests and for people. */
  row(y: number): string {
    return this.chars.slice(y * this.width, (y + 1) * this.width).join('');
  }
}

function holds({ x, y, width, height }: Area, column: number, row: number): boolean {
  return column >= x && row >= y && column < x + width && row < y + height;
}
