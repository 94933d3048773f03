// The four directions, numbered as Goldrush's `facing` numbers them.

export type Direction = 0 | 1 | 2 | 3;
export const NORTH: Direction = 0;
export const EAST: Direction = 1;
export const SOUTH: Direction = 2;
export const WEST: Direction = 3;

/** What `walk` and `shoot` take. */
export const stepOf = [
  { dx: 0, dy: -1 },
  { dx: 1, dy: 0 },
  { dx: 0, dy: 1 },
  { dx: -1, dy: 0 },
] as const;

const compass = ['→', '↘', '↓', '↙', '←', '↖', '↑', '↗'] as const;

/** The arrow of eight that points most nearly along (dx, dy). */
export function pointer(dx: number, dy: number): string {
  const eighths = Math.round((Math.atan2(dy, dx) * 4) / Math.PI);
  return compass[(eighths + 8) % 8]!;
}
