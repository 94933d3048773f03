// The body of a `state` message written straight from rows: what is the same for many clients is
// built once. Equal, byte for byte, to what the table's own encoding gives (a test compares them).
import { frameOf } from './codec.ts';
import type { RowWriter } from './entities.ts';
import { messages } from './messages.ts';

const FIXARRAY = 0x90;
/** Elements without and with `ack`, the tag included. */
const ELEMENTS = Object.keys(messages.state.fields).length;
const HEADER_BYTES_MAX = 32;
const ACK_BYTES_MAX = 5;

/** A `state` for a room and tick that lacks only the acknowledgement. */
export interface StateBody {
  readonly bytes: Buffer;
  readonly left: Buffer;
  readonly entered: Buffer;
  readonly changed: Buffer;
  readonly reset: boolean;
  /** The finished frame for those to whom nothing is acknowledged, once one was asked for. */
  frame: Buffer | undefined;
}

export function stateBody(
  room: number,
  tick: number,
  reset: boolean,
  left: RowWriter,
  entered: RowWriter,
  changed: RowWriter,
): StateBody {
  const rowBytes = left.length + entered.length + changed.length;
  const bytes = Buffer.allocUnsafe(HEADER_BYTES_MAX + rowBytes);
  bytes[0] = FIXARRAY | ELEMENTS;
  bytes[1] = messages.state.tag;
  let at = writeUint(bytes, 2, room);
  at = writeUint(bytes, at, tick);
  bytes[at++] = reset ? 0xc3 : 0xc2;
  const afterLeft = writeBin(bytes, at, left);
  const afterEntered = writeBin(bytes, afterLeft, entered);
  const end = writeBin(bytes, afterEntered, changed);
  return {
    bytes: bytes.subarray(0, end),
    left: bytes.subarray(afterLeft - left.length, afterLeft),
    entered: bytes.subarray(afterEntered - entered.length, afterEntered),
    changed: bytes.subarray(end - changed.length, end),
    reset,
    frame: undefined,
  };
}

let scratch = Buffer.allocUnsafeSlow(16_384);

/** The frame of `body`, delimiter included.
 *  @param ack 0 for none; the frame is then shared and must not be changed. */
export function stateFrame(body: StateBody, ack: number): Buffer {
  const { bytes } = body;
  if (ack === 0) {
    body.frame ??= frameOf(bytes);
    return body.frame;
  }
  if (bytes.length + ACK_BYTES_MAX > scratch.length) {
    scratch = Buffer.allocUnsafeSlow((bytes.length + ACK_BYTES_MAX) * 2);
  }
  bytes.copy(scratch);
  scratch[0] = FIXARRAY | (ELEMENTS + 1);
  return frameOf(scratch.subarray(0, writeUint(scratch, bytes.length, ack)));
}

/** A msgpack unsigned number of at most 32 bits, in its shortest form. */
function writeUint(bytes: Buffer, at: number, value: number): number {
  if (value < 0x80) return bytes.writeUInt8(value, at);
  if (value < 0x100) {
    bytes[at] = 0xcc;
    return bytes.writeUInt8(value, at + 1);
  }
  if (value < 0x1_0000) {
    bytes[at] = 0xcd;
    return bytes.writeUInt16BE(value, at + 1);
  }
  bytes[at] = 0xce;
  return bytes.writeUInt32BE(value, at + 1);
}

function writeBin(bytes: Buffer, start: number, rows: RowWriter): number {
  let at = start;
  if (rows.length < 0x100) {
    bytes[at] = 0xc4;
    at = bytes.writeUInt8(rows.length, at + 1);
  } else if (rows.length < 0x1_0000) {
    bytes[at] = 0xc5;
    at = bytes.writeUInt16BE(rows.length, at + 1);
  } else {
    bytes[at] = 0xc6;
    at = bytes.writeUInt32BE(rows.length, at + 1);
  }
  rows.bytes.copy(bytes, at, 0, rows.length);
  return at + rows.length;
}
