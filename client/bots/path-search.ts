// Finds a short way over known ground: breadth first, over a bounded number of tiles around a place.
import type { CaveMap, Place } from './cave-map.ts';
import { DIRECTIONS, steps } from './directions.ts';

/** Tiles looked at lie this near, in each direction. */
const REACH = 24;
/** One tile more on each side: the rim, which counts as seen in every search. */
const SIDE = 2 * REACH + 3;
const CENTRE = (REACH + 1) * SIDE + REACH + 1;
const offsets = [-SIDE, 1, SIDE, -1] as const;
const RIM = 0xffff_ffff;

export interface Path {
  /** The directions to take; the last is the first. */
  readonly directions: number[];
  /** Where it ends. */
  readonly end: Place;
  /** Whether that is a goal; otherwise the tile nearest to the place to go towards. */
  readonly isGoal: boolean;
}

/** Scratch memory of about 30 KB that all bots of a process share; a search is one synchronous
 *  `begin`, `mark`…, `find`. */
export class PathSearch {
  /** The search that last saw each tile, and the one that last marked it. */
  private readonly seen = new Uint32Array(SIDE * SIDE);
  private readonly marked = new Uint32Array(SIDE * SIDE);
  private readonly cameBy = new Uint8Array(SIDE * SIDE);
  private readonly queue = new Uint16Array(SIDE * SIDE);
  private search = 0;
  private left = 0;
  private top = 0;

  constructor() {
    for (let i = 0; i < SIDE; i++) {
      for (const at of [i, (SIDE - 1) * SIDE + i, i * SIDE, i * SIDE + SIDE - 1]) {
        this.seen[at] = RIM;
      }
    }
  }

  /** A new search from (x, y), without goals. */
  begin(x: number, y: number): void {
    this.search++;
    this.left = x - REACH - 1;
    this.top = y - REACH - 1;
  }

  /** Makes (x, y) a goal, unless it is too far away to be found. */
  mark(x: number, y: number): void {
    const column = x - this.left;
    const row = y - this.top;
    if (column < 0 || row < 0 || column >= SIDE || row >= SIDE) return;
    this.marked[row * SIDE + column] = this.search;
  }

  /** @param tilesMax how many tiles are looked at.
   *  @param towards where to go if no goal is found.
   *  @param turn 0..3: which direction is tried first, so that bots do not all walk alike.
   *  @returns the way to the nearest goal other than the start, or else to the tile nearest to
   *  `towards`; undefined where neither is anywhere but here. */
  find(map: CaveMap, tilesMax: number, towards?: Place, turn = 0): Path | undefined {
    const { seen, marked, queue, search } = this;
    seen[CENTRE] = search;
    queue[0] = CENTRE;
    let nearest = CENTRE;
    let least = this.stepsTo(CENTRE, towards);
    for (let head = 0, tail = 1; head < tail; head++) {
      const at = queue[head]!;
      if (marked[at] === search && at !== CENTRE) return this.pathTo(at, true);
      const distance = this.stepsTo(at, towards);
      if (distance < least) {
        least = distance;
        nearest = at;
      }
      if (tail < tilesMax) tail = this.spread(map, at, tail, turn);
    }
    return nearest === CENTRE ? undefined : this.pathTo(nearest, false);
  }

  /** Puts the open tiles beside `at` into the queue.
   *  @returns its new end. */
  private spread(map: CaveMap, at: number, tail: number, turn: number): number {
    const { seen, search } = this;
    let end = tail;
    for (let i = 0; i < DIRECTIONS; i++) {
      const direction = (i + turn) % DIRECTIONS;
      const next = at + offsets[direction]!;
      if (seen[next]! >= search) continue;
      seen[next] = search;
      if (!map.isOpen(this.left + (next % SIDE), this.top + Math.floor(next / SIDE))) continue;
      this.cameBy[next] = direction;
      this.queue[end++] = next;
    }
    return end;
  }

  private stepsTo(at: number, towards: Place | undefined): number {
    if (!towards) return 0;
    const x = this.left + (at % SIDE);
    const y = this.top + Math.floor(at / SIDE);
    return Math.abs(towards.x - x) + Math.abs(towards.y - y);
  }

  private pathTo(end: number, isGoal: boolean): Path {
    const directions: number[] = [];
    for (let at = end; at !== CENTRE; ) {
      const direction = this.cameBy[at]!;
      directions.push(direction);
      at -= offsets[direction]!;
    }
    const place = { x: this.left + (end % SIDE), y: this.top + Math.floor(end / SIDE) };
    return { directions, end: place, isGoal };
  }
}

/** The place one step from `place`. */
export function stepFrom({ x, y }: Place, direction: number): Place {
  const { dx, dy } = steps[direction]!;
  return { x: x + dx, y: y + dy };
}
