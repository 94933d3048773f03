// The game of crowds gives every client something to be shown at every tick.
import { expect, it } from 'vitest';
import { RoomState } from '../server/coordinator/room-state.ts';
import { checkGame } from '../server/games/check-game.ts';
import type { Game } from '../server/games/index.ts';
import crowd from './crowd-game.ts';

it('The game of crowds is a game that the server takes, and moves every player at every tick', () => {
  expect(checkGame(crowd)).toEqual([]);
  const room = new RoomState(crowd as unknown as Game, { id: 1, seed: 1, now: 0 });
  const join = (player: number) => ({ type: 'join', player, name: 'ada' }) as never;
  room.apply(0, [join(1), join(2)]);
  const places = () => [...room.room.entities.walker!].map((w) => `${w.x} ${w.y}`);
  for (let tick = 0; tick < 300; tick++) {
    const before = places();
    room.apply(0, []);
    expect(places().filter((place) => before.includes(place))).toEqual([]);
  }
});
