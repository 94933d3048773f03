import { describe, expect, it } from 'vitest';
import type { RoomView } from '../index.ts';
import type { Canvas } from './canvas.ts';
import { fourOf, fourWords } from './four.ts';
import { FourPlayer } from './four-player.ts';
import { COLUMNS_MIN, ROWS_MIN } from './layout.ts';
import { Overlay } from './model.ts';
import { pictureOf } from './picture.ts';
import { modelOf, TestWorld } from './test-world.ts';

const GAME = 'connect-four';
const RED = 1;
const YELLOW = 2;

interface Change {
  /** From the left, each from the bottom. */
  readonly columns?: readonly string[];
  readonly turn?: number;
  readonly winner?: number;
  readonly again?: number;
  readonly alone?: boolean;
}

/** A table at which oneself, ada, is red; bob is yellow. */
function table({ columns = [], turn = RED, winner = 0, again = 0, alone = false }: Change = {}) {
  const world = new TestWorld();
  world.game = GAME;
  world.about = { turnMs: 60_000, rules: 'Four of your colour.' };
  const cells = Array.from({ length: 7 }, (_, x) => `${(columns[x] ?? '').padEnd(6)}\n`).join('');
  world.add('board', { cells, turn, winner, turnAt: 0, games: 1 });
  const seat = (name: string, colour: number) =>
    world.add('seat', { name, colour, wins: colour, again: Number(again === colour) });
  world.avatar = seat('ada', RED);
  if (!alone) seat('bob', YELLOW);
  return world;
}

const words = (change: Change, turnForMs = 0) => fourWords(fourOf(table(change))!, turnForMs);
const rowsOf = (canvas: Canvas) => Array.from({ length: canvas.height }, (_, y) => canvas.row(y));
const picture = (change: Change, width = 80, height = 24) =>
  pictureOf(modelOf({ game: GAME, world: table(change) }), width, height);

describe('The words', () => {
  it('say whose turn it is, and since when', () => {
    expect(words({}).state).toBe('Your turn');
    expect(words({ turn: YELLOW }, 65_000)).toEqual({
      state: 'bob’s turn (1:05)',
      hint: 'C claims the game',
    });
    expect(words({ turn: YELLOW }, 59_000).hint).toBe('');
  });

  it('say how the game has ended, and how to go on', () => {
    const over = (change: Change) => words({ turn: 0, ...change });
    expect(over({ winner: RED })).toEqual({
      state: 'You have won a trophy!',
      hint: 'Space plays again   N finds another opponent',
    });
    expect(over({ winner: YELLOW }).state).toBe('bob has won');
    expect(over({ winner: 0 }).state).toBe('A draw');
    expect(over({ again: YELLOW }).hint).toMatch(/^bob wants to play again: Space/);
    expect(over({ again: RED }).hint).toMatch(/^waiting for bob to play again…/);
    expect(over({ winner: RED, alone: true })).toEqual({
      state: 'You have won a trophy: the other has left',
      hint: 'Space finds another opponent',
    });
  });
});

