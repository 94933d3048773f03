// Messages of a table over a stream between our own processes, batched per turn of the event loop.
import type { Duplex } from 'node:stream';
import { Packr, RESERVE_START_SPACE, Unpackr } from 'msgpackr';
import { refuseMsgpack } from '../../protocol/scan.ts';
import { markProgress } from '../watch/progress.ts';
import { FRAME_MESSAGES_MAX, partsOf } from './frame-parts.ts';
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

/** For messages from outside. */
export interface Guard {
  /** @returns what is wrong with the values of one message, or undefined. */
  faultOf(values: readonly unknown[]): string | undefined;
  /** A longer frame is refused when its length has come. */
  readonly frameBytesMax: number;
}

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
  /** For a stream whose other end may send anything: what is wrong with it ends the stream, and is the
   *  error that `closed` is given. */
  readonly guard?: Guard;
  /** Frames of more than one message that are sent are not larger. */
  readonly frameBytesMax?: number;
  /** Bytes were written, or a part of a frame has come: `heldBytes` may have grown by that. */
  grown?(bytes: number): void;
  /** Every message that came in one piece has been given. */
  batchEnd?(): void;
  /** The stream has ended or failed; nothing more is given. Called once. */
  closed(error: Error | undefined): void;
  /** What was congested can take messages again. */
  drained?(): void;
}

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' });
/** Values that are kept must not keep the frame in which they came. */
const copyingUnpackr = new Unpackr({
  useRecords: false,
  int64AsType: 'number',
  copyBuffers: true,
});

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
  private isPaused = false;
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

  /** Bytes that this process holds for the peer: of its unfinished frame, and those that it has not taken. */
  get heldBytes(): number {
    return this.chunksBytes + this.unsentBytes;
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

  /** Nothing is read until `resume`, but what came in the same piece. Idempotent. */
  pause(): void {
    this.isPaused = true;
    this.options.stream.pause();
  }

  resume(): void {
    this.isPaused = false;
    if (!this.isYielding) this.options.stream.resume();
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
    const { queue } = this;
    this.queue = [];
    const { frameBytesMax } = this.options;
    if (frameBytesMax === undefined) this.write(queue);
    else for (const part of partsOf(queue, frameBytesMax)) if (this.open) this.write(part);
  };

  private write(batch: readonly unknown[]): void {
    const frame = packr.pack(batch, RESERVE_START_SPACE + LENGTH_BYTES);
    frame.writeUInt32LE(frame.length - LENGTH_BYTES, 0);
    this.messagesSent += batch.length;
    this.bytesSent += frame.length;
    this.options.stream.write(frame);
    this.options.grown?.(frame.length);
  }

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
      if (this.open && !this.isPaused) this.options.stream.resume();
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
    this.append(chunk);
    this.options.grown?.(chunk.length);
    // A frame of many chunks is joined once, when its last one is here.
    while (this.open && this.chunksBytes >= LENGTH_BYTES) {
      const needed = LENGTH_BYTES + this.peekLength();
      const { guard } = this.options;
      if (guard && needed - LENGTH_BYTES > guard.frameBytesMax) {
        this.refuse(`a frame says that it has ${needed - LENGTH_BYTES} bytes`);
        return;
      }
      if (this.chunksBytes < needed) return;
      const whole = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
      const rest = whole.subarray(needed);
      // A view would keep the whole frame for a peer that ends its bytes just behind it.
      const kept = guard ? Buffer.from(rest) : rest;
      this.chunks = kept.length > 0 ? [kept] : [];
      this.chunksBytes = rest.length;
      this.dispatch(whole.subarray(LENGTH_BYTES, needed));
    }
  }

  /** Joins small chunks like the digits of a binary counter: a frame that comes byte by byte is not kept as
   *  one buffer for each byte, and each byte is copied about 16 times. */
  private append(chunk: Buffer): void {
    const { chunks } = this;
    this.chunksBytes += chunk.length;
    let last = chunk;
    while (chunks.length > 0 && chunks.at(-1)!.length <= last.length && last.length < READ_BYTES) {
      last = Buffer.concat([chunks.pop()!, last]);
    }
    chunks.push(last);
  }

  private peekLength(): number {
    if (this.chunks[0]!.length < LENGTH_BYTES) {
      this.chunks.splice(0, this.chunks.length, Buffer.concat(this.chunks));
    }
    return this.chunks[0]!.readUInt32LE(0);
  }

  private dispatch(body: Buffer): void {
    const batch = this.options.guard
      ? this.unpackGuarded(body, this.options.guard)
      : (unpackr.unpack(body) as unknown[][]);
    if (!batch) return;
    for (const values of batch) {
      if (!this.open) return;
      const message = this.options.in.fromArray(values);
      if (message) this.options.message(message);
      markProgress();
    }
    if (this.open) this.options.batchEnd?.();
  }

  /** @returns undefined where the stream was ended for it. */
  private unpackGuarded(body: Buffer, guard: Guard): unknown[][] | undefined {
    const refusal = refuseMsgpack(body, body.length) ?? faultOfBatch(body, guard);
    if (typeof refusal !== 'string') return refusal;
    this.refuse(refusal);
    return undefined;
  }

  private refuse(fault: string): void {
    this.destroy(new Error(fault));
  }
}

/** @returns the batch, or what is wrong with it. */
function faultOfBatch(body: Buffer, guard: Guard): unknown[][] | string {
  const batch: unknown = copyingUnpackr.unpack(body);
  if (!Array.isArray(batch)) return 'a frame is an array of messages';
  if (batch.length > FRAME_MESSAGES_MAX) return `a frame has ${batch.length} messages`;
  for (const values of batch) {
    const fault = Array.isArray(values) ? guard.faultOf(values) : 'a message is an array';
    if (fault !== undefined) return fault;
  }
  return batch;
}
