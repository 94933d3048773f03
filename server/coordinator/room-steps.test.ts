// When a room takes its batches, and what a failing game costs: that room, and nothing else.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Game } from '../games/index.ts';
import { FakeLink } from './fake-link.ts';
import { pass, startTime, stopTime } from './fake-time.ts';
import type { Session } from './session.ts';
import { quietTally, tally } from './test-game.ts';
import { TestRoom } from './test-room.ts';

let link: FakeLink;
beforeEach(() => {
  stopTime();
  link = new FakeLink();
});
afterEach(startTime);

describe('A room with ticks', () => {
  it('keeps its rate, also with nobody in it', () => {
    const { room } = new TestRoom();
    pass(1000);
    expect(room.tick).toBe(20);
    room.end('ROOM_ENDED', '');
    pass(1000);
    expect(room.tick).toBe(20);
  });
});

describe('A room without ticks', () => {
  it('steps only when something has come, and then at once', () => {
    const at = new TestRoom(quietTally);
    pass(5000);
    expect(at.room.tick).toBe(0);
    const session = at.session(link);
    at.room.join(session, null);
    at.add(session, 1);
    pass(0);
    expect(at.room.tick).toBe(1);
    expect(link.of('joined')).toMatchObject([{ seq: 1 }]);
    pass(5000);
    expect(at.room.tick).toBe(1);
  });

  it('says that it has no ticks', () => {
    const at = new TestRoom(quietTally);
    at.joined(link);
    at.room.join(at.session(new FakeLink(2)), null);
    const other = new FakeLink(3);
    at.room.join(at.session(other), null);
    pass(0);
    expect(other.of('opened')).toMatchObject([{ tickMs: 0 }]);
  });

  it('takes nothing more once it is over', () => {
    const at = new TestRoom(quietTally);
    const session = at.joined(link);
    at.add(session, 1);
    at.room.end('ROOM_ENDED', '');
    pass(1000);
    expect(at.room.tick).toBe(1);
  });
});

const no = () => {
  throw new Error('no');
};
/** The game's part that fails, and what the second player does to make it fail. */
const failing: [string, Partial<Game>, (at: TestRoom, second: Session) => void][] = [
  ['on a tick', {}, (at, second) => at.send(second, 1, 'fail')],
  [
    'to tell one who joins what the room is about',
    { about: ({ players }) => (players.size > 2 ? no() : null) },
    join,
  ],
  [
    'to tell one who comes back what the room is about',
    { about: ({ tick }) => (tick > 2 ? no() : null) },
    (at, second) => {
      at.detach(second);
      at.step();
      at.attach(second, link);
    },
  ],
];

function join(at: TestRoom): void {
  at.room.join(at.session(link), null);
}

describe('A game that fails', () => {
  it.each(failing)('%s ends its room, tells the players, and no other room', (_when, part, act) => {
    const at = new TestRoom({ ...tally, ...part } as Game);
    const other = new TestRoom();
    const first = at.joined(link);
    const second = at.joined(link);
    act(at, second);
    at.step();
    expect(link.of('left')).toContainEqual({
      type: 'left',
      connection: first.connection,
      room: 7,
      code: 'GAME_ERROR',
      text: 'The game failed; this was recorded, and the room has ended.',
    });
    expect([link.types.at(-1), at.room.players, at.over]).toEqual(['shut', 0, [at.room]]);
    const { tick } = at.room;
    pass(1000);
    expect(at.room.tick).toBe(tick);
    expect(other.room.tick).toBeGreaterThan(20);
    other.room.end('ROOM_ENDED', '');
  });

  it.each<[string, Partial<Game>]>([
    ['to take one in', { join: no }],
    ['to tell one who joins what the room is about', { about: no }],
  ])('%s refuses what asked for the place', (_when, part) => {
    const at = new TestRoom({ ...tally, ...part } as Game);
    const session = at.session(link);
    at.room.join(session, 5);
    at.step();
    const { connection } = session;
    expect(link.of('refused')).toMatchObject([{ connection, request: 5, code: 'GAME_ERROR' }]);
    expect([link.of('left'), link.of('joined')]).toEqual([[], []]);
  });
});
