// Looks at msgpack bytes before they are unpacked, so that unpacking can neither be made to
// allocate much nor to build anything but plain values. Allocates nothing itself.

/** How deep arrays and maps may lie in each other, the message's own array included. */
export const DEPTH_MAX = 12;

/** How many values a container still owes, for each depth. */
const owed = new Uint32Array(DEPTH_MAX + 1);
/** Whether the next value at this depth is a map's key (then it must be a string). */
const keyed = new Uint8Array(DEPTH_MAX + 1);

/** Says why `bytes[0..end)` must not be unpacked, or `undefined` when it may be: exactly one value,
 *  of nil, booleans, numbers, strings, binary, arrays, and maps with string keys; no extension type
 *  (records, dates, sets and the like are built from those); nested at most `DEPTH_MAX` deep; no
 *  container that declares more elements than there are bytes left. */
export function refuseMsgpack(bytes: Uint8Array, end: number): string | undefined {
  let at = 0;
  let depth = 0;
  owed[0] = 1;
  keyed[0] = 0;
  while (true) {
    while (owed[depth] === 0) {
      if (depth === 0) return at === end ? undefined : 'bytes follow the value';
      depth--;
    }
    if (at >= end) return 'the value is cut short';
    owed[depth]!--;
    const head = bytes[at++]!;
    if (keyed[depth] === 1 && owed[depth]! % 2 === 1 && !isString(head)) {
      return 'a map key is not a string';
    }
    let count = -1;
    let perElement = 1;
    if (head <= 0x7f || head >= 0xe0) continue;
    if (head <= 0x8f) {
      count = head & 0x0f;
      perElement = 2;
    } else if (head <= 0x9f) {
      count = head & 0x0f;
    } else if (head <= 0xbf) {
      at += head & 0x1f;
    } else {
      const width = lengthWidth[head - 0xc0]!;
      if (width < 0) return 'an extension type or an unused code is not accepted';
      const kind = payload[head - 0xc0]!;
      if (at + width > end) return 'the value is cut short';
      if (kind === Payload.Fixed) {
        at += width;
      } else {
        const length = readLength(bytes, at, width);
        at += width;
        if (kind === Payload.Bytes) at += length;
        else {
          count = length;
          if (kind === Payload.Map) perElement = 2;
        }
      }
    }
    if (at > end) return 'the value is cut short';
    if (count >= 0) {
      if (count * perElement > end - at) return 'a container declares more than the frame holds';
      if (depth === DEPTH_MAX) return `values are nested more than ${DEPTH_MAX} deep`;
      depth++;
      owed[depth] = count * perElement;
      keyed[depth] = perElement === 2 ? 1 : 0;
    }
  }
}

/** Says why a JSON text must not be parsed: nested deeper than `DEPTH_MAX`. */
export function refuseJson(text: string): string | undefined {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === 0x5c) i++;
      else if (c === 0x22) quoted = false;
    } else if (c === 0x22) quoted = true;
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > DEPTH_MAX) return `values are nested more than ${DEPTH_MAX} deep`;
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
  return undefined;
}

function isString(head: number): boolean {
  return (head >= 0xa0 && head <= 0xbf) || (head >= 0xd9 && head <= 0xdb);
}

function readLength(bytes: Uint8Array, at: number, width: number): number {
  let length = 0;
  for (let i = 0; i < width; i++) length = length * 256 + bytes[at + i]!;
  return length;
}

/** An object, not an enum: processes that run from sources load this file as well. */
const Payload = {
  /** The width is that of the value itself. */
  Fixed: 0,
  /** The width is that of a length, which so many bytes follow. */
  Bytes: 1,
  /** The width is that of a count of elements. */
  Array: 2,
  /** The width is that of a count of pairs. */
  Map: 3,
} as const;

/** For the codes 0xc0 to 0xdf of the msgpack specification: bytes of value or length, -1 refused. */
// biome-ignore format: one line for each row of the specification's table
const lengthWidth = [
  0, -1, 0, 0, 1, 2, 4, -1, -1, -1, 4, 8, 1, 2, 4, 8,
  1, 2, 4, 8, -1, -1, -1, -1, -1, 1, 2, 4, 2, 4, 2, 4,
];
const { Fixed: F, Bytes: B, Array: A, Map: M } = Payload;
// biome-ignore format: one line for each row of the specification's table
const payload = [
  F, F, F, F, B, B, B, F, F, F, F, F, F, F, F, F,
  F, F, F, F, F, F, F, F, F, B, B, B, A, A, M, M,
];
