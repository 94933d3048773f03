// Sessions: they outlive a connection for a while, and end when nobody comes back.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLink } from './fake-link.ts';
import { pass, startTime, stopTime } from './fake-time.ts';
import type { Room } from './room.ts';
import { Sessions } from './sessions.ts';
import { forgetfulAccounts } from './test-accounts.ts';
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

describe('The end of a session', () => {
  it('holds where the disk does not take it', () => {
    const session = world.session(link);
    world.storage.fails = true;
    world.sessions.end(session);
    expect(world.sessions.size).toBe(0);
  });

  it('does not hide an error that is none of the disk', () => {
    const [first, second] = [world.session(link), world.session(link)];
    world.storage.appendSession = () => {
      throw new RangeError('a mistake in this program');
    };
    expect(() => world.sessions.end(first)).toThrow('a mistake');
    expect(() => world.sessions.places.noteJoined(second, 7)).toThrow('a mistake');
  });
});

describe('The rooms of a session', () => {
  const roomOf = async (session: ReturnType<TestWorld['session']>): Promise<Room> => {
    const room = (await world.rooms.open('tally')) as Room;
    room.join(session, null);
    pass(51);
    link.take();
    return room;
  };

  it('are told when its connection is lost and when it is back', async () => {
    const session = world.session(link);
    const room = await roomOf(session);
    world.sessions.detach(session);
    expect([link.types, room.players]).toEqual([['shut'], 1]);
    const other = new FakeLink(2);
    world.sessions.attach(session, other, 31);
    expect(other.of('joined')).toMatchObject([{ connection: 31, room: room.id }]);
  });

  it('are left when it ends', async () => {
    const session = world.session(link);
    const rooms = [await roomOf(session), await roomOf(session)];
    world.sessions.end(session);
    expect(rooms.map(({ players }) => players)).toEqual([0, 0]);
    expect(session.rooms.size).toBe(0);
    world.sessions.end(session);
    expect(world.sessions.size).toBe(0);
  });

  it('are left when nobody came back', async () => {
    const session = world.session(link);
    const room = await roomOf(session);
    world.sessions.detach(session);
    pass(1000);
    world.sessions.beat();
    expect(room.players).toBe(0);
  });
});

describe('An account', () => {
  const key = 'k'.repeat(22);

  it('is the same for the same key, and tells nothing of the key', () => {
    const session = world.sessions.begin('ann', key)!;
    expect(session.accountKey).toBe(key);
    expect(session.account).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(session.account).not.toContain('kkk');
    world.sessions.end(session);
    expect(world.sessions.begin('bob', key)!.account).toBe(session.account);
  });

  it('is a new one for who has no key', () => {
    const [one, other] = [world.session(link), world.session(link)];
    expect(one.accountKey).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(other.accountKey).not.toBe(one.accountKey);
  });

  it('is the one of the key that the server has made, by which it knows it in every process', () => {
    const { account, accountKey, id } = world.session(link);
    world.sessions.end(world.sessions.byId(id)!);
    const next = new TestWorld();
    expect(next.sessions.begin('ann', accountKey)).toMatchObject({ account, accountKey });
  });

  it.each([
    ['is too easy to guess', 'A'.repeat(22)],
    ['has the length of the server’s', 'x'.repeat(32)],
    ['is one of the server’s with another letter', ''],
  ])('of a key that a client has made up and that %s is another one', (_, madeUp) => {
    const made = world.session(link).accountKey;
    const changed = made.slice(0, -1) + (made.endsWith('A') ? 'B' : 'A');
    const offered = madeUp || changed;
    const { accountKey } = world.sessions.begin('eve', offered)!;
    expect(accountKey).not.toBe(offered);
    expect(world.sessions.begin('eve', accountKey)!.accountKey).toBe(accountKey);
  });

  it('belongs to the newest session: the one before ends, and can write nothing any more', () => {
    const older = world.sessions.begin('ann', key)!;
    const newer = world.sessions.begin('ann', key)!;
    expect(world.sessions.find(older.token)).toBeUndefined();
    expect(world.sessions.ownerOf(key)).toBe(newer);
    expect(newer.fence).toBeGreaterThan(older.fence);
    expect(world.bank.raised).toEqual([[newer.account, newer.fence]]);
  });

  it('that was given back is taken without a word to the bank', () => {
    world.sessions.end(world.sessions.begin('ann', key)!);
    world.sessions.begin('ann', key);
    expect(world.bank.raised).toEqual([]);
  });
});

describe('Sessions that are brought back', () => {
  const lobby = { applied: 0, answers: [] };
  const saved = (id: number, account: string, fence: number) => ({
    ...{ id, token: `t${id}`, name: 'ann', account, fence, key: '' },
    ...{ rooms: [], lost: [], lobby },
  });

  it('have their accounts with their fencing numbers', () => {
    world.sessions.restore({
      sessions: [saved(1, 'k1', 5)],
      waiting: [],
      lastSession: 1,
      lastRoom: 0,
      lastFence: 9,
    });
    const session = world.sessions.find('t1')!;
    expect([session.account, session.accountKey, session.fence]).toEqual(['k1', '', 5]);
    // The file of accounts may have been locked for as long as the process before lived.
    expect(world.session(link).fence).toBeGreaterThan(9);
  });

  it('of one account are but the newest', () => {
    const sessions = [saved(1, 'k1', 5), saved(2, 'k1', 7)];
    world.sessions.restore({ sessions, waiting: [], lastSession: 2, lastRoom: 0, lastFence: 0 });
    expect(world.sessions.find('t1')).toBeUndefined();
    expect(world.sessions.find('t2')).toBeDefined();
  });

  it('do not come back where their account has been used by a newer one', () => {
    const { config, storage, bank } = world;
    const fencesOf = () => new Map([['k1', 6]]);
    const accounts = { ...forgetfulAccounts, fencesOf };
    const sessions = new Sessions({ config, storage, accounts, bank });
    const both = [saved(1, 'k1', 5), saved(2, 'k2', 5)];
    sessions.restore({ sessions: both, waiting: [], lastSession: 2, lastRoom: 0, lastFence: 0 });
    expect([...sessions].map(({ id }) => id)).toEqual([2]);
  });

  it('from before there were accounts get one, which is the same the next time', () => {
    const sessions = [saved(1, '', 0)];
    world.sessions.restore({ sessions, waiting: [], lastSession: 1, lastRoom: 0, lastFence: 0 });
    const { accountKey, fence } = world.sessions.find('t1')!;
    const next = new TestWorld();
    next.sessions.restore({ sessions, waiting: [], lastSession: 1, lastRoom: 0, lastFence: 0 });
    expect(next.sessions.find('t1')!.accountKey).toBe(accountKey);
    expect(fence).toBeGreaterThan(0);
  });
});
