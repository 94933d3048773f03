// A connection whose process waits in a blocking read, for as long as nothing in it needs the event loop.
//
// To wake an event loop, and to have it wait again, costs more than the rest of a small task. From the
// first need on this is a `Connection` like any other, for the life of the process.
import { readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { Connection } from './connection.ts';
import { EventLoopNeed } from './event-loop-need.ts';
import { FrameReader, frameOfOne } from './frame.ts';

/** More than a pipe holds. */
const READ_BYTES = 262_144;

export interface BlockingConnectionOptions<Out, In> {
  /** In blocking mode, as the system gives it to a process. */
  readonly fd: number;
  message(message: In): void;
  /** Whether nothing goes on but what Node knows of: no promise is waited for. */
  isAtRest(): boolean;
  /** As of a `Connection`. */
  closed(): void;
  unsendable(message: Out, error: unknown): void;
}

export class BlockingConnection<Out, In> {
  private readonly options: BlockingConnectionOptions<Out, In>;
  private readonly frames: FrameReader<In>;
  private readonly need = new EventLoopNeed();
  private readonly room = Buffer.allocUnsafeSlow(READ_BYTES);
  private connection: Connection<Out, In> | undefined;

  /** Waits from the next turn of the event loop on. */
  constructor(options: BlockingConnectionOptions<Out, In>) {
    this.options = options;
    this.frames = new FrameReader(options.message);
    this.need.turn(this.wait);
  }

  /** Sends before this returns: while the event loop turns, as far as the pipe takes it. */
  send(message: Out): void {
    if (this.connection) {
      this.connection.send(message);
      this.connection.flush();
      return;
    }
    const frame = frameOfOne(message, this.options);
    if (frame) this.write(frame);
  }

  /** Whether the system has taken everything that was sent. */
  get isClear(): boolean {
    return this.connection?.isClear ?? true;
  }

  /** Calls `run` when it has. */
  whenClear(run: () => void): void {
    this.useEventLoop().whenClear(run);
  }

  /** Sends what waits, and ends. @param sent called when the system has everything. */
  end(sent?: () => void): void {
    this.useEventLoop().end(sent);
  }

  /** Never waits in a read again. Idempotent. */
  useEventLoop(): Connection<Out, In> {
    if (this.connection) return this.connection;
    this.need.close();
    const { fd, message, closed, unsendable } = this.options;
    const stream = new Socket({ fd, readable: true, writable: true });
    this.connection = new Connection({ stream, message, frames: this.frames, closed, unsendable });
    return this.connection;
  }

  /** In a turn of its own each time: what the messages before have left to run has run, and what
   *  nothing caught was told. */
  private readonly wait = (): void => {
    if (this.connection) return;
    if (this.need.isThere || !this.options.isAtRest()) {
      this.useEventLoop();
      return;
    }
    const bytes = this.read();
    if (bytes === 0) {
      this.useEventLoop();
      return;
    }
    // Before the messages, which may throw what somebody catches.
    this.need.turn(this.wait);
    if (this.frames.takeSmall(this.room, bytes)) return;
    this.frames.push(Buffer.from(this.room.subarray(0, bytes)));
  };

  /** @returns 0 at the end, and where a signal breaks in (a debugger is wanted) or anything else is
   *  wrong: the event loop then knows what to do. */
  private read(): number {
    try {
      return readSync(this.options.fd, this.room, 0, READ_BYTES, null);
    } catch {
      return 0;
    }
  }

  /** The parent always reads: whoever waits for it here does not wait for himself. */
  private write(frame: Buffer): void {
    let written = 0;
    try {
      while (written < frame.length) {
        written += writeSync(this.options.fd, frame, written, frame.length - written, null);
      }
    } catch {
      // As a rule the parent is gone.
      this.useEventLoop().write(frame.subarray(written));
    }
  }
}
