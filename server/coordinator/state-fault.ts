// Why the state of a room would be another one after a recovery: two paths lead to one object, or a value is not plain.
import { unwritable } from './unwritable.ts';

/** How an object was reached first. */
interface Reached {
  readonly object: object;
  /** Undefined for the state itself. */
  readonly holder: Reached | undefined;
  readonly key: string | number;
}

export interface StateFault {
  /** A sentence for the author of the game. */
  readonly text: string;
  /** The state cannot be written down at all. */
  readonly isUnwritable: boolean;
}

/** @returns the first fault; undefined for a state that is restored as it is. */
export function stateFault(state: unknown): StateFault | undefined {
  const twice = isPlain(state) ? objectReachedTwice(state) : undefined;
  if (twice) return twice;
  const { problem } = unwritable(state, 'state');
  return problem === undefined ? undefined : { text: problem, isUnwritable: true };
}

/** Visits every object once, those nearest to the root first. */
function objectReachedTwice(state: object): StateFault | undefined {
  const root: Reached = { object: state, holder: undefined, key: 'state' };
  const known = new Map<object, Reached>([[state, root]]);
  const waiting = [root];
  for (let next = 0; next < waiting.length; next++) {
    const holder = waiting[next]!;
    const { object } = holder;
    const keys = Array.isArray(object) ? object.keys() : Object.keys(object);
    for (const key of keys) {
      const value = (object as Record<string | number, unknown>)[key];
      if (!isPlain(value)) continue;
      const again: Reached = { object: value, holder, key };
      const first = known.get(value);
      if (first) return reachedTwice(first, again);
      known.set(value, again);
      waiting.push(again);
    }
  }
  return undefined;
}

function reachedTwice(first: Reached, again: Reached): StateFault {
  const [path, other] = [pathOf(first), pathOf(again)];
  for (let at = again.holder; at; at = at.holder) {
    if (at !== first) continue;
    const text =
      `${other} is ${path}, which holds it: a state that holds itself cannot be written down; ` +
      'keep an id or an index in its place';
    return { text, isUnwritable: true };
  }
  const isArray = Array.isArray(first.object);
  const copy = isArray ? `[...${path}]` : `{ ...${path} }`;
  const text =
    `${path} and ${other} are one ${isArray ? 'array' : 'object'}: after a recovery they are two; ` +
    `copy it (${copy}), or keep an id or an index in one of the places`;
  return { text, isUnwritable: false };
}

function pathOf({ holder, key }: Reached): string {
  if (!holder) return String(key);
  const of = pathOf(holder);
  if (typeof key === 'number') return `${of}[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${of}.${key}` : `${of}[${JSON.stringify(key)}]`;
}

/** Objects of other classes cannot be written, whatever is in them. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
