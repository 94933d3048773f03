// Why the state of a room would be another one after a recovery: two paths lead to one object, or a value is not plain.

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

/** Plain values in the place of others. */
const INSTEAD: Readonly<Record<string, string>> = {
  Map: 'use an object or an array of pairs',
  Set: 'use an array',
  Date: 'keep its time as a number',
  bigint: 'use a number or a string',
  function: 'keep a name by which the game finds the function',
  symbol: 'use a string',
};

/** Visits every object of the state once.
 *  @returns the first fault, those nearest to the root first; undefined for a state that is restored as it is. */
export function stateFault(state: unknown): StateFault | undefined {
  if (!isObject(state)) return notPlain(state, () => 'state');
  const root: Reached = { object: state, holder: undefined, key: 'state' };
  const known = new Map<object, Reached>([[state, root]]);
  const waiting = [root];
  for (let next = 0; next < waiting.length; next++) {
    const holder = waiting[next]!;
    const fault = notPlain(holder.object, () => pathOf(holder));
    if (fault) return fault;
    const keys = Array.isArray(holder.object) ? holder.object.keys() : Object.keys(holder.object);
    for (const key of keys) {
      const value = (holder.object as Record<string | number, unknown>)[key];
      if (!isObject(value)) {
        const of = notPlain(value, () => pathOf({ object: holder.object, holder, key }));
        if (of) return of;
        continue;
      }
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

function notPlain(value: unknown, path: () => string): StateFault | undefined {
  const name = isObject(value) ? className(value) : typeof value;
  if (name === undefined || PLAIN.has(name)) return undefined;
  const advice = INSTEAD[name] ?? 'keep its id or its plain fields';
  const text =
    `${path()} is a ${name}, and a state that is written down holds only objects, arrays, numbers, ` +
    `strings, booleans and null: ${advice}`;
  return { text, isUnwritable: true };
}

const PLAIN: ReadonlySet<string> = new Set(['string', 'number', 'boolean', 'undefined', 'object']);

/** @returns undefined for a plain object or array. */
function className(object: object): string | undefined {
  if (Array.isArray(object)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === Object.prototype || prototype === null) return undefined;
  return object.constructor?.name || 'object of a class';
}

function pathOf({ holder, key }: Reached): string {
  if (!holder) return String(key);
  const of = pathOf(holder);
  if (typeof key === 'number') return `${of}[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${of}.${key}` : `${of}[${JSON.stringify(key)}]`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
