// A copy of what `room.state` holds, taken in a transaction before game code can change it, and written back
// into the same objects where the transaction fails.

type Plain = Record<string, unknown>;

/** A plain object or array of the state, and what it held. */
interface Node {
  readonly of: Plain | unknown[];
  /** Undefined for an array. */
  readonly keys: readonly string[] | undefined;
  readonly prototype: object | null;
  /** In the order of the keys; of an array with its holes. */
  values: readonly unknown[];
  /** Whether none of the values is a plain object or array. */
  readonly isFlat: boolean;
}

/** An object that is not plain (a Date, an entity) is kept as a reference; its content is not copied.
 *
 *  Why a copy: proxies that see each write would not be the objects that ticks get, so `===`, `includes` and
 *  `structuredClone` would surprise authors, and a reference kept from a tick would escape the undo. A copy
 *  costs as much as the state is large. So it is kept from one transaction to the next: what has not changed
 *  is only compared (some 15 ns for each value of an object, 2 ns for each of an array). */
export class StateCopy {
  private root: unknown;
  /** Each object once, before the objects that are in it. */
  private nodes: Node[] = [];
  private values = 0;

  /** How many values it holds. */
  get size(): number {
    return this.values;
  }

  /** Makes it a copy of `root` as that is now. */
  take(root: unknown): void {
    if (root === this.root && this.refresh()) return;
    this.root = root;
    this.nodes = [];
    this.values = 0;
    if (isPlain(root)) this.add(root, new Set());
  }

  /** Writes the copied values back into the objects that they were copied from.
   *  @returns the value of `room.state`. */
  restore(): unknown {
    try {
      for (const node of this.nodes) if (!isSame(node)) writeBack(node);
      return this.root;
    } catch {
      // The game has frozen an object, or given it a property that cannot be set.
      return this.replace();
    }
  }

  /** Makes new objects of what it has copied: code that still holds the old ones changes nothing by them.
   *  @returns the root of the state. */
  replace(): unknown {
    const made = new Map<unknown, Plain | unknown[]>();
    for (const { of, keys, prototype } of this.nodes) {
      made.set(of, keys ? Object.create(prototype) : []);
    }
    for (const { of, keys, values } of this.nodes) {
      const replaced = values.map((value) => made.get(value) ?? value);
      fill(made.get(of)!, keys, replaced);
    }
    this.take(made.get(this.root) ?? this.root);
    return this.root;
  }

  /** @param root the present one.
   *  @returns what differs from the copy, as paths: `state.gold`. */
  differences(root: unknown): string[] {
    if (root !== this.root) return ['state'];
    const changed = this.nodes.filter((node) => !isSame(node));
    if (changed.length === 0) return [];
    const paths = this.paths();
    return changed.flatMap((node) => {
      const path = paths.get(node.of)!;
      const keys = node.keys ? changedKeys(node.keys, node) : [];
      return keys.length > 0 ? keys.map((key) => `${path}.${key}`) : [path];
    });
  }

  /** Copies again what has changed, where no object has come or gone by that.
   *  @returns false where all is to be copied again. */
  private refresh(): boolean {
    for (const node of this.nodes) if (!isSame(node) && !copyAgain(node)) return false;
    return true;
  }

  private add(of: Plain | unknown[], seen: Set<unknown>): void {
    seen.add(of);
    const keys = Array.isArray(of) ? undefined : Object.keys(of);
    const values = valuesOf(of);
    const isFlat = !values.some(isPlain);
    this.values += values.length;
    this.nodes.push({ of, keys, prototype: Object.getPrototypeOf(of), values, isFlat });
    if (isFlat) return;
    for (const value of values) if (isPlain(value) && !seen.has(value)) this.add(value, seen);
  }

  private paths(): ReadonlyMap<unknown, string> {
    const paths = new Map<unknown, string>([[this.root, 'state']]);
    for (const { of, keys, values } of this.nodes) {
      values.forEach((value, i) => {
        if (!isPlain(value) || paths.has(value)) return;
        paths.set(value, `${paths.get(of)}${keys ? `.${keys[i]}` : `[${i}]`}`);
      });
    }
    return paths;
  }
}

function isPlain(value: unknown): value is Plain | unknown[] {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  // No class: a key `__proto__` was set.
  return !Object.hasOwn(prototype as object, 'constructor');
}

function valuesOf(of: Plain | unknown[]): unknown[] {
  return Array.isArray(of) ? of.slice() : Object.values(of);
}

/** `for … in` would be faster for objects of one shape, and ten times as slow for objects of several. */
function isSame({ of, keys, prototype, values }: Node): boolean {
  if (!keys) return isSameList(of as unknown[], values);
  if (Object.getPrototypeOf(of) !== prototype) return false;
  return isSameList(Object.keys(of), keys) && isSameList(Object.values(of), values);
}

function isSameList(list: readonly unknown[], other: readonly unknown[]): boolean {
  const { length } = other;
  if (list.length !== length) return false;
  for (let i = 0; i < length; i++) if (!Object.is(list[i], other[i])) return false;
  return true;
}

function copyAgain(node: Node): boolean {
  const { of, keys, prototype, isFlat } = node;
  if (!isFlat || Object.getPrototypeOf(of) !== prototype) return false;
  if (keys && !isSameList(Object.keys(of), keys)) return false;
  const values = valuesOf(of);
  if (values.some(isPlain)) return false;
  node.values = values;
  return true;
}

function writeBack({ of, keys, prototype, values }: Node): void {
  if (Object.getPrototypeOf(of) !== prototype) Object.setPrototypeOf(of, prototype);
  // All of them: the order of the keys is a part of what the state holds.
  if (keys) for (const key of Object.keys(of)) delete (of as Plain)[key];
  else (of as unknown[]).length = 0;
  fill(of, keys, values);
}

function fill(
  of: Plain | unknown[],
  keys: readonly string[] | undefined,
  values: readonly unknown[],
): void {
  if (!keys) (of as unknown[]).length = values.length;
  values.forEach((value, i) => {
    // Not by an assignment: a key may be `__proto__`.
    const property = { value, writable: true, enumerable: true, configurable: true };
    Object.defineProperty(of, keys ? keys[i]! : i, property);
  });
}

/** The keys that have come, gone or another value; none where only their order has changed. */
function changedKeys(keys: readonly string[], { of, values }: Node): string[] {
  const before = new Map(keys.map((key, i) => [key, values[i]]));
  return [...new Set([...keys, ...Object.keys(of)])].filter((key) => {
    const isKept = before.has(key) && Object.hasOwn(of, key);
    return !isKept || !Object.is((of as Plain)[key], before.get(key));
  });
}
