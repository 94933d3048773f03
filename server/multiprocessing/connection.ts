// Structured values over a stream between two processes: what one callback sends is a frame.
import type { Duplex } from 'node:stream';
import { BadFrame, FrameReader, frameOf, frameOfOne } from './frame.ts';

const nothing = Buffer.alloc(0);

export interface ConnectionOptions<Out, In> {
  readonly stream: Duplex;
  message(message: In): void;
  /** Of the messages before, where the stream goes on from within a frame. Default: a new one. */
  readonly frames?: FrameReader<In>;
  /** The other end is gone, or this one was closed; nothing more is given. Called once. */
  closed(): void;
  /** A message was not sent: it is too large, or cannot be cloned. */
  unsendable(message: Out, error: unknown): void;
}

export class Connection<Out, In> {
  private readonly options: ConnectionOptions<Out, In>;
  private queue: Out[] = [];

  constructor(options: ConnectionOptions<Out, In>) {
    this.options = options;
    const { stream, frames = new FrameReader(options.message) } = options;
    stream.on('data', (chunk: Buffer) => {
      try {
        frames.push(chunk);
      } catch (error) {
        if (!(error instanceof BadFrame)) throw error;
        // The bytes after it cannot be told apart from the rest of it.
        stream.destroy(error);
      }
    });
    // The peer is gone; `close` says so.
    stream.on('error', () => {});
    stream.on('end', () => stream.destroy());
    stream.on('close', () => {
      this.queue = [];
      options.closed();
    });
  }

  /** Sends with the others of this callback, in order. What is sent on a closed connection is dropped. */
  send(message: Out): void {
    if (this.queue.push(message) === 1) process.nextTick(this.flush);
  }

  /** Sends what waits before this returns, as far as the pipe takes it. */
  readonly flush = (): void => {
    const messages = this.queue;
    if (messages.length === 0) return;
    this.queue = [];
    try {
      this.write(frameOf(messages));
    } catch {
      // Only those that cannot be sent are left out.
      for (const message of messages) this.sendAlone(message);
    }
  };

  write(frame: Buffer): void {
    if (this.options.stream.writable) this.options.stream.write(frame);
  }

  /** Whether the system has taken everything that was sent. */
  get isClear(): boolean {
    return this.options.stream.writableLength === 0;
  }

  /** Calls `run` when it has. */
  whenClear(run: () => void): void {
    this.options.stream.write(nothing, () => run());
  }

  /** Sends what waits, and ends. @param sent called when the system has everything. */
  end(sent?: () => void): void {
    this.flush();
    this.options.stream.end(sent);
  }

  private sendAlone(message: Out): void {
    const frame = frameOfOne(message, this.options);
    if (frame) this.write(frame);
  }
}
