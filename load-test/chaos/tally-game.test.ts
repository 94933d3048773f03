// What the tally room notices; that a whole run shows it is tested there.
import { describe, expect, it } from 'vitest';
import { checkGame } from '../../server/games/check-game.ts';
import tally from './tally-game.ts';

type Room = Parameters<typeof tally.commands.add.run>[0];
type Player = Parameters<typeof tally.commands.add.run>[1];

const player = (id: number) => ({ id }) as Player;

/** Applies additions of two players. */
function room(...additions: readonly (readonly [player: number, n: number])[]) {
  const made = { state: tally.state(), tick: 7 } as Room;
  for (const [id, n] of additions) tally.commands.add.run(made, player(id), { n });
  return made;
}

describe('The tally room', () => {
  it('is a game that the server takes', () => {
    expect(checkGame(tally)).toEqual([]);
  });

  it('counts what each player adds in order, and sees nothing wrong in it', () => {
    const { state } = room([1, 1], [2, 1], [1, 2], [1, 3]);
    expect(state).toMatchObject({ total: 4, last: { 1: 3, 2: 1 }, violations: 0 });
  });

  it.each([
    ['applied twice', [1, 1], 'player 1 adds 1 where 2 is next'],
    ['lost', [1, 3], 'player 1 adds 3 where 2 is next'],
  ] as const)('sees an addition that was %s', (_what, next, text) => {
    const made = room([1, 1], next);
    expect(made.state).toMatchObject({ violations: 1, firstViolation: text });
    expect(tally.commands.totals.run(made, player(1), {})).toMatchObject({ total: 2 });
  });

  it('sees additions out of order', () => {
    expect(room([1, 2], [1, 1]).state.violations).toBeGreaterThan(0);
  });
});
