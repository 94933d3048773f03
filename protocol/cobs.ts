// COBS: rewrites bytes so that none is zero, which leaves zero free to end a frame.
// Source: S. Cheshire and M. Baker, "Consistent Overhead Byte Stuffing", 1999.

/** How many bytes `cobsEncode` may write for `length` bytes: one for every 254, and one. */
export function cobsBytesMax(length: number): number {
  return length + Math.ceil(length / 254) + 1;
}

/** Writes the encoding of `source` to `target` from `at`, without a delimiter.
 *  `target` needs `cobsBytesMax(source.length)` bytes from there.
 *  @returns the position behind the last byte written. */
export function cobsEncode(source: Uint8Array, target: Uint8Array, at: number): number {
  let codeAt = at++;
  let code = 1;
  const { length } = source;
  for (let i = 0; i < length; i++) {
    const byte = source[i]!;
    if (byte !== 0) {
      target[at++] = byte;
      code++;
    }
    // A block of 254 bytes without a zero is closed by its own code, unless the source ends here.
    if (byte === 0 || (code === 0xff && i + 1 < length)) {
      target[codeAt] = code;
      codeAt = at++;
      code = 1;
    }
  }
  target[codeAt] = code;
  return at;
}

/** Decodes `source` from `start` to `end` (neither may hold a delimiter) to the beginning of
 *  `target`, which needs as many bytes as the source has.
 *  @returns the number of bytes written, or -1 when the source is not a COBS encoding. */
export function cobsDecode(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
): number {
  let at = 0;
  let from = start;
  while (from < end) {
    const code = source[from++]!;
    const blockEnd = from + code - 1;
    if (code === 0 || blockEnd > end) return -1;
    while (from < blockEnd) {
      const byte = source[from++]!;
      if (byte === 0) return -1;
      target[at++] = byte;
    }
    if (code !== 0xff && from < end) target[at++] = 0;
  }
  return at;
}
