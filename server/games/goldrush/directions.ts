// The four directions of steps and arrows, by the number that `facing` holds.

export const directions = ['north', 'east', 'south', 'west'] as const;

const dx = [0, 1, 0, -1] as const;
const dy = [-1, 0, 1, 0] as const;

/** @param direction 0..3. */
export function dxOf(direction: number): number {
  return dx[direction]!;
}

/** @param direction 0..3. */
export function dyOf(direction: number): number {
  return dy[direction]!;
}

/** @returns the direction of one step by (x, y); undefined where that is none of the four. */
export function directionOf(x: number, y: number): number | undefined {
  if (Math.abs(x) + Math.abs(y) !== 1) return undefined;
  if (x === 0) return y < 0 ? 0 : 2;
  return x > 0 ? 1 : 3;
}
