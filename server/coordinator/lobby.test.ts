// Room 0: what can be asked of it, what it refuses, and that it answers each request once.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeLink } from './fake-link.ts';
import { pass, settlePromises, startTime, stopTime } from './fake-time.ts';
import { ANSWERS_KEPT } from './ledger.ts';
import { lobbyCommands } from './lobby-commands.ts';
import type { Room } from './room.ts';
import type { Session } from './session.ts';
import { TestWorld } from './test-world.ts';

let link: FakeLink;
let world: TestWorld;
let session: Session;
let seq: number;
beforeEach(() => {
  // A coordinator that has only just started.
  stopTime(100);
  seq = 0;
  link = new FakeLink();
  world = new TestWorld({ roomsMax: 2 });
  session = world.session(link);
});
afterEach(() => {
  world.end();
  startTime();
});

/** The value of the next command, or the code and text of its refusal. */
function ask(name: string, args: unknown = {}): unknown {
  link.take();
  world.lobby(session, ++seq, name, args);
  return answered();
}

async function create(game: string): Promise<unknown> {
  link.take();
  world.lobby(session, ++seq, 'create', { game });
  await settlePromises();
  return answered();
}

function answered(): unknown {
  const [answer] = [...link.of('result'), ...link.of('rejected')];
  expect(answer).toMatchObject({ connection: session.connection, room: 0, seq });
  return answer!.type === 'result' ? answer!.value : [answer!.code, answer!.text];
}

const refusal = (code: string, text = '') => [code, expect.stringContaining(text)];

describe('lobby.games', () => {
  it('lists what can be joined', () => {
    expect(ask('games')).toEqual([
      { name: 'tally', text: expect.any(String), playersMax: 3, ticksPerSecond: 20 },
      { name: 'quiet', text: expect.any(String), playersMax: 3, ticksPerSecond: 0 },
      { name: 'broken', text: expect.any(String), playersMax: 3, ticksPerSecond: 20 },
      { name: 'prepared', text: expect.any(String), playersMax: 3, ticksPerSecond: 20 },
    ]);
  });

  it('gives of one game its commands with their arguments', () => {
    const [game] = ask('games', { game: 'tally' }) as { name: string; commands: object[] }[];
    expect(game).toMatchObject({ name: 'tally', playersMax: 3 });
    expect(game!.commands).toContainEqual({
      name: 'add',
      args: expect.objectContaining({ type: 'object', properties: expect.any(Object) }),
    });
  });

  it('gives an empty list for a game that is not loaded', () => {
    expect(ask('games', { game: 'chess' })).toEqual([]);
  });
});

it('A match that is asked for again within the server counts once', async () => {
  const { match } = world.matchmaking;
  let waits = 3;
  world.matchmaking.match = (...of) =>
    waits-- > 0 ? Promise.resolve(undefined) : match.apply(world.matchmaking, of);
  const counts = vi.spyOn(world.limits, 'joinTooSoon');
  link.take();
  world.lobby(session, 1, 'match', { game: 'tally' });
  await settlePromises();
  expect(waits).toBe(-1);
  expect([...link.of('result'), ...link.of('rejected')]).toHaveLength(1);
  expect(counts).toHaveBeenCalledTimes(1);
});

describe('A command of the lobby at which the coordinator fails', () => {
  const fails = () => {
    throw new Error('a mistake of ours');
  };

  it('is refused once and those after it are answered', () => {
    Object.assign(world.accounts, { totals: fails });
    expect(ask('audit')).toEqual(refusal('INTERNAL'));
    expect(ask('online')).toEqual({ sessions: 1 });
  });

  it('in its turn after a wait is refused as well, and the process goes on', () => {
    world = new TestWorld({ lobbyCommandsPerSecond: 2 });
    session = world.session(link);
    Object.assign(world.accounts, { totals: fails });
    for (let n = 1; n <= 20; n++) world.lobby(session, n, 'online');
    world.lobby(session, 21, 'audit');
    world.lobby(session, 22, 'online');
    pass(2000);
    expect(link.of('rejected')).toMatchObject([{ seq: 21, code: 'INTERNAL' }]);
    expect(link.of('result').at(-1)).toMatchObject({ seq: 22 });
  });

  it('after a promise is refused as well', async () => {
    world.rooms.open = () => Promise.reject(new Error('a mistake of ours'));
    link.take();
    world.lobby(session, 1, 'create', { game: 'tally' });
    world.lobby(session, 2, 'online');
    await settlePromises();
    expect(link.of('rejected')).toMatchObject([{ seq: 1, code: 'INTERNAL' }]);
    expect(link.of('result')).toMatchObject([{ seq: 2 }]);
  });
});

