// The keys of the terminal, one by one as they are pressed.
import { emitKeypressEvents, type Interface } from 'node:readline';
import type { ReadStream } from 'node:tty';
import type { Key } from './keymap.ts';

/** An Esc that nothing follows for so long is the key and not the beginning of another's code. */
const ESCAPE_MS = 50;

export class Keyboard {
  private readonly stdin: ReadStream;
  private readonly pressed: (key: Key) => void;

  constructor(stdin: ReadStream, pressed: (key: Key) => void) {
    this.stdin = stdin;
    this.pressed = pressed;
  }

  open(): void {
    // Of an interface only this option is read.
    emitKeypressEvents(this.stdin, { escapeCodeTimeout: ESCAPE_MS } as unknown as Interface);
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

  private readonly keypress = (_text: string | undefined, key: Key): void => this.pressed(key);
}
