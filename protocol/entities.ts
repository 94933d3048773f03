// Entity kinds with typed fields, and the packed rows in which entities enter, change and leave.
//
//   entered row:  kind u8, id varint, every field in order
//   changed row:  kind u8, id varint, mask varint (bit n: field n follows), those fields in order
//   left row:     id varint
//
// A varint is an unsigned number in groups of seven bits, the lowest first; the high bit of a byte
// says that another follows. Other numbers are little-endian. A string is a varint count of bytes
// and UTF-8.
import { ProtocolError } from './errors.ts';

interface FieldTypeRow {
  readonly bytes: string;
  readonly text: string;
  readonly min?: number;
  readonly max?: number;
}

/** The types a field may have. `min` and `max` bound the whole numbers. */
export const fieldTypes = {
  u8: { bytes: '1', text: 'whole number', min: 0, max: 0xff },
  u16: { bytes: '2', text: 'whole number', min: 0, max: 0xffff },
  u32: { bytes: '4', text: 'whole number', min: 0, max: 0xffff_ffff },
  i8: { bytes: '1', text: 'whole number, two’s complement', min: -0x80, max: 0x7f },
  i16: { bytes: '2', text: 'whole number, two’s complement', min: -0x8000, max: 0x7fff },
  i32: { bytes: '4', text: 'whole number, two’s complement', min: -0x8000_0000, max: 0x7fff_ffff },
  f32: { bytes: '4', text: 'IEEE 754 single precision' },
  f64: { bytes: '8', text: 'IEEE 754 double precision' },
  bool: { bytes: '1', text: '0 is false, 1 is true' },
  string: { bytes: 'varint + n', text: 'UTF-8, at most 1,024 bytes' },
} as const satisfies Record<string, FieldTypeRow>;

export type FieldType = keyof typeof fieldTypes;
export type FieldValue = number | boolean | string;

/** The TypeScript type of a field of type `T`. */
export type ValueOf<T extends FieldType> = T extends 'bool'
  ? boolean
  : T extends 'string'
    ? string
    : number;

export const FIELD_STRING_BYTES_MAX = 1024;
/** The mask of a changed row must fit into 31 bits. */
export const FIELDS_MAX = 31;
export const KINDS_MAX = 255;

/** A kind as `joined` describes it: its fields in the order of the rows and of the mask's bits. */
export interface Kind {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: FieldType }[];
}

/** The entity's fields by position, as `Kind.fields` orders them. */
export type FieldValues = FieldValue[];

/** Bytes being written; grows by itself and is used again after `clear`.
 *  @throws {RangeError} for a value that its field's type cannot hold; the row is then unfinished. */
export class RowWriter {
  bytes: Buffer;
  length = 0;

  constructor(capacity = 256) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  clear(): void {
    this.length = 0;
  }

  /** What was written, as a view that the next write may overwrite. */
  written(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  append(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    if (end - start < 24) {
      // For a row of a few bytes a loop is faster than a call of `set` with a new view.
      for (let i = start; i < end; i++) this.bytes[this.length++] = source[i]!;
    } else {
      this.bytes.set(source.subarray(start, end), this.length);
      this.length += end - start;
    }
  }

  entered(kindIndex: number, kind: Kind, id: number, values: FieldValues): void {
    this.reserve(6);
    this.bytes[this.length++] = kindIndex;
    this.varint(id);
    for (let i = 0; i < kind.fields.length; i++) this.field(kind.fields[i]!.type, values[i]!);
  }

  /** @param mask bit n set: field n has changed. */
  changed(kindIndex: number, kind: Kind, id: number, mask: number, values: FieldValues): void {
    this.reserve(11);
    this.bytes[this.length++] = kindIndex;
    this.varint(id);
    this.varint(mask);
    for (let i = 0; mask !== 0; i++, mask >>>= 1) {
      if ((mask & 1) === 1) this.field(kind.fields[i]!.type, values[i]!);
    }
  }

  left(id: number): void {
    this.reserve(5);
    this.varint(id);
  }

  private varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  private field(fieldType: FieldType, value: FieldValue): void {
    this.reserve(8);
    const { bytes, length: at } = this;
    switch (fieldType) {
      case 'u8':
        this.length = bytes.writeUInt8(value as number, at);
        return;
      case 'u16':
        this.length = bytes.writeUInt16LE(value as number, at);
        return;
      case 'u32':
        this.length = bytes.writeUInt32LE(value as number, at);
        return;
      case 'i8':
        this.length = bytes.writeInt8(value as number, at);
        return;
      case 'i16':
        this.length = bytes.writeInt16LE(value as number, at);
        return;
      case 'i32':
        this.length = bytes.writeInt32LE(value as number, at);
        return;
      case 'f32':
        this.length = bytes.writeFloatLE(value as number, at);
        return;
      case 'f64':
        this.length = bytes.writeDoubleLE(value as number, at);
        return;
      case 'bool':
        bytes[this.length++] = value ? 1 : 0;
        return;
      case 'string':
        this.string(value as string);
        return;
      default:
        fieldType satisfies never;
    }
  }

  private string(value: string): void {
    const length = Buffer.byteLength(value);
    if (length > FIELD_STRING_BYTES_MAX) {
      throw new RangeError(`a string of ${length} bytes exceeds ${FIELD_STRING_BYTES_MAX}`);
    }
    this.reserve(5 + length);
    this.varint(length);
    this.length += this.bytes.write(value, this.length, 'utf8');
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + count));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}

