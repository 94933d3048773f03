// Values as bytes between processes: each arrives as it was given, or is refused in the call.
//
// Neither encoding keeps every value: JSON loses NaN and dates, the structured clone of V8 turns an
// instance of a class into a plain object without a word. So a value is walked through before it is
// packed, and a refusal names the place in it. A process that only passes values on never unpacks
// them: bytes cannot make it build anything.
import { types } from 'node:util';
import { deserialize, serialize } from 'node:v8';

/** A value as it is sent. Longer strings, arrays and objects are bytes. */
export type Packed = number | string | boolean | null | Uint8Array;

/** Strings up to this length are sent as they are; longer ones are kept outside of the heap. */
const STRING_CHARACTERS_MAX = 256;
/** A deeper value would overflow the stack of the process that reads it. */
const DEPTH_MAX = 500;
/** A clone begins with 0xff, which is in no JSON text. */
const CLONE_HEAD = 0xff;

/** A value cannot cross processes. */
export class NotPortable extends Error {
  override readonly name = 'NotPortable';
}

/** @throws {NotPortable} whose message names the place of what is at fault, and says what to give. */
export function packValue(value: unknown): Packed {
  switch (typeof value) {
    case 'number':
      if (!Object.is(value, -0)) return value;
      break;
    case 'boolean':
      return value;
    case 'string':
      if (value.length <= STRING_CHARACTERS_MAX && value.isWellFormed()) return value;
      return Buffer.from(JSON.stringify(value));
    case 'object':
      if (value === null) return null;
      break;
    default:
  }
  if (isKeptByJson(value)) return Buffer.from(JSON.stringify(value));
  try {
    return serialize(value);
  } catch (error) {
    throw new NotPortable(`value: ${(error as Error).message}`, { cause: error });
  }
}

/** @returns whether JSON keeps the value; the structured clone keeps it in any case.
 *  @throws {NotPortable} where that does not. */
export function isKeptByJson(value: unknown): boolean {
  const walk = new Walk();
  const fault = walk.faultOf(value, 0);
  if (fault) throw new NotPortable(`value${fault.path}: ${fault.text}`);
  return walk.isJson;
}

/** @throws {Error} for bytes that `packValue` has not given. */
export function unpackValue(packed: unknown): unknown {
  if (!(packed instanceof Uint8Array)) return packed;
  if (packed[0] === CLONE_HEAD) return deserialize(packed);
  return JSON.parse(Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).toString());
}

export function isPacked(value: unknown): value is Packed {
  switch (typeof value) {
    case 'number':
    case 'string':
    case 'boolean':
      return true;
    default:
      return value === null || value instanceof Uint8Array;
  }
}

/** About how many bytes a packed value takes where it is kept. */
export function packedBytes(packed: Packed): number {
  if (packed instanceof Uint8Array) return packed.byteLength;
  return typeof packed === 'string' ? 2 * packed.length : 8;
}

interface Fault {
  path: string;
  readonly text: string;
}

/** What the clone keeps as it is, when it is no instance of a subclass. */
const KEPT = new Set<unknown>(
  [Date, ArrayBuffer, DataView, Buffer, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array]
    .concat([
      Uint16Array,
      Int32Array,
      Uint32Array,
      Float16Array,
      Float32Array,
      Float64Array,
    ] as never)
    .concat([BigInt64Array, BigUint64Array] as never)
    .map(({ prototype }) => prototype),
);
const ERRORS = new Set<unknown>(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map(
    ({ prototype }) => prototype,
  ),
);

/** One walk through one value. */
class Walk {
  /** Whether JSON keeps it as well, which is ten times as fast as the clone. */
  isJson = true;
  private readonly seen = new Set<object>();

