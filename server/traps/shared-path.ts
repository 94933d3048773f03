// Finds an object that two values hold both.

/** @returns the path to it in `value`, such as `state.board`; undefined where there is none. Frozen objects
 *  may be shared. */
export function sharedPath(value: unknown, other: unknown): string | undefined {
  const others = new Map<object, string>();
  collect(other, 'state', others);
  const own = new Map<object, string>();
  collect(value, 'state', own);
  for (const [object, path] of own) {
    if (others.has(object) && !Object.isFrozen(object)) return path;
  }
  return undefined;
}

/** The root first. */
function collect(value: unknown, path: string, into: Map<object, string>): void {
  if (typeof value !== 'object' || value === null || into.has(value)) return;
  into.set(value, path);
  for (const [key, member] of Object.entries(value)) {
    collect(member, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, into);
  }
}
