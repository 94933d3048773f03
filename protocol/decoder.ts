// Bytes of one connection to messages: finds the encoding and the frames, bounds what is buffered.
import { cobsDecode } from './cobs.ts';
import { decodeBinary, decodeJson, type Encoding, type KindsOf } from './codec.ts';
import { ProtocolError } from './errors.ts';
import type { Message, Sender } from './messages.ts';

/** What the decoder does with the next byte. */
export enum DecoderState {
  /** The first byte of the connection chooses the encoding. */
  Opening = 'opening',
  /** Bytes belong to a binary frame, until a zero byte. */
  Binary = 'binary',
  /** Bytes belong to a JSON line, until a line feed. */
  Line = 'line',
  /** The frame was larger than its limit: bytes are dropped until its delimiter. */
  Skipping = 'skipping',
  /** Nothing is read any more. */
  Stopped = 'stopped',
}

/** What a decoder tells its owner; both may call `pause` or `stop` of the decoder. */
export interface MessageReceiver {
  message(message: Message): void;
  /** A frame could not be decoded; it was dropped. The decoder goes on behind its delimiter, except
   *  after `NOT_HOLDFAST` and `TLS_NOT_CONFIGURED`. */
  malformed(error: ProtocolError): void;
}

export interface DecoderOptions {
  /** Whose messages are read. */
  readonly from: Sender;
  /** The largest frame or line, in bytes, without its delimiter. */
  readonly frameBytesMax: number;
  readonly receiver: MessageReceiver;
  /** The stream was read by another process before, perhaps up to the middle of a frame: what comes
   *  before the next delimiter is dropped without a word where it is no message. */
  readonly continues?: Encoding | undefined;
  /** Needed to read rows in JSON lines. */
  readonly kindsOf?: KindsOf;
}

const ZERO = 0x00;
const BRACE = 0x7b;
const TLS_HANDSHAKE = 0x16;
const LINE_FEED = 0x0a;
const HELD_PIECES_MAX = 32;

/** Where COBS is taken off; a message is decoded before the next frame needs the place. */
let scratch = Buffer.allocUnsafeSlow(65_536);

/** Invariant: `held` has the bytes of one unfinished frame and never more than `frameBytesMax`. */
export class MessageDecoder {
  state = DecoderState.Opening;
  /** Known once the state has left `Opening`. */
  encoding: Encoding | undefined;
  private readonly options: DecoderOptions;
  private readonly kindsOf: KindsOf;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private paused = false;
  /** The next frame may be the end of one whose beginning another process has read. */
  private maybeHalf = false;
  private waiting: Buffer[] = [];

  constructor(options: DecoderOptions) {
    this.options = options;
    this.kindsOf = options.kindsOf ?? (() => undefined);
    if (!options.continues) return;
    this.encoding = options.continues;
    this.state = options.continues === 'binary' ? DecoderState.Binary : DecoderState.Line;
    this.maybeHalf = true;
  }

  /** Reads `chunk` to its end, or to where the receiver pauses or stops. */
  push(chunk: Buffer): void {
    if (this.paused) {
      if (this.state !== DecoderState.Stopped) this.waiting.push(chunk);
      return;
    }
    let at = 0;
    while (at < chunk.length) {
      if (this.state === DecoderState.Stopped) return;
      if (this.paused) {
        this.waiting.push(chunk.subarray(at));
        return;
      }
      at = this.step(chunk, at);
    }
  }

  /** Holds back the messages that follow, until `resume`. */
  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    const { waiting } = this;
    this.waiting = [];
    for (const chunk of waiting) this.push(chunk);
  }

  stop(): void {
    this.state = DecoderState.Stopped;
    this.dropHeld();
    this.waiting = [];
  }

  /** Whether a frame has begun that has not ended. */
  get midFrame(): boolean {
    return this.heldBytes > 0 || this.state === DecoderState.Skipping;
  }

  private step(chunk: Buffer, at: number): number {
    switch (this.state) {
      case DecoderState.Opening:
        return this.open(chunk[at]!, at);
      case DecoderState.Binary:
        return this.collect(chunk, at, ZERO);
      case DecoderState.Line:
        return this.collect(chunk, at, LINE_FEED);
      case DecoderState.Skipping:
        return this.skip(chunk, at);
      case DecoderState.Stopped:
        return chunk.length;
      default:
        return this.state satisfies never;
    }
  }

  private open(first: number, at: number): number {
    if (first === ZERO) {
      this.encoding = 'binary';
      this.state = DecoderState.Binary;
      return at + 1;
    }
    if (first === BRACE) {
      this.encoding = 'json';
      this.state = DecoderState.Line;
      return at;
    }
    this.stop();
    const code = first === TLS_HANDSHAKE ? 'TLS_NOT_CONFIGURED' : 'NOT_HOLDFAST';
    this.options.receiver.malformed(new ProtocolError(code));
    return at;
  }

  private collect(chunk: Buffer, at: number, delimiter: number): number {
    const found = chunk.indexOf(delimiter, at);
    const end = found < 0 ? chunk.length : found;
    if (this.heldBytes + end - at > this.options.frameBytesMax) {
      this.dropHeld();
      this.state = DecoderState.Skipping;
      const detail = `at most ${this.options.frameBytesMax} bytes`;
      this.options.receiver.malformed(new ProtocolError('FRAME_TOO_LARGE', detail));
      return end;
    }
    if (found < 0) {
      this.hold(chunk.subarray(at));
      return end;
    }
    if (this.heldBytes === 0) this.frame(chunk, at, end);
    else {
      this.held.push(chunk.subarray(at, end));
      const whole = Buffer.concat(this.held);
      this.dropHeld();
      this.frame(whole, 0, whole.length);
    }
    return end + 1;
  }

  /** A sender of single bytes must not make a list that costs a hundred times what it holds. */
  private hold(bytes: Buffer): void {
    this.held.push(bytes);
    this.heldBytes += bytes.length;
    if (this.held.length >= HELD_PIECES_MAX) this.held = [Buffer.concat(this.held)];
  }

  private skip(chunk: Buffer, at: number): number {
    const binary = this.encoding === 'binary';
    const found = chunk.indexOf(binary ? ZERO : LINE_FEED, at);
    if (found < 0) return chunk.length;
    // `malformed` may have stopped the decoder; only a decoder that still skips goes on.
    this.state = binary ? DecoderState.Binary : DecoderState.Line;
    return found + 1;
  }

  private dropHeld(): void {
    this.held = [];
    this.heldBytes = 0;
  }

  private frame(bytes: Buffer, start: number, end: number): void {
    const message = this.decode(bytes, start, end);
    const maybeHalf = this.maybeHalf;
    this.maybeHalf = false;
    if (message instanceof ProtocolError) {
      if (!maybeHalf) this.options.receiver.malformed(message);
    } else if (message) this.options.receiver.message(message);
  }

  /** Empty frames and blank lines are nothing. */
  private decode(bytes: Buffer, start: number, end: number): Message | ProtocolError | undefined {
    try {
      if (this.encoding === 'binary') {
        if (start === end) return undefined;
        if (end - start > scratch.length) scratch = Buffer.allocUnsafeSlow((end - start) * 2);
        const length = cobsDecode(bytes, start, end, scratch);
        if (length < 0) return new ProtocolError('BAD_FRAME', 'not a COBS encoding');
        return decodeBinary(this.options.from, scratch, length);
      }
      const line = bytes.toString('utf8', start, end).trim();
      if (line === '') return undefined;
      return decodeJson(this.options.from, line, this.kindsOf);
    } catch (error) {
      if (error instanceof ProtocolError) return error;
      throw error;
    }
  }
}