describe('The board', () => {
  it.each([
    [80, 24],
    [COLUMNS_MIN, ROWS_MIN],
    [250, 80],
  ])('fits a window of %i×%i with everything around it', (width, height) => {
    const canvas = picture({ columns: ['12', '', '', '1'] }, width, height);
    const rows = rowsOf(canvas);
    const left = rows.findLast((row) => row.includes('xx'))!.indexOf('xx');
    expect(rows.some((row) => row.includes('x you  1  :  2  bob o'))).toBe(true);
    for (const text of ['Your turn', 'x↓', 'Space']) {
      expect(rows.some((row) => row.includes(text))).toBe(true);
    }
    const discs = rows.filter((row) => /[xo]{2}/.test(row));
    expect(discs.map((row) => row.trim())).toEqual(['oo', expect.stringMatching(/^xx +xx$/)]);
    expect(rows.some((row) => row.indexOf('1    2    3    4    5    6    7') === left)).toBe(true);
  });

  it('shows the four that have won in another colour', () => {
    const columns = ['1', '1', '1', '12', '', '1'];
    const looks = (winner: number) => {
      const canvas = picture({ columns, turn: 0, winner });
      const y = rowsOf(canvas).findLastIndex((row) => row.includes('xx'));
      const row = canvas.row(y);
      return [row.indexOf('xx'), row.lastIndexOf('xx')].map(
        (x) => canvas.styles[y * canvas.width + x],
      );
    };
    const [inLine, outside] = looks(RED);
    expect(inLine).not.toBe(outside);
    expect(new Set(looks(0))).toEqual(new Set([outside]));
  });

  it('says that the column is full instead of showing a disc over it', () => {
    const rows = rowsOf(picture({ columns: ['', '', '', '121212'] }));
    expect(rows.some((row) => row.includes('full'))).toBe(true);
    expect(rows.some((row) => row.includes('↓'))).toBe(false);
  });

  it('has its own help', () => {
    const model = modelOf({ game: GAME, world: table(), overlay: Overlay.Help });
    const text = rowsOf(pictureOf(model, 80, 24)).join('\n');
    for (const part of ['1 to 7', 'another opponent', 'Four of your colour.']) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('shoot');
  });

  it('is not there before there is a room: it says who waits', () => {
    const shown = (count?: number, players?: number) => {
      const waiting = { sinceMs: 1000, count, players };
      return rowsOf(pictureOf(modelOf({ game: GAME, nowMs: 13_500, waiting }), 80, 24))
        .map((row) => row.trim())
        .filter((row) => /^(Waiting|The game begins)/.test(row));
    };
    const another = 'The game begins as soon as another player asks for it.';
    expect(shown(3, 2)).toEqual(['Waiting for an opponent (3 wait, 0:12)', another]);
    expect(shown(1, 2)).toEqual(['Waiting for an opponent (1 waits, 0:12)', another]);
    expect(shown()).toEqual(['Waiting for other players (0:12)', another]);
    expect(shown(2, 4)).toEqual([
      'Waiting for other players (2 wait, 0:12)',
      'The game begins as soon as 4 ask for it.',
    ]);
  });
});

/** A room that keeps what is sent to it. */
function room(change: Change = {}) {
  const sent: unknown[] = [];
  const view = Object.assign(table(change), {
    send: (name: string, args?: { column: number }) => sent.push(args ? [name, args.column] : name),
    leave: async () => sent.push('leave'),
  });
  return { view: view as unknown as RoomView, sent };
}

describe('The keys', () => {
  it('move the cursor around the board, and drop where it is', () => {
    const player = new FourPlayer();
    const { view, sent } = room();
    player.act({ do: 'move', by: -1 }, view);
    player.act({ do: 'drop' }, view);
    for (let i = 0; i < 3; i++) player.act({ do: 'move', by: -1 }, view);
    player.act({ do: 'drop' }, view);
    player.act({ do: 'drop', column: 4 }, view);
    player.act({ do: 'move', by: 1 }, view);
    player.act({ do: 'drop' }, view);
    player.act({ do: 'claim' }, view);
    player.act({ do: 'nextOpponent' }, view);
    expect(sent).toEqual([['drop', 2], ['drop', 6], ['drop', 4], ['drop', 5], 'claim']);
  });

  it('play again when the game is over, with another where the other has left', () => {
    const player = new FourPlayer();
    const over = room({ turn: 0 });
    player.act({ do: 'drop' }, over.view);
    player.act({ do: 'drop', column: 2 }, over.view);
    player.act({ do: 'nextOpponent' }, over.view);
    expect(over.sent).toEqual(['again', 'leave']);
    const alone = room({ turn: 0, alone: true });
    player.act({ do: 'drop' }, alone.view);
    expect(alone.sent).toEqual(['leave']);
  });

  it('do nothing in a room that has not shown its board', () => {
    const player = new FourPlayer();
    const view = { game: GAME, of: () => [] } as unknown as RoomView;
    player.act({ do: 'drop' }, view);
    expect(player.turnForMs(undefined, 5)).toBe(0);
  });
});

describe('A turn', () => {
  it('is timed from when it was seen', () => {
    const player = new FourPlayer();
    const first = room().view;
    expect([1000, 4000].map((nowMs) => player.turnForMs(first, nowMs))).toEqual([0, 3000]);
    expect(player.turnForMs(room({ columns: ['1'], turn: YELLOW }).view, 5000)).toBe(0);
  });
});
