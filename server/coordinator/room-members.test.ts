// Who is in a room that was brought back, and when it goes on for them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLink } from './fake-link.ts';
import { pass, startTime, stopTime } from './fake-time.ts';
import { RoomState } from './room-state.ts';
import { Session } from './session.ts';
import { tally } from './test-game.ts';
import { TestRoom } from './test-room.ts';
import { forgetfulRoom } from './test-storage.ts';

beforeEach(() => stopTime());
afterEach(startTime);

/** A room as it was with three players, the last of whom had lost the connection. */
function recovered() {
  const before = new RoomState(tally, { id: 7, seed: 1, now: 0 });
  const players = [1, 2, 3];
  before.apply(
    1,
    players.map((player) => ({ kind: 'join', player, name: `player ${player}` })),
  );
  before.apply(2, [{ kind: 'connection', player: 3, connected: false }]);
  const state = RoomState.restore(tally, { id: 7, saved: before.save() });
  const sessions = players.map((id) => {
    return new Session({ id, token: `token ${id}`, name: `player ${id}` });
  });
  const sessionOf = (id: number) => sessions[id - 1];
  const world = new TestRoom(tally, 4, forgetfulRoom, { state, sessionOf });
  const link = new FakeLink();
  const attach = (id: number) => world.attach(sessions[id - 1]!, link, id);
  return { room: world.room, world, attach, sessions, link };
}

describe('A room that was brought back', () => {
  it('goes on at once when all who were connected are back', () => {
    const { room, attach } = recovered();
    attach(1);
    pass(5);
    expect(room.tick).toBe(2);
    attach(2);
    pass(1);
    expect(room.tick).toBe(3);
    // Nobody waited for this one.
    attach(3);
    pass(5);
    expect(room.tick).toBe(3);
  });

  it('tells its workers of that tick before other rooms do what they have to', () => {
    const { attach, link, world } = recovered();
    attach(1);
    attach(2);
    expect(link.flushes).toBe(0);
    pass(1);
    expect([link.flushes, link.types.at(-1)]).toEqual([1, 'delta']);
    world.step();
    expect(link.flushes).toBe(1);
  });

  it('does not wait for who leaves, nor for long', () => {
    const { room, attach, sessions } = recovered();
    room.members.leave(sessions[1]!, 'LEFT', 'gone');
    attach(1);
    pass(1);
    expect(room.tick).toBe(3);
    const other = recovered();
    other.attach(1);
    other.world.step();
    expect(other.room.tick).toBe(3);
  });
});