describe('What cannot be written down', () => {
  it('is answered when it can be, once and in order, whatever is sent again', () => {
    world.storage.fails = true;
    const say = (n: number) => world.lobby(session, n, 'chat', { text: `${n}` });
    for (const n of [1, 2, 1, 2]) say(n);
    pass(1000);
    expect(link.of('result')).toEqual([]);
    world.storage.fails = false;
    pass(200);
    expect(link.of('result').map((answer) => answer.seq)).toEqual([1, 2]);
    expect(link.of('event').map(({ data }) => data)).toMatchObject([{ text: '1' }, { text: '2' }]);
  });

  it('for a mistake of ours is refused with INTERNAL, and those after it are answered', () => {
    const { noteLobby } = world.sessions;
    world.sessions.noteLobby = (of, n, answer, wait) => {
      if (n === 1 && answer?.kind === 'result') throw new TypeError('not to be packed');
      noteLobby.call(world.sessions, of, n, answer, wait);
    };
    for (const n of [1, 2]) world.lobby(session, n, 'chat', { text: `${n}` });
    pass(1000);
    expect(link.of('rejected')).toMatchObject([{ seq: 1, code: 'INTERNAL' }]);
    expect(link.of('result')).toMatchObject([{ seq: 2 }]);
  });

  it('is nobody’s any more when its session has ended', () => {
    world.storage.fails = true;
    world.lobby(session, 1, 'chat', { text: 'a' });
    world.sessions.end(session);
    world.storage.fails = false;
    pass(1000);
    expect(link.of('result')).toEqual([]);
  });
});

describe('lobby.account', () => {
  it('tells what the account of the one who asks holds', () => {
    expect(ask('account')).toEqual({ items: { [session.account]: 3 } });
  });
});

describe('lobby.leaderboard and lobby.audit', () => {
  it('tell who has put in most of an item, and what all accounts and rooms have', () => {
    const own = { place: 2, amount: 1 };
    const top = (item: string) => [{ name: `best at ${item}`, amount: 9 }];
    expect(ask('leaderboard')).toEqual({ item: 'gold', top: top('gold'), own });
    const trophies = { item: 'trophy', top: top('trophy'), own };
    expect(ask('leaderboard', { item: 'trophy' })).toEqual(trophies);
    expect(ask('leaderboard', { item: '' })).toEqual(refusal('BAD_ARGUMENTS'));
    const items = [{ item: 'coin', accounts: 9, rooms: 9 }];
    expect(ask('audit')).toEqual({ items, rooms: [] });
  });
});

describe('lobby.rooms and lobby.create', () => {
  it('list and open rooms, of one game or of all', async () => {
    expect(ask('rooms')).toEqual([]);
    expect(await create('tally')).toEqual({ room: 1 });
    expect(await create('quiet')).toEqual({ room: 2 });
    const [tallyRoom, quietRoom] = [...world.rooms];
    quietRoom!.join(session, null);
    const tallyRow = { room: 1, game: 'tally', players: 0, playersMax: 3 };
    const quietRow = { room: 2, game: 'quiet', players: 1, playersMax: 3 };
    expect(ask('rooms')).toEqual([tallyRow, quietRow]);
    expect(ask('rooms', { game: 'quiet' })).toEqual([quietRow]);
    expect(ask('rooms', { game: 'chess' })).toEqual([]);
    tallyRoom!.end('ROOM_ENDED', '');
    expect(ask('rooms')).toEqual([quietRow]);
  });

  it('open no room of an unknown or failing game, and none beyond the limit', async () => {
    expect(await create('chess')).toEqual(refusal('UNKNOWN_GAME', 'chess'));
    expect(await create('broken')).toEqual(refusal('GAME_ERROR'));
    await create('tally');
    await create('tally');
    expect(await create('tally')).toEqual(refusal('ROOMS_LIMIT'));
  });
});

