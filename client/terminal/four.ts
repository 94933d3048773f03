// Connect four as the player is told of it: the board read from a room, and its state in words.
import type { Entity } from '../index.ts';
import { nameOf } from './shown-text.ts';
import type { World } from './world.ts';

export const CONNECT_FOUR = 'connect-four';
export const COLUMNS = 7;
export const ROWS = 6;
/** Of a column in `cells`: its places from the bottom, and a line feed. */
const COLUMN_CHARACTERS = ROWS + 1;

interface Seat extends Entity {
  readonly player: number;
  readonly name: string;
  readonly colour: number;
  readonly wins: number;
  readonly again: boolean;
}

interface BoardEntity extends Entity {
  readonly cells: string;
  readonly turn: number;
  readonly winner: number;
  readonly games: number;
}

export interface Four {
  readonly board: BoardEntity;
  readonly own: Seat;
  /** Undefined when the other has left. */
  readonly other: Seat | undefined;
  /** How long a turn may last. */
  readonly turnMs: number;
}

/** @returns undefined for another game, and before the first state. */
export function fourOf(world: World | undefined): Four | undefined {
  if (world?.game !== CONNECT_FOUR) return undefined;
  const [board] = world.of<BoardEntity>('board');
  const own = world.avatar as Seat | undefined;
  if (!board || !own) return undefined;
  const other = [...world.of<Seat>('seat')].find(({ id }) => id !== own.id);
  const { turnMs } = (world.about ?? {}) as { turnMs?: number };
  return { board, own, other, turnMs: turnMs ?? Number.POSITIVE_INFINITY };
}

/** The colour at a place, 0 where there is no disc. `y` counts from the bottom. */
export function discAt({ cells }: { readonly cells: string }, x: number, y: number): number {
  return Number(cells[x * COLUMN_CHARACTERS + y]?.trim() ?? 0);
}

export function isFull(board: { readonly cells: string }, column: number): boolean {
  return discAt(board, column, ROWS - 1) > 0;
}

/** Whether the disc at this place is one of four in a line. */
export function isInLine(board: { readonly cells: string }, x: number, y: number): boolean {
  const colour = discAt(board, x, y);
  if (colour === 0) return false;
  const run = (dx: number, dy: number): number => {
    let length = 0;
    while (discAt(board, x + dx * (length + 1), y + dy * (length + 1)) === colour) length++;
    return length;
  };
  const ways = [[1, 0], [0, 1], [1, 1], [1, -1]] as const; // biome-ignore format: a list of pairs
  return ways.some(([dx, dy]) => run(dx, dy) + run(-dx, -dy) >= 3);
}

/** What is going on, and what one can do about it.
 *  @param turnForMs how long the turn has lasted. */
export function fourWords(four: Four, turnForMs: number): { state: string; hint: string } {
  const { board, own, other, turnMs } = four;
  const name = other ? nameOf(other.name) : 'the other';
  if (board.turn === own.colour) {
    return { state: 'Your turn', hint: '← → and Space, or 1 to 7, drop a disc' };
  }
  if (board.turn > 0) {
    const hint = turnForMs >= turnMs ? 'C claims the game' : '';
    return { state: `${name}’s turn (${clock(turnForMs)})`, hint };
  }
  return { state: resultOf(four, name), hint: nextOf(four, name) };
}

function resultOf({ board, own, other }: Four, name: string): string {
  if (board.winner === 0) return 'A draw';
  if (board.winner !== own.colour) return `${name} has won`;
  return other ? 'You have won a trophy!' : 'You have won a trophy: the other has left';
}

function nextOf({ own, other }: Four, name: string): string {
  if (!other) return 'Space finds another opponent';
  if (own.again) return `waiting for ${name} to play again…   N finds another opponent`;
  const wish = other.again ? `${name} wants to play again: ` : '';
  return `${wish}Space plays again   N finds another opponent`;
}

/** `1:05` */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
