// The four directions, by the numbers that `facing` has on the wire.
export const DIRECTIONS = 4;

/** The `args` of a step or a shot in each direction: north, east, south, west. */
export const steps = [
  { dx: 0, dy: -1 },
  { dx: 1, dy: 0 },
  { dx: 0, dy: 1 },
  { dx: -1, dy: 0 },
] as const;

/** @returns the direction in which `to` lies straight ahead of `from`; undefined where it does not. */
export function directionTo(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
): number | undefined {
  if (from.x === to.x) return from.y === to.y ? undefined : to.y < from.y ? 0 : 2;
  if (from.y === to.y) return to.x > from.x ? 1 : 3;
  return undefined;
}
