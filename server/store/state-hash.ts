// One short text for a room's whole state, so that two of them can be compared.
import { createHash } from 'node:crypto';
import { pack } from './msgpack.ts';

/** @param saved what `RoomState.save` gave, or the same read from a file.
 *  @returns 64 hex digits, equal for equal values; the order of an object's keys does not count.
 *  @throws {TypeError} for what is no plain value: it would not outlive a restart. */
export function stateHash(saved: unknown): string {
  return createHash('sha256').update(pack(canonical(saved))).digest('hex');
}

/** The value with the keys of each object sorted; itself, where there is nothing to sort. */
function canonical(value: unknown): unknown {
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
    const sorted = canonical(member);
    if (sorted === member || Object.is(sorted, member)) continue;
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
  const entries = Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
  // Pairs, not an object: keys that look like numbers would sort themselves.
  return [OBJECT, entries.map(([key, member]) => [key, canonical(member)])];
}

/** Tells an object from an array that holds the same. */
const OBJECT = 'object';

function notPlain(got: string): TypeError {
  return new TypeError(`room.state must be a plain value, but holds ${got}`);
}