/** Reads rows one after another; after `next…` returned true, `kindIndex`, `id`, `mask`, `start` and
 *  `at` describe the row, and `values` gives its fields.
 *  Every method throws `ProtocolError` `BAD_FRAME` for bytes that are not rows of `kinds`. */
export class RowReader {
  kindIndex = 0;
  id = 0;
  mask = 0;
  /** Where the row began, and behind its last byte. */
  start = 0;
  at = 0;
  private readonly kinds: readonly Kind[];
  private readonly bytes: Buffer;

  constructor(kinds: readonly Kind[], bytes: Uint8Array) {
    this.kinds = kinds;
    this.bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get kind(): Kind {
    return this.kinds[this.kindIndex]!;
  }

  /** Reads an entered row and writes all of its fields to `values(this)`.
   *  @param values gives the array to fill, once kind and id are known. */
  nextEntered(values: (row: RowReader) => FieldValues): boolean {
    if (!this.begin()) return false;
    const { fields } = this.kind;
    const target = values(this);
    for (let i = 0; i < fields.length; i++) target[i] = this.field(fields[i]!.type);
    return true;
  }

  /** Reads a changed row and writes the fields that it has to `values(this)`. */
  nextChanged(values: (row: RowReader) => FieldValues): boolean {
    if (!this.begin()) return false;
    const { fields } = this.kind;
    this.mask = this.varint();
    if (this.mask >= 2 ** fields.length) throw new ProtocolError('BAD_FRAME', 'unknown field');
    const target = values(this);
    for (let i = 0, mask = this.mask; mask !== 0; i++, mask >>>= 1) {
      if ((mask & 1) === 1) target[i] = this.field(fields[i]!.type);
    }
    return true;
  }

  nextLeft(): boolean {
    if (this.at >= this.bytes.length) return false;
    this.start = this.at;
    this.id = this.varint();
    return true;
  }

  private begin(): boolean {
    if (this.at >= this.bytes.length) return false;
    this.start = this.at;
    this.kindIndex = this.bytes[this.at++]!;
    if (this.kindIndex >= this.kinds.length) throw new ProtocolError('BAD_FRAME', 'unknown kind');
    this.id = this.varint();
    return true;
  }

  private varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new ProtocolError('BAD_FRAME', 'a row is cut short');
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0xffff_ffff) break;
        return value;
      }
    }
    throw new ProtocolError('BAD_FRAME', 'a varint exceeds 32 bits');
  }

  private field(fieldType: FieldType): FieldValue {
    const { bytes, at } = this;
    if (fieldType === 'string') return this.string();
    this.at += fixedBytes[fieldType];
    if (this.at > bytes.length) throw new ProtocolError('BAD_FRAME', 'a row is cut short');
    switch (fieldType) {
      case 'u8':
        return bytes[at]!;
      case 'u16':
        return bytes.readUInt16LE(at);
      case 'u32':
        return bytes.readUInt32LE(at);
      case 'i8':
        return bytes.readInt8(at);
      case 'i16':
        return bytes.readInt16LE(at);
      case 'i32':
        return bytes.readInt32LE(at);
      case 'f32':
        return bytes.readFloatLE(at);
      case 'f64':
        return bytes.readDoubleLE(at);
      case 'bool':
        return bytes[at]! !== 0;
      default:
        return fieldType satisfies never;
    }
  }

  private string(): string {
    const length = this.varint();
    const start = this.at;
    this.at += length;
    if (length > FIELD_STRING_BYTES_MAX || this.at > this.bytes.length) {
      throw new ProtocolError('BAD_FRAME', 'a string is too long or cut short');
    }
    return this.bytes.toString('utf8', start, this.at);
  }
}

const fixedBytes = {
  u8: 1,
  u16: 2,
  u32: 4,
  i8: 1,
  i16: 2,
  i32: 4,
  f32: 4,
  f64: 8,
  bool: 1,
} as const satisfies Record<Exclude<FieldType, 'string'>, number>;
