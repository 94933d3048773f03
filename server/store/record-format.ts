// A file of records, as bytes: a header, then records that can be told from torn and damaged ones.
import { crc32 } from 'node:zlib';
import { StoreError } from './store-error.ts';

/** `magic` (4 ASCII characters), version u16; then records: body length u32, crc32 u32 over the
 *  length and the body, body. All numbers little-endian. */
export interface FileFormat {
  readonly magic: string;
  readonly version: number;
  /** The oldest version that can still be read; 1 where none is given. */
  readonly versionMin?: number;
}

export const HEADER_BYTES = 6;
const LENGTH_BYTES = 4;
export const PREFIX_BYTES = 8;

export function encodeHeader({ magic, version }: FileFormat): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(magic, 'latin1');
  header.writeUInt16LE(version, 4);
  return header;
}

export function encodeRecord(body: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(PREFIX_BYTES + body.length);
  record.set(body, PREFIX_BYTES);
  return withPrefix(record);
}

/** @param record with its body behind room for the prefix, which is written into it. */
export function withPrefix(record: Buffer): Buffer {
  const length = record.length - PREFIX_BYTES;
  // First where it is next to the body, so that one pass over both gives the checksum.
  record.writeUInt32LE(length, LENGTH_BYTES);
  const sum = crc32(record.subarray(LENGTH_BYTES));
  record.writeUInt32LE(length, 0);
  record.writeUInt32LE(sum, LENGTH_BYTES);
  return record;
}

/** What a file of records holds. */
export interface Records {
  /** In order; they share the file's memory. */
  readonly bodies: Buffer[];
  /** Where the last good record ends. */
  readonly end: number;
  /** Bytes after that: the record that was being written when the process or the machine died. */
  readonly tornBytes: number;
}

/** @param from where the first of the records begins that are wanted.
 *  @throws {StoreError} `NEWER_FORMAT`, `OLDER_FORMAT`; `CORRUPT` where good records follow a bad one. */
export function decodeRecords(
  path: string,
  bytes: Buffer,
  format: FileFormat,
  from = HEADER_BYTES,
): Records {
  if (!hasHeader(path, bytes, format)) return { bodies: [], end: 0, tornBytes: bytes.length };
  const bodies: Buffer[] = [];
  let at = from;
  while (at < bytes.length) {
    const body = recordAt(bytes, at);
    if (!body) break;
    bodies.push(body);
    at += PREFIX_BYTES + body.length;
  }
  // A length that was damaged can hide the records after it: they are looked for at every byte.
  for (let later = at + 1; later + PREFIX_BYTES <= bytes.length; later++) {
    if (recordAt(bytes, later)) throw new StoreError('CORRUPT', path, `the record at byte ${at}`);
  }
  return { bodies, end: at, tornBytes: bytes.length - at };
}

/** @param bytes the file, or its beginning.
 *  @returns false where the file ends within its header.
 *  @throws {StoreError} as `decodeRecords` does. */
export function hasHeader(path: string, bytes: Buffer, format: FileFormat): boolean {
  const { magic, version, versionMin = 1 } = format;
  const expected = encodeHeader(format);
  const begun = bytes.subarray(0, magic.length);
  if (!expected.subarray(0, begun.length).equals(begun)) {
    throw new StoreError('CORRUPT', path, `it does not begin with ${magic}`);
  }
  if (bytes.length < HEADER_BYTES) return false;
  const found = bytes.readUInt16LE(4);
  if (found > version) throw new StoreError('NEWER_FORMAT', path, `format ${found} of ${version}`);
  if (found < 1) throw new StoreError('CORRUPT', path, 'format 0');
  if (found < versionMin) {
    throw new StoreError('OLDER_FORMAT', path, `format ${found}, and ${versionMin} is the oldest`);
  }
  return true;
}

/** Whether a file that can be read is of a version before this one. */
export function isOlder(bytes: Buffer, format: FileFormat): boolean {
  return !bytes.subarray(0, HEADER_BYTES).equals(encodeHeader(format));
}

/** @returns the body, or undefined where there is no whole and good record. */
function recordAt(bytes: Buffer, at: number): Buffer | undefined {
  if (at + PREFIX_BYTES > bytes.length) return undefined;
  const length = bytes.readUInt32LE(at);
  const end = at + PREFIX_BYTES + length;
  if (length === 0 || end > bytes.length) return undefined;
  if (bytes.readUInt32LE(at + LENGTH_BYTES) !== checksum(bytes, at, length)) return undefined;
  return bytes.subarray(at + PREFIX_BYTES, end);
}

function checksum(bytes: Buffer, at: number, length: number): number {
  const ofLength = crc32(bytes.subarray(at, at + LENGTH_BYTES));
  return crc32(bytes.subarray(at + PREFIX_BYTES, at + PREFIX_BYTES + length), ofLength);
}
