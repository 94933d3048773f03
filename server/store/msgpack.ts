// How values are written into files.
import { Packr, RESERVE_START_SPACE, Unpackr } from 'msgpackr';

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' });

const copyingUnpackr = new Unpackr({ useRecords: false, int64AsType: 'number', copyBuffers: true });

/** @param freeBytes room before it, for what the caller puts there; 255 at most. */
export function pack(value: unknown, freeBytes = 0): Buffer {
  return packr.pack(value, RESERVE_START_SPACE + freeBytes);
}

export function unpack(bytes: Uint8Array): unknown {
  return unpackr.unpack(bytes);
}

/** As `unpack`; byte arrays in it do not keep `bytes` in memory. */
export function unpackCopies(bytes: Uint8Array): unknown {
  return copyingUnpackr.unpack(bytes);
}

/** @returns the value as it will be after it was written and read: a copy, down to its depth. */
export function asWritten<T>(value: T): T {
  return unpack(pack(value)) as T;
}
