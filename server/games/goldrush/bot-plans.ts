// Where bots go: a short way to gold or to a bank, found in a process of its own.
import { Tile } from './chunks.ts';
import { numbers } from './numbers.ts';

/** The cave's tiles, row by row; a place is an index into them. */
export type Ground = Uint8Array;

export interface Question {
  readonly from: number;
  /** Where there is gold; `bank`: the bot wants to get rid of what it has. */
  readonly piles: readonly number[] | 'bank';
}

export interface Plan {
  /** Each place beside the one before, the first beside the start. */
  readonly path: readonly number[];
  /** How many of them the bot has come to. */
  done: number;
}

const SIZE = numbers.worldTiles;
/** Places looked at for a way. There is a bank within less. */
const PLACES_MAX = 12_000;
/** With no goal in reach it goes so far at most. */
const WANDER_STEPS = 24;

const cameFrom = new Int32Array(SIZE * SIZE);
const queue = new Int32Array(SIZE * SIZE);

/** @param random 0..1: where a bot goes that finds nothing. */
export function planFor(
  ground: Ground,
  { from, piles }: Question,
  random: () => number = Math.random,
): Plan {
  const goals = piles === 'bank' ? undefined : new Set(piles);
  cameFrom.fill(-1);
  cameFrom[from] = from;
  queue[0] = from;
  let tail = 1;
  for (let head = 0; head < tail && tail < PLACES_MAX; head++) {
    const at = queue[head]!;
    const isGoal = goals ? goals.has(at) : ground[at] === Tile.Bank;
    if (isGoal && at !== from) return { path: pathTo(at), done: 0 };
    // The border of the world is wall, so that no neighbour is outside.
    for (const next of [at - SIZE, at + 1, at + SIZE, at - 1]) {
      if (cameFrom[next] !== -1 || ground[next] === Tile.Wall) continue;
      cameFrom[next] = at;
      queue[tail++] = next;
    }
  }
  const anywhere = queue[Math.floor(random() * tail)]!;
  return { path: pathTo(anywhere).slice(0, WANDER_STEPS), done: 0 };
}

export function planAll(ground: Ground, questions: readonly Question[]): Plan[] {
  return questions.map((question) => planFor(ground, question));
}

export const planning = { module: import.meta.url, run: planAll };

function pathTo(end: number): number[] {
  const path: number[] = [];
  for (let at = end; cameFrom[at] !== at; at = cameFrom[at]!) path.push(at);
  return path.reverse();
}
