// The keys of the terminal, one by one as they are pressed, and what is pasted as one key.
import { emitKeypressEvents, type Interface } from 'node:readline';
import type { ReadStream } from 'node:tty';
import type { Key } from './keymap.ts';
import { PASTE } from './line-editor.ts';

/** An Esc that nothing follows for so long is the key and not the beginning of another's code. */
const ESCAPE_MS = 50;
/** More of a paste than this is dropped: a line of chat is much shorter. */
const PASTE_MAX = 4096;

export class Keyboard {
  private readonly stdin: ReadStream;
  private readonly pressed: (key: Key) => void;
  /** What was pasted so far; undefined while nothing is pasted. */
  private pasted: string | undefined;

  constructor(stdin: ReadStream, pressed: (key: Key) => void) {
    this.stdin = stdin;
    this.pressed = pressed;
    // Of an interface only this option is read.
    emitKeypressEvents(stdin, { escapeCodeTimeout: ESCAPE_MS } as unknown as Interface);
  }

  /** Also after `close`. */
  open(): void {
    this.pasted = undefined;
    this.stdin.on('keypress', this.keypress);
    this.stdin.setRawMode(true);
    this.stdin.resume();
  }

  /** Idempotent. */
  close(): void {
    this.stdin.off('keypress', this.keypress);
    try {
      this.stdin.setRawMode(false);
    } catch {
      // The terminal is gone, and its mode with it.
    }
    this.stdin.pause();
  }

  private readonly keypress = (text: string | undefined, key: Key): void => {
    const isLost = key.ctrl === true && key.name === 'c';
    if (key.name === 'paste-start') this.pasted = '';
    else if (key.name === 'paste-end') this.endPaste();
    else if (this.pasted === undefined || isLost) {
      // A Ctrl-C is never pasted: the end of the paste was lost.
      this.pasted = undefined;
      this.pressed(key);
    } else if (this.pasted.length < PASTE_MAX) this.pasted += text ?? key.sequence ?? '';
  };

  private endPaste(): void {
    const sequence = this.pasted;
    this.pasted = undefined;
    if (sequence !== undefined) this.pressed({ name: PASTE, sequence });
  }
}
