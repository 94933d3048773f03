// Sessions: they outlive a connection for a while, and end when nobody comes back.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLink } from './fake-link.ts';
import { pass, startTime, stopTime } from './fake-time.ts';
import type { Room } from './room.ts';
import { TestWorld } from './test-world.ts';

let link: FakeLink;
let world: TestWorld;
beforeEach(() => {
  stopTime();
  link = new FakeLink();
  world = new TestWorld({ resumeMs: 1000, sessionsMax: 3 });
});
afterEach(() => {
  world.end();
  startTime();
});

describe('A session', () => {
  it('has a number of its own and a token that cannot be guessed from another', () => {
    const sessions = [1, 2, 3].map(() => world.session(link));
    expect(sessions.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(new Set(sessions.map(({ token }) => token)).size).toBe(3);
    for (const { token } of sessions) expect(token).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('is found by its token, and by nothing else', () => {
    const session = world.session(link);
    expect(world.sessions.find(session.token)).toBe(session);
    expect(world.sessions.find(`${session.token}x`)).toBeUndefined();
    expect(world.sessions.find('')).toBeUndefined();
  });

  it('is not begun beyond the limit, until another has ended', () => {
    const first = world.session(link);
    world.session(link);
    world.session(link);
    expect(world.sessions.begin('late')).toBeUndefined();
    world.sessions.end(first);
    expect(world.sessions.begin('late')).toBeDefined();
  });
});

describe('A session without a connection', () => {
  it('waits for resumeMs and no longer', () => {
    const session = world.session(link);
    world.sessions.detach(session);
    pass(999);
    world.sessions.beat();
    expect(world.sessions.find(session.token)).toBe(session);
    pass(1);
    world.sessions.beat();
    expect(world.sessions.find(session.token)).toBeUndefined();
    expect(world.sessions.size).toBe(0);
  });

  it('that was resumed does not end, however long ago it was lost', () => {
    const session = world.session(link);
    world.sessions.detach(session);
    pass(900);
    world.sessions.attach(session, link, 9);
    pass(5000);
    world.sessions.beat();
    expect(world.sessions.find(session.token)).toBe(session);
  });

  it('waits anew each time it is lost, and holds up no other', () => {
    const [first, second] = [world.session(link), world.session(link)];
    world.sessions.detach(first);
    world.sessions.detach(second);
    pass(500);
    world.sessions.attach(first, link, 8);
    world.sessions.detach(first);
    pass(600);
    world.sessions.beat();
    expect(world.sessions.find(second.token)).toBeUndefined();
    expect(world.sessions.find(first.token)).toBe(first);
    pass(400);
    world.sessions.beat();
    expect(world.sessions.size).toBe(0);
  });

  it('that is lost twice counts from the first time', () => {
    const session = world.session(link);
    world.sessions.detach(session);
    pass(600);
    world.sessions.detach(session);
    pass(400);
    world.sessions.beat();
    expect(world.sessions.size).toBe(0);
  });
});

describe('The rooms of a session', () => {
  const roomOf = (session: ReturnType<TestWorld['session']>): Room => {
    const room = world.rooms.open('tally') as Room;
    room.join(session, null);
    pass(51);
    link.take();
    return room;
  };

  it('are told when its connection is lost and when it is back', () => {
    const session = world.session(link);
    const room = roomOf(session);
    world.sessions.detach(session);
    expect([link.types, room.players]).toEqual([['shut'], 1]);
    const other = new FakeLink(2);
    world.sessions.attach(session, other, 31);
    expect(other.of('joined')).toMatchObject([{ connection: 31, room: room.id }]);
  });

  it('are left when it ends', () => {
    const session = world.session(link);
    const rooms = [roomOf(session), roomOf(session)];
    world.sessions.end(session);
    expect(rooms.map(({ players }) => players)).toEqual([0, 0]);
    expect(session.rooms.size).toBe(0);
    world.sessions.end(session);
    expect(world.sessions.size).toBe(0);
  });

  it('are left when nobody came back', () => {
    const session = world.session(link);
    const room = roomOf(session);
    world.sessions.detach(session);
    pass(1000);
    world.sessions.beat();
    expect(room.players).toBe(0);
  });
});
