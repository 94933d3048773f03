// Connect four, played without a server: its rules, and any game against a count of all lines.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RoomState } from '../coordinator/room-state.ts';
import connectFour from './connect-four.ts';
import type { Game } from './game.ts';

const ADA = 1;
const BOB = 2;
const other = (player: number) => (player === ADA ? BOB : ADA);

interface Board {
  readonly cells: string;
  readonly turn: number;
  readonly winner: number;
  readonly games: number;
}
interface Seat {
  readonly player: number;
  readonly colour: number;
  readonly wins: number;
  readonly again: boolean;
}

/** A room with two players; Ada is red and begins. */
class Table {
  now = 1000;
  /** What the room did to accounts. */
  readonly effects: unknown[] = [];
  private readonly state = new RoomState(connectFour as Game, { id: 1, seed: 1, now: 1000 });
  private readonly seqs = new Map<number, number>();

  constructor() {
    const joins = [ADA, BOB].map((player) => ({ kind: 'join' as const, player, name: 'x' }));
    this.state.apply(this.now, joins);
  }

  get board(): Board {
    return [...this.state.room.entities.board!][0] as unknown as Board;
  }

  get seats(): Seat[] {
    return [...this.state.room.entities.seat!] as unknown as Seat[];
  }

  /** @returns the code of the refusal, if there is one. */
  send(player: number, name: string, args: unknown = {}): string | undefined {
    const seq = (this.seqs.get(player) ?? 0) + 1;
    this.seqs.set(player, seq);
    const input = { kind: 'command' as const, player, seq, name, args, call: true };
    const { answers, failures, effects } = this.state.apply(this.now, [input]);
    for (const { kind, player, item, amount } of effects) {
      this.effects.push([kind, player, item, amount]);
    }
    expect(failures).toEqual([]);
    const [{ answer }] = answers as [(typeof answers)[number]];
    return answer.kind === 'rejected' ? answer.code : undefined;
  }

  drop(player: number, column: number): string | undefined {
    return this.send(player, 'drop', { column });
  }

  /** Both drop in turn, Ada first. */
  play(columns: readonly number[]): void {
    columns.forEach((column, i) => {
      expect(this.drop(i % 2 === 0 ? ADA : BOB, column)).toBeUndefined();
    });
  }

  leave(player: number): void {
    this.state.apply(this.now, [{ kind: 'leave', player }]);
  }
}

/** Ada has four in the first column. */
const UPRIGHT = [0, 1, 0, 1, 0, 1, 0];

/** Fills the board without four in a line. */
const DRAWN = Array.from('646043502630342526340416455300316212215511', Number);

describe('A game', () => {
  it('is begun by red when both are there', () => {
    const table = new Table();
    expect(table.seats).toMatchObject([
      { player: ADA, colour: 1, wins: 0 },
      { player: BOB, colour: 2, wins: 0 },
    ]);
    expect(table.board).toMatchObject({ turn: 1, winner: 0, games: 1 });
  });

  it('goes from one to the other, and discs fall onto each other', () => {
    const table = new Table();
    table.play([3, 3, 3]);
    expect(table.board.turn).toBe(2);
    expect(table.board.cells.split('\n')[3]).toBe('121   ');
  });

  it.each([
    ['upright', UPRIGHT],
    ['in a row', [0, 0, 1, 1, 2, 2, 3]],
    ['rising', [0, 1, 1, 2, 2, 3, 2, 3, 3, 6, 3]],
    ['falling', [6, 5, 5, 4, 4, 3, 4, 3, 3, 0, 3]],
    ['closed in the middle', [0, 0, 1, 1, 3, 3, 2]],
  ])('is won by four %s', (_how, columns) => {
    const table = new Table();
    table.play(columns.slice(0, -1));
    expect(table.board.turn).toBe(1);
    expect(table.drop(ADA, columns.at(-1)!)).toBeUndefined();
    expect(table.board).toMatchObject({ turn: 0, winner: 1 });
    expect(table.seats.map(({ wins }) => wins)).toEqual([1, 0]);
    expect(table.effects).toEqual([['deposit', ADA, 'trophy', 1]]);
  });

  it('is a draw when the board is full', () => {
    const table = new Table();
    table.play(DRAWN);
    expect(table.board).toMatchObject({ turn: 0, winner: 0 });
    expect(table.board.cells).not.toContain(' ');
  });

  it('is lost by who leaves it', () => {
    const table = new Table();
    table.play([3]);
    table.leave(ADA);
    expect(table.board).toMatchObject({ turn: 0, winner: 2 });
    expect(table.seats).toMatchObject([{ player: BOB, wins: 1 }]);
    expect(table.send(BOB, 'again')).toBe('ALONE');
  });

  it('that was over before is lost by nobody', () => {
    const table = new Table();
    table.play(UPRIGHT);
    table.leave(ADA);
    expect(table.board.winner).toBe(1);
  });
});

