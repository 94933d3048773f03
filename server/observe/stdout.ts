// This process's stdout for lines of a log: written at once where there is place, and never waited for.
import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { LogOutput } from './log-writer.ts';

/** What takes text without blocking, and keeps what the system has no place for. */
export interface TextStream {
  readonly writableLength: number;
  write(text: string, done?: (error?: Error | null) => void): unknown;
  on(event: 'drain' | 'error', listener: () => void): unknown;
}

/** So much waits for a reader that stands still; what comes after it is dropped. */
const WAITING_BYTES_MAX = 1_048_576;
/** Lines are taken again from here on: not one each time one has gone. */
const WAITING_BYTES_AGAIN = WAITING_BYTES_MAX / 2;
const STDOUT = 1;

/** A pipe or a terminal whose reader stands still gets a bounded part, and then a line that says how
 *  many were dropped. A reader that is gone gets nothing more. */
export class StreamOutput implements LogOutput {
  readonly isTerminal: boolean;
  onDropped: ((count: number) => void) | undefined;
  private readonly stream: TextStream;
  private isDropping = false;
  private isGone = false;
  /** Since it was told last. */
  private untold = 0;
  private uncounted = 0;

  constructor(stream: TextStream, isTerminal: boolean) {
    this.stream = stream;
    this.isTerminal = isTerminal;
    stream.on('drain', () => this.resumeIfPlace());
    stream.on('error', () => {
      this.isGone = true;
    });
  }

  write(text: string): void {
    this.resumeIfPlace();
    const waits = this.stream.writableLength + Buffer.byteLength(text);
    this.isDropping ||= waits > WAITING_BYTES_MAX;
    if (this.isDropping || this.isGone) {
      this.untold++;
      this.uncounted++;
    } else this.stream.write(text);
  }

  takeDropped(): number {
    const { uncounted } = this;
    this.uncounted = 0;
    return uncounted;
  }

  async flush(ms: number): Promise<void> {
    if (this.isGone || this.stream.writableLength === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.stream.write('', () => resolve());
    await promise;
    clearTimeout(timer);
  }

  private resumeIfPlace(): void {
    if (!this.isDropping || this.stream.writableLength > WAITING_BYTES_AGAIN) return;
    this.isDropping = false;
    const { untold } = this;
    this.untold = 0;
    this.onDropped?.(untold);
  }
}

/** A file: what it does not take (a full disk) is dropped, and what comes after it is tried again. */
export class FileOutput implements LogOutput {
  readonly isTerminal = false;
  onDropped: ((count: number) => void) | undefined;
  private readonly writeSome: (bytes: Uint8Array) => number;
  /** The file ends with the first part of a line, whose rest was not taken. */
  private isMidLine = false;
  private untold = 0;
  private uncounted = 0;

  /** @param writeSome writes the first of the bytes, and tells how many; throws what the system refuses. */
  constructor(writeSome: (bytes: Uint8Array) => number) {
    this.writeSome = writeSome;
  }

  write(text: string): void {
    if (!this.put(text)) {
      this.untold++;
      this.uncounted++;
      return;
    }
    const { untold } = this;
    this.untold = 0;
    if (untold > 0) this.onDropped?.(untold);
  }

  takeDropped(): number {
    const { uncounted } = this;
    this.uncounted = 0;
    return uncounted;
  }

  async flush(): Promise<void> {}

  private put(text: string): boolean {
    let rest: Uint8Array = Buffer.from(this.isMidLine ? `\n${text}` : text);
    try {
      while (rest.length > 0) {
        rest = rest.subarray(this.writeSome(rest));
        this.isMidLine = rest.length > 0;
      }
      return true;
    } catch {
      return false;
    }
  }
}

let ofProcess: LogOutput | undefined;

/** The one of this process: two would each keep a part of what waits. */
export function standardOutput(): LogOutput {
  ofProcess ??= open();
  return ofProcess;
}

function open(): LogOutput {
  const isTerminal = isatty(STDOUT);
  const of = fstatSync(STDOUT);
  if (!isTerminal && !of.isFIFO() && !of.isSocket()) {
    return new FileOutput((bytes) => writeSync(STDOUT, bytes));
  }
  const { stdout } = process;
  // Node has a terminal block, where Ctrl-S would stop the process.
  if (isTerminal) (stdout as Blocking)._handle?.setBlocking?.(false);
  return new StreamOutput(stdout, isTerminal);
}

type Blocking = { _handle?: { setBlocking?(isBlocking: boolean): void } };
