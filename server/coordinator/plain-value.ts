// What game code may give to clients: values that both encodings of the wire can carry.
import { shown } from '../games/index.ts';
import { EntityRecord } from './entity-record.ts';
import { PlayerRecord } from './player-record.ts';

/** Deeper than this a value holds itself, or is no reasonable message. */
const DEPTH_MAX = 32;

/** @returns `value`, which is made of objects, arrays, numbers, strings, booleans and null.
 *  @throws {TypeError} for anything else: it could not be sent, or would be sent with what the game
 *  did not mean to show (an entity with its hidden fields). */
export function plainValue(value: unknown, depth = 0): unknown {
  if (depth > DEPTH_MAX) throw refused(`one nested deeper than ${DEPTH_MAX}`);
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'undefined':
      return value;
    case 'object':
      if (value !== null) checkMembers(value, depth);
      return value;
    default:
      throw refused(`a ${typeof value}`);
  }
}

function checkMembers(value: object, depth: number): void {
  if (Array.isArray(value)) {
    for (const member of value) plainValue(member, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw refused(classText(value));
  }
  for (const key in value) plainValue((value as Record<string, unknown>)[key], depth + 1);
}

/** @returns a copy of a plain value, for what is kept while the game goes on changing its own. A tenth
 *  of what `structuredClone` costs. */
export function copyOfPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOfPlain);
  // Not by assignments: a name may be `__proto__`.
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, copyOfPlain(of)]));
}

function classText(value: object): string {
  if (value instanceof EntityRecord) return 'an entity: send its fields, such as { x: one.x }';
  if (value instanceof PlayerRecord) return 'a player: send player.id or player.name';
  return shown(value);
}

function refused(got: string): TypeError {
  return new TypeError(`only plain values can be sent to clients, but the game gave ${got}`);
}