  /** @returns what is at fault in the value, or undefined. */
  faultOf(value: unknown, depth: number): Fault | undefined {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return undefined;
      case 'number':
        if (!Number.isFinite(value) || Object.is(value, -0)) this.isJson = false;
        return undefined;
      case 'undefined':
      case 'bigint':
        this.isJson = false;
        return undefined;
      case 'object':
        return value === null ? undefined : this.faultOfObject(value, depth);
      default:
        return fault(`a ${typeof value} cannot cross processes: leave it out`);
    }
  }

  private faultOfObject(value: object, depth: number): Fault | undefined {
    if (this.seen.has(value)) {
      this.isJson = false;
      return undefined;
    }
    this.seen.add(value);
    if (depth === DEPTH_MAX) return fault(`it is nested more than ${DEPTH_MAX} deep: make it flat`);
    if (types.isProxy(value)) return fault('a Proxy cannot cross processes: give a plain copy');
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Array.prototype) return this.faultOfArray(value as unknown[], depth);
    if (prototype === Object.prototype || prototype === null) {
      return this.faultOfMembers(value, depth);
    }
    this.isJson = false;
    if (prototype === Map.prototype) return this.faultOfMap(value as Map<unknown, unknown>, depth);
    if (prototype === Set.prototype) {
      return faultIn([...(value as Set<unknown>)], (one) => this.faultOf(one, depth + 1), 'member');
    }
    return this.faultOfOther(value, prototype, depth);
  }

  private faultOfArray(array: unknown[], depth: number): Fault | undefined {
    if (Object.keys(array).length !== array.length) {
      // Gaps, or members that have names.
      this.isJson = false;
      return this.faultOfMembers(array, depth);
    }
    for (let i = 0; i < array.length; i++) {
      const found = this.faultOf(array[i], depth + 1);
      if (found) return within(`[${i}]`, found);
    }
    return undefined;
  }

  private faultOfMembers(object: object, depth: number): Fault | undefined {
    if (Object.getOwnPropertySymbols(object).length > 0) {
      return fault('it has a member named by a symbol, which cannot cross processes: use a string');
    }
    for (const key of Object.keys(object)) {
      const found = this.faultOf((object as Record<string, unknown>)[key], depth + 1);
      if (found) return within(memberPath(key), found);
    }
    return undefined;
  }

  private faultOfMap(map: Map<unknown, unknown>, depth: number): Fault | undefined {
    return (
      faultIn([...map.keys()], (key) => this.faultOf(key, depth + 1), 'key') ??
      faultIn([...map.values()], (one) => this.faultOf(one, depth + 1), 'entry')
    );
  }

  private faultOfOther(value: object, prototype: unknown, depth: number): Fault | undefined {
    if (KEPT.has(prototype)) {
      const isShared = ArrayBuffer.isView(value) && value.buffer instanceof SharedArrayBuffer;
      return isShared
        ? fault('shared memory cannot cross processes: give a copy of it')
        : undefined;
    }
    if (prototype === RegExp.prototype) {
      const { lastIndex } = value as RegExp;
      return lastIndex === 0 ? undefined : fault('lastIndex of a RegExp is lost: set it to 0');
    }
    if (ERRORS.has(prototype) && Object.keys(value).length === 0) {
      const found = this.faultOf((value as Error).cause, depth + 1);
      return found && within('.cause', found);
    }
    if (value instanceof Error) {
      return fault(
        `members and class of ${nameOf(value)} would be lost: give its message or stack`,
      );
    }
    return fault(`an instance of ${nameOf(value)} would lose its class: give a plain object`);
  }
}

function fault(text: string): Fault {
  return { path: '', text };
}

/** Paths are put together only where there is a fault. */
function within(path: string, found: Fault): Fault {
  found.path = path + found.path;
  return found;
}

function faultIn(
  values: readonly unknown[],
  faultOf: (value: unknown) => Fault | undefined,
  what: string,
): Fault | undefined {
  for (let i = 0; i < values.length; i++) {
    const found = faultOf(values[i]);
    if (found) return within(`(${what} ${i})`, found);
  }
  return undefined;
}

function memberPath(key: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)
    ? `.${key}`
    : `[${JSON.stringify(key)}]`;
}

function nameOf(value: object): string {
  const { name } = Object(value.constructor) as { name?: unknown };
  return typeof name === 'string' && name !== '' ? name : 'a class';
}
