// Sessions that have only said hello: they end first where place is wanted, and sooner without a
// connection.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLink } from './fake-link.ts';
import { pass, startTime, stopTime } from './fake-time.ts';
import type { Room } from './room.ts';
import type { Session } from './session.ts';
import { GRACE_MS } from './strangers.ts';
import { TestWorld } from './test-world.ts';

let link: FakeLink;
let world: TestWorld;
beforeEach(() => {
  stopTime();
  link = new FakeLink();
  world = new TestWorld({ resumeMs: 30_000 });
});
afterEach(() => {
  world.end();
  startTime();
});

const stranger = (address = '127.0.0.1') => world.session(link, 'eve', address);
const asker = (): Session => {
  const session = world.session(link);
  world.lobby(session, 1, 'online');
  return session;
};
async function player(): Promise<Session> {
  const session = world.session(link);
  ((await world.rooms.open('tally')) as Room).join(session, null);
  return session;
}
const isThere = ({ token }: Session) => world.sessions.find(token) !== undefined;

describe('A session that has only said hello', () => {
  it('ends ten seconds after its connection, one that has done more after the full time', async () => {
    const [gone, asked, played] = [stranger(), asker(), await player()];
    for (const session of [gone, asked, played]) world.sessions.detach(session);
    pass(9_999);
    world.sessions.beat();
    expect(isThere(gone)).toBe(true);
    pass(1);
    world.sessions.beat();
    expect([gone, asked, played].map(isThere)).toEqual([false, true, true]);
    pass(20_000);
    world.sessions.beat();
    expect(world.sessions.size).toBe(0);
  });

  it('is one that comes back from the disk without a room, not one that gets its room back', () => {
    const saved = (id: number, applied: number) => ({
      ...{ id, token: `t${id}`, name: 'eve', account: `k${id}`, fence: id, key: '' },
      ...{ rooms: [], lost: [], lobby: { applied, answers: [] } },
    });
    const sessions = [saved(1, 0), saved(2, 0), saved(3, 5)];
    world.sessions.restore({ sessions, waiting: [], lastSession: 3, lastRoom: 0, lastFence: 3 });
    // As the recovery of its room does, which comes later.
    world.sessions.byId(2)!.hasPlayed = true;
    pass(10_000);
    world.sessions.beat();
    expect([...world.sessions].map(({ id }) => id)).toEqual([2, 3]);
  });
});

describe('Where place is wanted', () => {
  it('one without a connection goes first, then the longest connected; players never', async () => {
    const [first, second, gone] = [stranger(), stranger(), stranger()];
    await player();
    asker();
    world.sessions.detach(gone);
    pass(GRACE_MS);
    const evicted: Session[] = [];
    for (;;) {
      const session = world.sessions.dispensable();
      if (!session) break;
      evicted.push(session);
      world.sessions.evict(session);
    }
    expect(evicted).toEqual([gone, first, second]);
    expect(link.cuts).toEqual([first, second].map(({ connection }) => [connection, 'SERVER_FULL']));
    expect(world.sessions.size).toBe(2);
  });

  it('one that has just said hello has time to ask for more', async () => {
    const session = stranger();
    expect(world.sessions.dispensable()).toBeUndefined();
    pass(GRACE_MS - 1);
    expect(world.sessions.dispensable()).toBeUndefined();
    pass(1);
    expect(world.sessions.dispensable()).toBe(session);
    ((await world.rooms.open('tally')) as Room).join(session, null);
    expect(world.sessions.dispensable()).toBeUndefined();
  });

  it('by an address, it is one of this address', () => {
    const [near, far] = [stranger('2001:db8::1'), stranger('192.0.2.1')];
    world.sessions.detach(far);
    pass(GRACE_MS);
    expect(world.sessions.dispensable('2001:db8:0:0::/64')).toBe(near);
    expect(world.sessions.dispensable('192.0.2.1')).toBe(far);
    expect(world.sessions.dispensable('192.0.2.2')).toBeUndefined();
    world.sessions.moveTo(near, '192.0.2.2', '192.0.2.2');
    expect(world.sessions.dispensable('2001:db8:0:0::/64')).toBeUndefined();
    expect(world.sessions.dispensable('192.0.2.2')).toBe(near);
  });
});
