// A plain value in the one form that all equal values share.

/** The value with the keys of each object sorted; itself, where they all are.
 *  @throws {TypeError} for what is no plain value: it would not outlive a restart. */
export function canonical(value: unknown): unknown {
  switch (typeof value) {
    case 'object':
      if (value === null) return value;
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value);
    case 'function':
    case 'symbol':
    case 'bigint':
      throw notPlain(`a ${typeof value}`);
    default:
      return value;
  }
}

/** Most arrays are an entity's values, which need no copy. */
function canonicalArray(array: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let i = 0; i < array.length; i++) {
    const member = array[i];
    // Twice as fast as calling for each number (bench.ts).
    if (typeof member === 'number' || typeof member === 'string') continue;
    const sorted = canonical(member);
    if (sorted === member) continue;
    copy ??= array.slice();
    copy[i] = sorted;
  }
  return copy ?? array;
}

function canonicalObject(object: object): object {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) {
    throw notPlain(`a ${object.constructor.name}`);
  }
  // msgpackr reads it back under another name, so that no object gets another prototype.
  if (Object.hasOwn(object, '__proto__')) throw notPlain('a key __proto__');
  const members = object as Readonly<Record<string, unknown>>;
  const keys = Object.keys(members);
  const sorted: unknown[] = [];
  let isCanonical = true;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    sorted[i] = canonical(members[key]);
    isCanonical &&= sorted[i] === members[key] && (i === 0 || keys[i - 1]! < key);
  }
  if (isCanonical) return object;
  // Keys that look like whole numbers come first in any object, and sort themselves.
  return Object.fromEntries(
    keys.map((key, i) => [key, sorted[i]] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function notPlain(got: string): TypeError {
  return new TypeError(`room.state must be a plain value, but holds ${got}`);
}