describe('Commands of the lobby that come faster than the limit', () => {
  const ONCE = 20;

  beforeEach(() => {
    world = new TestWorld({ lobbyCommandsPerSecond: 2 });
    session = world.session(link);
    link.take();
  });

  const results = () => link.of('result').map((answer) => answer.seq);
  const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
  const flood = (last: number) => {
    for (const n of upTo(last)) world.lobby(session, n, 'online');
  };

  it('wait their turn in order, none is lost, and the client is told once in a while', () => {
    flood(ONCE + 4);
    expect(results()).toEqual(upTo(ONCE));
    expect(link.of('refused')).toMatchObject([{ code: 'THROTTLED', request: null }]);
    pass(500);
    expect(results()).toEqual(upTo(ONCE + 1));
    pass(1500);
    expect(results()).toEqual(upTo(ONCE + 4));
    expect(link.of('refused')).toHaveLength(1);
  });

  it('are answered once, however often they are sent again while they wait', () => {
    flood(ONCE + 2);
    for (const n of [ONCE + 1, ONCE + 2, ONCE + 1]) world.lobby(session, n, 'online');
    pass(5000);
    expect(results()).toEqual(upTo(ONCE + 2));
  });

  it('are forgotten with their session', () => {
    flood(ONCE + 2);
    world.sessions.end(session);
    link.take();
    pass(5000);
    expect(link.take()).toEqual([]);
  });

  it('are counted for the account: a new session of it has to wait as well', () => {
    flood(ONCE);
    world.sessions.end(session);
    const again = world.sessions.begin('ada', session.accountKey)!;
    world.sessions.attach(again, link, 77);
    link.take();
    world.lobby(again, 1, 'online');
    expect(results()).toEqual([]);
    pass(500);
    expect(results()).toEqual([1]);
  });
});

describe('lobby.online', () => {
  it('counts the sessions', () => {
    world.session(link);
    expect(ask('online')).toEqual({ sessions: 2 });
  });
});

describe('lobby.chat', () => {
  const line = (text: string) => ({ from: 'ada', player: session.id, text });

  it('says a line to everyone, once on each worker', () => {
    const other = new FakeLink(2);
    world.session(other, 'bob');
    expect(ask('chat', { text: 'hello' })).toBeNull();
    for (const on of [link, other]) {
      expect(on.of('event')).toEqual([
        { type: 'event', room: 0, connections: [], name: 'chat', data: line('hello') },
      ]);
    }
  });

  it('says a line to those in a room, by one who is in it', async () => {
    const other = new FakeLink(2);
    world.session(other);
    await create('quiet');
    expect(ask('chat', { text: 'psst', room: 1 })).toEqual(refusal('NOT_IN_ROOM', 'room 1'));
    [...world.rooms][0]!.join(session, null);
    pass(10);
    expect(ask('chat', { text: 'psst', room: 1 })).toBeNull();
    expect(link.of('event')).toMatchObject([{ room: 1, name: 'chat', data: line('psst') }]);
    expect(other.of('event')).toEqual([]);
  });

  it('takes five lines at once, and one a second after that', () => {
    const say = () => (ask('chat', { text: 'x' }) === null ? 'said' : 'refused');
    const five = Array(5).fill('said');
    expect([say(), say(), say(), say(), say(), say()]).toEqual([...five, 'refused']);
    expect(ask('chat', { text: 'x' })).toEqual(refusal('TOO_SOON', '1 line or offer a second'));
    pass(999);
    expect(say()).toBe('refused');
    pass(1);
    expect([say(), say()]).toEqual(['said', 'refused']);
    pass(60_000);
    expect([say(), say(), say(), say(), say(), say()]).toEqual([...five, 'refused']);
  });

  it.each(['שלום', 'فارسی می‌شود', 'e\u0301', '👩‍👩‍👧', '日本\u3000語'])(
    'takes the line %j of any script',
    (text) => {
      expect(ask('chat', { text })).toBeNull();
    },
  );

  it('counts for the account, so that a new session of it may say nothing more at once', () => {
    for (let i = 0; i < 5; i++) ask('chat', { text: 'x' });
    world.sessions.end(session);
    session = world.sessions.begin('ada', session.accountKey)!;
    world.sessions.attach(session, link, 77);
    seq = 0;
    expect(ask('chat', { text: 'x' })).toEqual(refusal('TOO_SOON'));
  });

  it('of all players of one address has a pace, and no other address is concerned', () => {
    world = new TestWorld({ chatLinesPerSecondPerAddress: 1 });
    const says = (address: string): string => {
      const one = world.session(link, 'eve', address);
      link.take();
      world.lobby(one, 1, 'chat', { text: 'x' });
      return link.of('rejected')[0]?.code ?? 'said';
    };
    for (let i = 0; i < 20; i++) expect(says('2001:db8::1')).toBe('said');
    expect(says('2001:db8::2')).toBe('TOO_SOON');
    expect(says('2001:db8:0:1::1')).toBe('said');
    // Those behind a proxy on this machine.
    for (let i = 0; i < 30; i++) expect(says('127.0.0.1')).toBe('said');
  });

  it('to everyone has one rate for all accounts together, and in a room a rate of that room', async () => {
    world = new TestWorld({ chatLinesPerSecondToAll: 1 });
    const room = (await world.rooms.open('quiet')) as Room;
    const says = (to?: number): string => {
      const one = world.session(link);
      if (to !== undefined) room.join(one, null);
      link.take();
      world.lobby(one, 1, 'chat', { text: 'x', ...(to !== undefined && { room: to }) });
      return link.of('rejected')[0]?.code ?? 'said';
    };
    for (let i = 0; i < 5; i++) expect(says()).toBe('said');
    expect([says(), says(room.id)]).toEqual(['TOO_SOON', 'said']);
    pass(1000);
    expect([says(), says()]).toEqual(['said', 'TOO_SOON']);
  });

  it('limits each session alone', () => {
    for (let i = 0; i < 6; i++) ask('chat', { text: 'x' });
    const other = world.session(link);
    link.take();
    world.lobby(other, 1, 'chat', { text: 'x' });
    expect(link.of('result')).toHaveLength(1);
  });

  it.each([
    ...['', '  ', 'x'.repeat(201), 'two\nlines', '\u001b[2J'],
    // An 8-bit control sequence, an override of the direction, an isolate, a line separator, nothing visible.
    ...['\u009b2J', 'gold \u202eexe', '\u2066x', 'a\u2028b', '\u200b'],
  ])('does not take the line %j', (text) => {
    expect(ask('chat', { text })).toEqual(refusal('BAD_ARGUMENTS', 'text'));
    expect(link.of('event')).toEqual([]);
  });
});

