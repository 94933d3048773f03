// Finds what a room's memory must not hold: values that would be lost or changed when the room is written
// down and read again.
import { classOf, shownName } from '../games/index.ts';
import { EntityRecord } from './entity-record.ts';
import { PlayerRecord } from './player-record.ts';

/** Deeper than this a value holds itself, or cannot be packed. */
const DEPTH_MAX = 100;
const PATH_MAX = 200;
const PLAIN = /^[A-Za-z_$][\w$]*$/;

/** What to store instead, by class. */
const instead: Readonly<Record<string, string>> = {
  Date: 'store milliseconds (room.now)',
  Map: 'store a plain object ({ [key]: value })',
  WeakMap: 'store a plain object ({ [id]: value })',
  Set: 'store an array',
  WeakSet: 'store an array',
  Promise: 'a step cannot wait: store the value itself',
  RegExp: 'store its text, or keep it outside of the state',
  Error: 'store its message',
  Number: 'store the number itself',
  String: 'store the string itself',
  Boolean: 'store true or false',
};

/** Where the walk found something; keys from the innermost to the outermost. */
interface Found {
  readonly keys: (string | number)[];
  readonly what: string;
}

/** Values seen by the walk that is going on. */
let seen = 0;

/** Walks through all of it; a tenth of what packing costs.
 *  @param root the value's name in the sentence.
 *  @returns the sentence about the first value that cannot be written, and how many values there are. */
export function unwritable(
  value: unknown,
  root: string,
): { readonly problem: string | undefined; readonly values: number } {
  seen = 0;
  const found = find(value, 0);
  if (!found) return { problem: undefined, values: seen };
  const path = found.keys.reverse().reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return PLAIN.test(key)
      ? `${text}.${shownName(key)}`
      : `${text}[${JSON.stringify(shownName(key))}]`;
  }, root);
  const at = path.length > PATH_MAX ? `${path.slice(0, PATH_MAX)}…` : path;
  return { problem: `${at} ${found.what}`, values: seen };
}

function find(value: unknown, depth: number): Found | undefined {
  seen++;
  switch (typeof value) {
    case 'object':
      if (value === null) return undefined;
      if (depth > DEPTH_MAX)
        return here(`is nested deeper than ${DEPTH_MAX}: it holds itself, or should be flatter`);
      return Array.isArray(value) ? findInArray(value, depth) : findInObject(value, depth);
    case 'function':
      return here('is a function: keep functions in the module, not in the state');
    case 'bigint':
      return here('is a BigInt: store a number, or its digits as a string');
    case 'symbol':
      return here('is a symbol: store a string');
    default:
      return undefined;
  }
}

function findInArray(array: readonly unknown[], depth: number): Found | undefined {
  for (let i = 0; i < array.length; i++) {
    const member = array[i];
    // Most members of large arrays are these; a call for each would take twice as long.
    if (typeof member === 'number' || typeof member === 'string') {
      seen++;
      continue;
    }
    if (member === undefined && !(i in array)) {
      return within(i, here('is a hole in the array: fill it (new Array(9).fill(0))'));
    }
    const found = find(member, depth + 1);
    if (found) return within(i, found);
  }
  return undefined;
}

function findInObject(object: object, depth: number): Found | undefined {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) return here(ofClass(object));
  for (const key in object) {
    const found = find((object as Record<string, unknown>)[key], depth + 1);
    if (found) return within(key, found);
  }
  // It is no key that can be read back.
  if (Object.hasOwn(object, '__proto__')) return here('has a key __proto__: give it another name');
  return undefined;
}

function ofClass(object: object): string {
  if (object instanceof EntityRecord) {
    return 'is an entity: store its id, and find it by room.entities.….get(id)';
  }
  if (object instanceof PlayerRecord) {
    return 'is a player: store player.id, and find it by room.players.get(id)';
  }
  const name = classOf(object);
  if (name === 'Object') return 'is a part of the room: store the number that it is found by';
  const article = /^[AEIO]/.test(name) ? 'an' : 'a';
  const isBytes = ArrayBuffer.isView(object) || object instanceof ArrayBuffer;
  if (isBytes) return `is ${article} ${name}: store an array of numbers (Array.from)`;
  // Also of a class that extends one of these.
  const tag = Object.prototype.toString.call(object).slice(8, -1);
  const known = Object.hasOwn(instead, tag) && instead[tag];
  if (known) return `is ${article} ${name}: ${known}`;
  return `is an object of class ${shownName(name)}: store a plain object, which has no methods`;
}

const here = (what: string): Found => ({ keys: [], what });

function within(key: string | number, found: Found): Found {
  found.keys.push(key);
  return found;
}
