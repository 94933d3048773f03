// Places in a room: who joins, leaves, loses the connection and comes back, in whatever order.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLink } from './fake-link.ts';
import { pass, startTime, stopTime } from './fake-time.ts';
import { tally } from './test-game.ts';
import { TestRoom } from './test-room.ts';

let link: FakeLink;
let at: TestRoom;
beforeEach(() => {
  stopTime();
  link = new FakeLink();
  at = new TestRoom();
});
afterEach(() => {
  at.room.end('ROOM_ENDED', 'The test is over.');
  startTime();
});

describe('Joining', () => {
  it('is answered when the room has taken the player in, after the worker has a copy', () => {
    const session = at.session(link);
    expect(at.room.join(session, 42)).toBeUndefined();
    expect(link.take()).toEqual([]);
    at.step();
    expect(link.types).toEqual(['opened', 'joined']);
    expect(link.of('joined')).toEqual([
      {
        type: 'joined',
        connection: session.connection,
        room: 7,
        avatar: 1,
        sight: [0, 0],
        about: { rule: 'count' },
        request: 42,
        seq: 0,
      },
    ]);
    expect(link.of('opened')).toMatchObject([
      { room: 7, game: 'tally', world: tally.world, tickMs: 50, tick: 1 },
    ]);
    expect([...session.rooms.keys()]).toEqual([7]);
  });

  it('opens a copy once for each worker, with the newcomer in it', () => {
    const other = new FakeLink(2);
    at.joined(link);
    for (const on of [link, other]) at.room.join(at.session(on), null);
    at.step();
    expect(link.types).toEqual(['delta', 'joined']);
    expect(link.of('delta')[0]!.entered.length).toBeGreaterThan(0);
    expect(other.types).toEqual(['opened', 'joined']);
  });

  it('again is answered again, and gives no second place', () => {
    const session = at.joined(link);
    expect(at.room.join(session, 5)).toBeUndefined();
    expect(link.of('joined')).toMatchObject([{ request: 5, avatar: 1 }]);
    at.step();
    expect([at.room.players, link.of('joined').length]).toEqual([1, 1]);
  });

  it('again before the answer is answered for each request', () => {
    const session = at.session(link);
    at.room.join(session, 1);
    at.room.join(session, 2);
    at.step();
    expect(link.of('joined').map(({ request }) => request)).toEqual([1, 2]);
  });

  it('is refused when the room is full, until somebody leaves', () => {
    const sessions = [at.joined(link), at.joined(link), at.joined(link)];
    const late = at.session(link);
    expect(at.room.join(late, null)).toBe('ROOM_FULL');
    expect([at.room.isFull, late.rooms.size]).toEqual([true, 0]);
    at.room.members.leave(sessions[0]!, 'LEFT', '');
    expect(at.room.join(late, null)).toBeUndefined();
  });

  it('is refused when the room is over', () => {
    at.room.end('ROOM_ENDED', '');
    expect(at.room.join(at.session(link), null)).toBe('ROOM_ENDED');
  });
});

describe('Leaving', () => {
  it('is answered at once, and the worker lets go of a copy that nobody needs', () => {
    const first = at.joined(link);
    const second = at.joined(link);
    at.room.members.leave(first, 'LEFT', 'Bye.');
    expect(link.take()).toEqual([
      { type: 'left', connection: first.connection, room: 7, code: 'LEFT', text: 'Bye.' },
    ]);
    at.room.members.leave(second, 'LEFT', 'Bye.');
    expect(link.types).toEqual(['left', 'shut']);
    expect([at.room.players, first.rooms.size]).toEqual([0, 0]);
  });

  it('shows on the others in the next tick', () => {
    at.joined(link);
    const second = at.joined(link);
    at.room.members.leave(second, 'LEFT', '');
    link.take();
    at.step();
    expect([...link.of('delta')[0]!.left]).toEqual([2]);
  });

  it('before the room has taken the player in leaves nothing behind', () => {
    const session = at.session(link);
    at.room.join(session, 1);
    at.room.members.leave(session, 'LEFT', '');
    link.take();
    at.step();
    at.joined(new FakeLink(2));
    pass(3000);
    expect(link.take()).toEqual([]);
  });

  it('and joining again within a tick is answered once, with commands counted from 1', () => {
    const session = at.joined(link);
    at.add(session, 1, 1, true);
    at.room.members.leave(session, 'LEFT', '');
    at.room.join(session, 9);
    at.add(session, 1, 5, true);
    link.take();
    at.step();
    expect(link.of('joined')).toMatchObject([{ request: 9, seq: 1, avatar: 2 }]);
    expect(link.of('result')).toMatchObject([{ seq: 1, value: 5 }]);
  });

  it('and joining again forgets what was applied before', () => {
    const session = at.joined(link);
    for (let seq = 1; seq <= 3; seq++) at.add(session, seq);
    at.step();
    at.room.members.leave(session, 'LEFT', '');
    at.room.join(session, null);
    link.take();
    at.add(session, 2);
    expect(link.take()).toMatchObject([{ type: 'resumed', seq: 0 }]);
  });

  it('and joining before the first tick is answered once', () => {
    const session = at.session(link);
    at.room.join(session, 1);
    at.room.members.leave(session, 'LEFT', '');
    at.room.join(session, 2);
    at.step();
    expect(link.of('joined').map(({ request }) => request)).toEqual([2]);
  });
});