describe('A command of the lobby', () => {
  it('that it does not have is refused with those that it has', () => {
    expect(ask('dance')).toEqual(
      refusal('UNKNOWN_COMMAND', `the lobby has ${Object.keys(lobbyCommands).join(', ')}`),
    );
  });

  it.each([
    ['rooms', { game: 7 }, 'game'],
    ['rooms', { game: '' }, 'game'],
    ['create', {}, 'game'],
    ['create', { game: 'x'.repeat(41) }, 'game'],
    ['chat', {}, 'text'],
    ['chat', { text: 5 }, 'text'],
    ['chat', { text: 'x', room: -1 }, 'room'],
    ['chat', { text: 'x', room: 1.5 }, 'room'],
    ['games', 'all', 'object'],
    ['online', [], 'object'],
  ])('%s with %j is refused, naming what is wrong', (name, args, text) => {
    expect(ask(name, args)).toEqual(refusal('BAD_ARGUMENTS', text));
  });

  it('needs no arguments where it takes none', () => {
    expect(ask('online', null)).toEqual({ sessions: 1 });
  });

  it('is applied once however often it comes, and answered the same', async () => {
    const first = await create('tally');
    link.take();
    world.lobby(session, 1, 'create', { game: 'tally' });
    expect(link.take()).toMatchObject([{ type: 'result', seq: 1, value: first }]);
    expect(world.rooms.size).toBe(1);
  });

  it('behind a gap is not applied, and the client is told once where to go on', () => {
    ask('online');
    link.take();
    world.lobby(session, 3, 'create', { game: 'tally' });
    world.lobby(session, 4, 'create', { game: 'tally' });
    expect(link.take()).toEqual([
      { type: 'resumed', connection: session.connection, room: 0, seq: 1 },
    ]);
    expect(world.rooms.size).toBe(0);
    expect(ask('online')).toEqual({ sessions: 1 });
  });

  it('behind a gap is told of again after the gap was closed, and on a new connection', () => {
    const resumed = (at: number) => {
      link.take();
      world.lobby(session, at, 'online');
      return link.of('resumed').map(({ seq: applied }) => applied);
    };
    expect([resumed(5), resumed(6)]).toEqual([[0], []]);
    world.sessions.detach(session);
    world.sessions.attach(session, link, 40);
    expect([resumed(7), resumed(8)]).toEqual([[0], []]);
    ask('online');
    expect(resumed(9)).toEqual([1]);
  });

  it(`is answered again for the last ${ANSWERS_KEPT}, and before that told to be applied`, () => {
    for (let i = 0; i <= ANSWERS_KEPT; i++) ask('chat', { text: 'hello' });
    link.take();
    world.lobby(session, 1, 'chat', { text: 'hello' });
    world.lobby(session, 2, 'chat', { text: 'hello' });
    expect(link.take()).toMatchObject([
      { type: 'rejected', seq: 1, code: 'RESULT_EXPIRED' },
      { type: 'result', seq: 2 },
    ]);
  });

  it('that asks a question has no answer kept, so long lists take no memory', () => {
    for (let i = 0; i < ANSWERS_KEPT; i++) ask('rooms');
    expect(session.lobby.save()).toEqual({ applied: ANSWERS_KEPT, rejected: [], results: [] });
  });

  it('that changes nothing is answered anew where its answer is no longer kept', () => {
    for (let i = 0; i <= ANSWERS_KEPT; i++) ask('online');
    link.take();
    world.lobby(session, 1, 'online');
    expect(link.take()).toMatchObject([{ type: 'result', seq: 1 }]);
  });
});
