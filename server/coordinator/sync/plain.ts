// Plain values: whether two are equal, and about how many bytes one has when it is packed.

/** Equal in depth; objects whatever the order of their keys. NaN equals itself. */
export function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (ArrayBuffer.isView(a) || ArrayBuffer.isView(b)) {
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(b, key)) return false;
    if (!equal((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])) {
      return false;
    }
  }
  return true;
}

/** Whether the value has at most `max` bytes, about: it stops counting where it has more. */
export function fits(value: unknown, max: number): boolean {
  return bytesLeft(value, max) >= 0;
}

/** About how many bytes the value takes. */
export function sizeOf(value: unknown): number {
  return Number.MAX_SAFE_INTEGER - bytesLeft(value, Number.MAX_SAFE_INTEGER);
}

/** `left` less what the value takes: numbers 9, strings 3 for each character, at most. */
function bytesLeft(value: unknown, left: number): number {
  if (typeof value === 'string') return left - 5 - (value.length <= left ? bytesOf(value) : left);
  if (typeof value !== 'object' || value === null) return left - 9;
  if (ArrayBuffer.isView(value)) return left - 5 - value.byteLength;
  let rest = left - 5;
  for (const key in value) {
    rest = bytesLeft((value as Record<string, unknown>)[key], rest);
    if (!Array.isArray(value)) rest = bytesLeft(key, rest);
    if (rest < 0) return rest;
  }
  return rest;
}

function bytesOf(text: string): number {
  return text.length < 64 ? 3 * text.length : Buffer.byteLength(text);
}