describe('A disc', () => {
  it('is dropped by whose turn it is', () => {
    const table = new Table();
    expect(table.drop(BOB, 3)).toBe('NOT_YOUR_TURN');
    table.play([3]);
    expect(table.drop(ADA, 3)).toBe('NOT_YOUR_TURN');
  });

  it('needs a column that has place, of those that there are', () => {
    const table = new Table();
    table.play([3, 3, 3, 3, 3, 3]);
    expect(table.drop(ADA, 3)).toBe('COLUMN_FULL');
    for (const column of [-1, 7, 1.5]) expect(table.drop(ADA, column)).toBe('BAD_ARGUMENTS');
    expect(table.drop(ADA, 4)).toBeUndefined();
  });

  it('is not dropped when the game is over', () => {
    const table = new Table();
    table.play(UPRIGHT);
    expect([table.drop(ADA, 1), table.drop(BOB, 1)]).toEqual(['GAME_OVER', 'GAME_OVER']);
  });
});

describe('Who takes more than a minute', () => {
  it('has lost when the other says so', () => {
    const table = new Table();
    table.now += 59_999;
    expect([table.send(BOB, 'claim'), table.send(ADA, 'claim')]).toEqual(['NOT_LATE', 'NOT_LATE']);
    table.now += 1;
    expect(table.send(ADA, 'claim')).toBe('NOT_LATE');
    expect(table.send(BOB, 'claim')).toBeUndefined();
    expect(table.board).toMatchObject({ turn: 0, winner: 2 });
    table.now += 60_000;
    expect(table.send(BOB, 'claim')).toBe('NOT_LATE');
  });

  it('has a minute for each disc', () => {
    const table = new Table();
    table.now += 50_000;
    table.play([0]);
    table.now += 50_000;
    expect(table.send(ADA, 'claim')).toBe('NOT_LATE');
  });
});

describe('Another game', () => {
  it('begins when both want it, with the other first', () => {
    const table = new Table();
    expect(table.send(ADA, 'again')).toBe('GAME_ON');
    table.play(UPRIGHT);
    table.send(BOB, 'again');
    table.send(BOB, 'again');
    expect(table.board).toMatchObject({ turn: 0, games: 1 });
    expect(table.seats.map(({ again }) => again)).toEqual([false, true]);
    table.send(ADA, 'again');
    expect(table.board).toMatchObject({ turn: 2, winner: 0, games: 2 });
    expect(table.board.cells.trim()).toBe('');
    expect(table.seats).toMatchObject([
      { wins: 1, again: false },
      { wins: 0, again: false },
    ]);
  });
});

/** Whether the colour has four in a line: every line of four places is looked at. */
function hasFour(cells: string, colour: number): boolean {
  const columns = cells.split('\n');
  const at = (x: number, y: number) => columns[x]?.[y] === String(colour);
  const places = Array.from({ length: 42 }, (_, i) => [i % 7, Math.floor(i / 7)] as const);
  const ways = [[1, 0], [0, 1], [1, 1], [1, -1]] as const; // biome-ignore format: a list of pairs
  return places.some(([x, y]) =>
    ways.some(([dx, dy]) => [0, 1, 2, 3].every((i) => at(x + i * dx, y + i * dy))),
  );
}

describe('Any game', () => {
  it('ends with a win or a draw, as a count of all lines says after each disc', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(6)), (columns) => {
        const table = new Table();
        for (const column of columns) {
          const { turn, cells } = table.board;
          const isFull = !cells.split('\n')[column]!.includes(' ');
          const refusal = table.drop(turn, column);
          expect(refusal).toBe(isFull ? 'COLUMN_FULL' : undefined);
          const winners = [1, 2].filter((colour) => hasFour(table.board.cells, colour));
          expect(winners).toEqual(table.board.winner > 0 ? [turn] : []);
          if (table.board.winner > 0) expect(table.board.winner).toBe(turn);
          const isOver = winners.length > 0 || !table.board.cells.includes(' ');
          expect(table.board.turn).toBe(isOver ? 0 : isFull ? turn : other(turn));
          if (isOver) return;
        }
      }),
    );
  });
});