describe('A lost connection', () => {
  it('keeps the place, and the worker lets go of its copy', () => {
    const session = at.joined(link);
    at.detach(session);
    at.step();
    expect(link.take()).toEqual([{ type: 'shut', room: 7 }]);
    expect([at.room.players, at.room.emptySince]).toEqual([1, undefined]);
  });

  it('that comes back is told where the room is, on whichever worker', () => {
    const session = at.joined(link);
    at.add(session, 1);
    at.step();
    at.detach(session);
    const other = new FakeLink(2);
    at.attach(session, other, 77);
    expect(other.types).toEqual(['opened', 'joined']);
    expect(other.of('joined')).toMatchObject([
      { connection: 77, avatar: 1, seq: 1, request: null },
    ]);
    other.take();
    at.add(session, 2);
    link.take();
    at.step();
    expect(other.acksOf(77)).toEqual([2]);
    expect(link.take()).toEqual([]);
  });

  it('while joining is greeted where it came back, without the request that was lost', () => {
    const session = at.session(link);
    at.room.join(session, 3);
    at.detach(session);
    const other = new FakeLink(2);
    at.attach(session, other);
    expect(other.take()).toEqual([]);
    at.step();
    expect(other.of('joined')).toMatchObject([{ request: null }]);
    expect(link.of('joined')).toEqual([]);
  });

  it('while joining, with nobody back yet, is greeted when it comes', () => {
    const session = at.session(link);
    at.room.join(session, 3);
    at.detach(session);
    at.step();
    at.step();
    link.take();
    at.attach(session, link);
    expect(link.types).toEqual(['opened', 'joined']);
  });

  it('and leaving without one tell nobody', () => {
    const session = at.joined(link);
    at.detach(session);
    link.take();
    at.room.members.leave(session, 'LEFT', '');
    at.step();
    expect(link.take()).toEqual([]);
    expect(at.room.players).toBe(0);
  });

  it('of one player keeps the copy for another on the same worker', () => {
    const first = at.joined(link);
    const second = at.joined(link);
    at.detach(first);
    at.add(second, 1);
    at.step();
    expect(link.types).toEqual(['delta']);
  });
});

describe('A room that ends', () => {
  it('tells its players why, once, and closes every copy', () => {
    const session = at.joined(link);
    at.room.end('ROOM_ENDED', 'Closing time.');
    at.room.end('GAME_ERROR', 'Again.');
    expect(link.take()).toEqual([
      {
        type: 'left',
        connection: session.connection,
        room: 7,
        code: 'ROOM_ENDED',
        text: 'Closing time.',
      },
      { type: 'shut', room: 7 },
    ]);
    expect(at.over).toEqual([at.room]);
    pass(5000);
    expect(link.take()).toEqual([]);
  });

  it('because the game says so sends first what the last tick brought', () => {
    const session = at.joined(link);
    at.add(session, 1, 1, true);
    at.send(session, 2, 'finish');
    at.step();
    expect(link.types).toEqual(['delta', 'result', 'left', 'shut']);
    expect(link.of('left')).toMatchObject([{ code: 'ROOM_ENDED', text: 'That was all.' }]);
  });

  it('is empty since its last player left, and a new one since it was opened', () => {
    const opened = performance.now();
    expect(at.room.emptySince).toBe(opened);
    const session = at.joined(link);
    expect(at.room.emptySince).toBeUndefined();
    pass(500);
    at.room.members.leave(session, 'LEFT', '');
    expect(at.room.emptySince).toBe(performance.now());
  });
});
