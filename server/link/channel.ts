// Messages of a table over a stream between our own processes, batched per turn of the event loop.
import type { Duplex } from 'node:stream';
import { Packr, RESERVE_START_SPACE, Unpackr } from 'msgpackr';
import { markProgress } from '../watch/progress.ts';
import type { Codec, MessageIn, ProcessMessageTable } from './table.ts';

/** Above this many unsent bytes a channel counts as congested. */
export const CONGESTED_BYTES = 8_388_608;
const LENGTH_BYTES = 4;
/** Bytes that are given in one turn of the event loop. While a stream has bytes, libuv reads on
 *  before it lets timers run: a receiver for which each frame is much work would miss its own
 *  heartbeat over the frames that wait. */
const TURN_BYTES = 262_144;
/** The most that one read brings. A shorter one has emptied the stream. */
const READ_BYTES = 65_536;

export interface ChannelOptions<Out extends ProcessMessageTable, In extends ProcessMessageTable> {
  readonly stream: Duplex;
  readonly out: Codec<Out>;
  readonly in: Codec<In>;
  /** How long messages may wait for others to go with them, in ms; 0: until the turn ends. */
  readonly lingerMs?: number;
  /** Messages go when the callback at hand is through, not at the end of the turn: quicker for who
   *  waits for a reply, dearer where many callbacks of a turn send. */
  readonly isEager?: boolean;
  message(message: MessageIn<In>): void;
  /** Every message that came in one piece has been given. */
  batchEnd?(): void;
  /** The stream has ended or failed; nothing more is given. Called once. */
  closed(error: Error | undefined): void;
  /** What was congested can take messages again. */
  drained?(): void;
}

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' });

/** A frame is a length of four bytes and a msgpack array of messages; one frame a turn. */
export class Channel<Out extends ProcessMessageTable, In extends ProcessMessageTable> {
  private messagesSent = 0;
  private bytesSent = 0;
  private readonly options: ChannelOptions<Out, In>;
  private queue: unknown[] = [];
  private flushing: NodeJS.Immediate | undefined;
  private lingering: NodeJS.Timeout | undefined;
  private open = true;
  private closing = false;
  private chunks: Buffer[] = [];
  private chunksBytes = 0;
  /** Bytes that full reads have brought one after another. */
  private turnBytes = 0;
  private isYielding = false;

  constructor(options: ChannelOptions<Out, In>) {
    this.options = options;
    const { stream } = options;
    let failure: Error | undefined;
    stream.on('data', (chunk: Buffer) => this.receive(chunk));
    stream.on('drain', () => options.drained?.());
    stream.on('error', (error) => {
      failure = error;
    });
    stream.on('close', () => {
      this.open = false;
      this.unschedule();
      options.closed(failure);
    });
    // Between our own processes an end is never half: the peer is gone.
    stream.on('end', () => stream.destroy());
  }

  /** Sends with the others of this turn. What is sent on a closed channel is dropped: the owner is
   *  told by `closed`. */
  send(message: MessageIn<Out>): void {
    if (!this.open || this.closing) return;
    this.queue.push(this.options.out.toArray(message));
    const { lingerMs = 0, isEager } = this.options;
    if (isEager) {
      if (this.queue.length === 1) process.nextTick(this.flush);
    } else if (lingerMs === 0) this.flushing ??= setImmediate(this.flush);
    else this.lingering ??= setTimeout(this.flush, lingerMs);
  }

  /** Bytes that the peer has not taken yet. */
  get unsentBytes(): number {
    return this.options.stream.writableLength;
  }

  get congested(): boolean {
    return this.unsentBytes > CONGESTED_BYTES;
  }

  /** What was sent since the last call, for the metrics. */
  takeCounts(): { messages: number; bytes: number } {
    const counts = { messages: this.messagesSent, bytes: this.bytesSent };
    this.messagesSent = 0;
    this.bytesSent = 0;
    return counts;
  }

  /** Sends what is queued and ends the stream. */
  close(): void {
    if (this.closing) return;
    this.closing = true;
    this.flush();
    this.options.stream.end();
  }

  /** Cuts: nothing more is sent, and nothing more is given but `closed`. */
  destroy(error?: Error): void {
    this.open = false;
    this.options.stream.destroy(error);
  }

  readonly flush = (): void => {
    this.unschedule();
    if (!this.open || this.queue.length === 0) return;
    const frame = packr.pack(this.queue, RESERVE_START_SPACE + LENGTH_BYTES);
    frame.writeUInt32LE(frame.length - LENGTH_BYTES, 0);
    this.messagesSent += this.queue.length;
    this.bytesSent += frame.length;
    this.queue = [];
    this.options.stream.write(frame);
  };

  private unschedule(): void {
    clearImmediate(this.flushing);
    clearTimeout(this.lingering);
    this.flushing = undefined;
    this.lingering = undefined;
  }

  /** Lets the event loop turn where the stream brings more than a turn should handle. */
  private yieldIfDue(bytes: number): void {
    if (bytes < READ_BYTES) {
      this.turnBytes = 0;
      return;
    }
    this.turnBytes += bytes;
    if (this.turnBytes < TURN_BYTES || this.isYielding) return;
    this.isYielding = true;
    this.options.stream.pause();
    setImmediate(() => {
      this.isYielding = false;
      this.turnBytes = 0;
      if (this.open) this.options.stream.resume();
    });
  }

  private receive(chunk: Buffer): void {
    this.yieldIfDue(chunk.length);
    // Mostly a chunk is one frame.
    const isWhole =
      this.chunksBytes === 0 &&
      chunk.length > LENGTH_BYTES &&
      chunk.readUInt32LE(0) === chunk.length - LENGTH_BYTES;
    if (isWhole) {
      if (this.open) this.dispatch(chunk.subarray(LENGTH_BYTES));
      return;
    }
    this.chunks.push(chunk);
    this.chunksBytes += chunk.length;
    // A frame of many chunks is joined once, when its last one is here.
    while (this.open && this.chunksBytes >= LENGTH_BYTES) {
      const needed = LENGTH_BYTES + this.peekLength();
      if (this.chunksBytes < needed) return;
      const whole = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
      const rest = whole.subarray(needed);
      this.chunks = rest.length > 0 ? [rest] : [];
      this.chunksBytes = rest.length;
      this.dispatch(whole.subarray(LENGTH_BYTES, needed));
    }
  }

  private peekLength(): number {
    if (this.chunks[0]!.length < LENGTH_BYTES) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0]!.readUInt32LE(0);
  }

  private dispatch(body: Buffer): void {
    const batch = unpackr.unpack(body) as unknown[][];
    for (const values of batch) {
      if (!this.open) return;
      const message = this.options.in.fromArray(values);
      if (message) this.options.message(message);
      markProgress();
    }
    if (this.open) this.options.batchEnd?.();
  }
}
