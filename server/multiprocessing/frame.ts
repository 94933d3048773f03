// Frames: structured values as bytes, several at a time, and back.
//
// Not Node's IPC: that costs a write, a read and a parse for each message. Not the server's `Channel`
// either, whose msgpack knows fewer values than the structured clone that `v8.serialize` makes: maps,
// sets, dates, typed arrays, `undefined` and circles arrive as they were. `portable-value.ts` says which
// values pass at all.
import { DefaultSerializer, deserialize } from 'node:v8';
import { isKeptByJson, NotPortable } from './portable-value.ts';

/** Arguments, or a result, or a chunk of them, may have so many bytes as a structured clone. */
export const messageBytesMax = 67_108_864;

/** What was to be sent is too large. */
export class FrameTooLarge extends Error {
  readonly bytes: number;

  constructor(bytes: number) {
    super(`${bytes} bytes`);
    this.bytes = bytes;
  }
}

/** The other end has sent what is no frame, or one for which there is no memory. */
export class BadFrame extends Error {
  override readonly name = 'BadFrame';
}

const SIMPLE_CHARACTERS_MAX = 1000;
const SIMPLE_ITEMS_MAX = 16;
/** A message, and its arguments. */
const SIMPLE_DEPTH_MAX = 2;
const LENGTH_BYTES = 4;
/** What JSON's arrays begin with, and no clone. */
const BRACKET = 0x5b;
const noLength = Buffer.alloc(LENGTH_BYTES);

/** A frame is a length of four bytes and an array of messages: as JSON where that is the same, since V8's
 *  own form costs four times as much for a few numbers and words.
 *  @throws {FrameTooLarge}; {NotPortable} for a value that would not arrive as it is: its message begins
 *  with the place, from `value` on, which is the message at fault. */
export function frameOf(messages: readonly unknown[]): Buffer {
  if (messages.every((message) => isSimple(message))) return asJson(messages);
  try {
    return isKeptByJson(messages) ? asJson(messages) : asClone(messages);
  } catch (error) {
    if (error instanceof NotPortable)
      error.message = error.message.replace(/^value\[\d+\]/, 'value');
    throw error;
  }
}

/** The frame of one message.
 *  @returns undefined where it cannot be sent, which `unsendable` was told. */
export function frameOfOne<Out>(
  message: Out,
  options: { unsendable(message: Out, error: unknown): void },
): Buffer | undefined {
  try {
    return frameOf([message]);
  } catch (error) {
    options.unsendable(message, error);
    return undefined;
  }
}

function asJson(messages: readonly unknown[]): Buffer {
  const text = JSON.stringify(messages);
  const bytes = Buffer.byteLength(text);
  if (bytes > messageBytesMax - LENGTH_BYTES) throw new FrameTooLarge(bytes + LENGTH_BYTES);
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + bytes);
  frame.writeUInt32LE(bytes, 0);
  frame.write(text, LENGTH_BYTES);
  return frame;
}

/** Whether the value is the same after it was JSON, and small. */
function isSimple(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'string':
      return value.length <= SIMPLE_CHARACTERS_MAX;
    case 'boolean':
      return true;
    case 'object':
      return value === null || (Array.isArray(value) && isSimpleArray(value, depth + 1));
    default:
      return false;
  }
}

/** Without gaps or names, and not deep: so no array is in it twice. */
function isSimpleArray(array: readonly unknown[], depth: number): boolean {
  if (depth > SIMPLE_DEPTH_MAX || array.length > SIMPLE_ITEMS_MAX) return false;
  for (let i = 0; i < array.length; i++) if (!isSimple(array[i], depth)) return false;
  return Object.keys(array).length === array.length;
}

function asClone(messages: readonly unknown[]): Buffer {
  const serializer = new DefaultSerializer();
  serializer.writeRawBytes(noLength);
  serializer.writeHeader();
  serializer.writeValue(messages);
  const frame = serializer.releaseBuffer();
  if (frame.length > messageBytesMax) throw new FrameTooLarge(frame.length);
  frame.writeUInt32LE(frame.length - LENGTH_BYTES, 0);
  return frame;
}

/** Puts frames together from the pieces in which they come. */
export class FrameReader<In> {
  private readonly message: (message: In) => void;
  private chunks: Buffer[] = [];
  private chunksBytes = 0;

  constructor(message: (message: In) => void) {
    this.message = message;
  }

  /** Gives the messages of the frames that are whole now. @param chunk belongs to it from now on.
   *  @throws {BadFrame} */
  push(chunk: Buffer): void {
    if (this.takeSmall(chunk, chunk.length)) return;
    this.chunks.push(chunk);
    this.chunksBytes += chunk.length;
    // A frame of many chunks is joined once, when its last one is here.
    while (this.chunksBytes >= LENGTH_BYTES) {
      const needed = LENGTH_BYTES + this.peekLength();
      if (this.chunksBytes < needed) return;
      const whole = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
      const rest = whole.subarray(needed);
      this.chunks = rest.length > 0 ? [rest] : [];
      this.chunksBytes = rest.length;
      this.give(messagesOf(whole, needed));
    }
  }

  /** Gives the messages where these bytes are just one frame and it is JSON, as most are, without a copy.
   *  @returns whether it was; else nothing has happened. */
  takeSmall(bytes: Buffer, end: number): boolean {
    if (this.chunksBytes > 0 || end <= LENGTH_BYTES || bytes[LENGTH_BYTES] !== BRACKET)
      return false;
    if (bytes.readUInt32LE(0) !== end - LENGTH_BYTES) return false;
    this.give(messagesOf(bytes, end));
    return true;
  }

  private give(messages: readonly unknown[]): void {
    for (const message of messages) this.message(message as In);
  }

  private peekLength(): number {
    if (this.chunks[0]!.length < LENGTH_BYTES) this.chunks = [Buffer.concat(this.chunks)];
    const bytes = this.chunks[0]!.readUInt32LE(0);
    if (bytes <= messageBytesMax - LENGTH_BYTES) return bytes;
    throw new BadFrame(`a frame of ${bytes} bytes, and ${messageBytesMax} are the most`);
  }
}

/** Of a frame from its first byte on.
 *  @throws {BadFrame} */
function messagesOf(frame: Buffer, end: number): readonly unknown[] {
  let messages: unknown;
  try {
    const isJson = frame[LENGTH_BYTES] === BRACKET;
    if (isJson) messages = JSON.parse(frame.toString('utf8', LENGTH_BYTES, end));
    else messages = deserialize(frame.subarray(LENGTH_BYTES, end));
  } catch (cause) {
    throw new BadFrame(`a frame that cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (Array.isArray(messages)) return messages;
  throw new BadFrame('a frame that is no list of messages');
}
