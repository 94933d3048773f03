// The terminal as a screen: brings a canvas onto it, writing only the cells that have changed.
import type { ReadStream, WriteStream } from 'node:tty';
import termkit from 'terminal-kit';
import type { Canvas } from './canvas.ts';
import { withoutColours } from './style.ts';

const COLUMNS_UNKNOWN = 80;
const ROWS_UNKNOWN = 24;
/** What is pasted comes in brackets; and a row that is wider than the client thinks, because the
 *  terminal draws a character wider, does not go on in the first column of the next one. */
const MODES_ON = '\x1b[?2004h\x1b[?7l';
const MODES_OFF = '\x1b[?2004l\x1b[?7h';

export class Screen {
  private readonly stdout: WriteStream;
  private readonly terminal: termkit.Terminal;
  /** Fewer than 256 colours are as good as none: the cave has shades of one. */
  readonly hasColours: boolean;
  private buffer: termkit.ScreenBuffer | undefined;
  private shown: Canvas | undefined;
  private isOpen = false;

  constructor(stdin: ReadStream, stdout: WriteStream, term: string | undefined) {
    this.stdout = stdout;
    this.hasColours = hasManyColours(term, stdout);
    this.terminal = this.hasColours
      ? termkit.createTerminal({ stdin, stdout, generic: 'xterm-256color', appId: '', appName: '' })
      : termkit.terminal;
  }

  get width(): number {
    return this.stdout.columns || COLUMNS_UNKNOWN;
  }

  get height(): number {
    return this.stdout.rows || ROWS_UNKNOWN;
  }

  /** Also after `close`. */
  open(): void {
    this.isOpen = true;
    this.terminal.fullscreen(true);
    this.terminal.hideCursor();
    this.stdout.write(MODES_ON);
  }

  /** Whether `show` has anything to do is found out here: the same canvas again costs no output. */
  show(canvas: Canvas): void {
    if (!this.isOpen) return;
    const { width, height } = canvas;
    if (!this.buffer || !this.shown || this.shown.width !== width || this.shown.height !== height) {
      this.buffer = new termkit.ScreenBuffer({ dst: this.terminal, width, height });
      this.shown = undefined;
    }
    const isChanged = putChanges(this.buffer, canvas, this.shown, this.hasColours);
    this.shown = canvas;
    if (isChanged) this.buffer.draw({ delta: true });
  }

  /** The next canvas is written as a whole: something else has written to the terminal. */
  repaint(): void {
    this.buffer = undefined;
    if (this.isOpen) this.terminal.clear();
  }

  /** Gives the terminal back as it was; idempotent, and harmless where the terminal is gone. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.terminal.styleReset();
    this.stdout.write(MODES_OFF);
    this.terminal.hideCursor(false);
    this.terminal.fullscreen(false);
  }
}

/** terminal-kit knows few terminals by name and gives the others 16 colours, tmux among them. Node
 *  knows NO_COLOR. */
function hasManyColours(term: string | undefined, stdout: WriteStream): boolean {
  return term !== 'linux' && stdout.getColorDepth() >= 8;
}

/** Copies the cells that differ, in runs of one style. @returns whether there were any. */
function putChanges(
  buffer: termkit.ScreenBuffer,
  canvas: Canvas,
  shown: Canvas | undefined,
  hasColours: boolean,
): boolean {
  const { chars, styles, width } = canvas;
  const differs = (at: number): boolean =>
    shown === undefined || chars[at] !== shown.chars[at] || styles[at] !== shown.styles[at];
  let isChanged = false;
  for (let at = 0; at < chars.length; ) {
    if (!differs(at) || chars[at] === '') {
      at++;
      continue;
    }
    const start = at;
    const rowEnd = start - (start % width) + width;
    let run = '';
    do run += chars[at++];
    while (at < rowEnd && styles[at] === styles[start] && (differs(at) || chars[at] === ''));
    const place = { x: start % width, y: Math.floor(start / width) };
    const attr = hasColours ? styles[start]! : withoutColours(styles[start]!);
    buffer.put({ ...place, attr, wrap: false, dx: 1, dy: 0 }, run);
    isChanged = true;
  }
  return isChanged;
}
