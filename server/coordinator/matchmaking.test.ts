// Matchmaking at work: what the lobby answers, who gets into which room, and what a restart keeps.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Game, refuse } from '../games/game.ts';
import { FakeLink } from './fake-link.ts';
import { pass, settlePromises, startTime, stopTime } from './fake-time.ts';
import type { Session } from './session.ts';
import { SignedSecrets } from './signed-secrets.ts';
import { forgetfulAccounts } from './test-accounts.ts';
import { tally } from './test-game.ts';
import { TestWorld } from './test-world.ts';

const duel: Game = { ...tally, name: 'duel', playersMax: 2, match: { players: 2 } };
const quartet: Game = { ...tally, name: 'quartet', playersMax: 4, match: { players: 4 } };
const unready: Game = {
  ...duel,
  name: 'unready',
  create() {
    throw new Error('not today');
  },
};
const clumsy: Game = {
  ...duel,
  name: 'clumsy',
  join() {
    throw new Error('stumbled');
  },
};
/** Player 2 has no place. */
const picky: Game = {
  ...duel,
  name: 'picky',
  join(room, player) {
    if (player.id === 2) refuse('BANNED', 'You are banned.');
    room.broadcast('welcome', null);
    room.send(player, 'hint', null);
    return duel.join!(room, player);
  },
  tick(room) {
    if (room.players.size < 2) throw new Error('a match without its players');
  },
};
const games = [tally, duel, quartet, unready, clumsy, picky];

let link: FakeLink;
let world: TestWorld;
/** As any process of these tests makes them. */
const PARTY = new SignedSecrets(forgetfulAccounts.secret, 'party').make();

beforeEach(() => {
  stopTime();
  everyone = [];
  link = new FakeLink();
  world = new TestWorld({ roomsMax: 2, roomsPerSessionMax: 2, resumeMs: 1000 }, games);
});
afterEach(() => {
  world.end();
  startTime();
});

/** The value of the next command, or the code and text of its refusal; matches have been made. */
async function ask(session: Session, name: string, args: unknown = {}): Promise<unknown> {
  const seq = session.lobby.applied + 1;
  world.lobby(session, seq, name, args);
  const answers = [...link.of('result'), ...link.of('rejected')];
  const answer = answers.find((one) => one.connection === session.connection && one.seq === seq);
  await settlePromises();
  return answer!.type === 'result' ? answer!.value : [answer!.code, answer!.text];
}

const refusal = (code: string, text = '') => [code, expect.stringContaining(text)];
let everyone: Session[];
function sessions(count: number): Session[] {
  const more = Array.from({ length: count }, () => world.session(link));
  everyone.push(...more);
  return more;
}
/** The numbers of the sessions in each room. */
const placed = () =>
  [...world.rooms].map(({ id }) => everyone.filter(({ rooms }) => rooms.has(id)).map((s) => s.id));

describe('lobby.match', () => {
  it('puts those who fit into a new room, and tells them', async () => {
    const [ada, bob, eve] = sessions(3);
    expect(await ask(ada!, 'match', { game: 'duel' })).toBeNull();
    expect([world.rooms.size, link.of('event')]).toEqual([0, []]);
    await ask(bob!, 'match', { game: 'duel' });
    await ask(eve!, 'match', { game: 'duel' });
    expect(placed()).toEqual([[1, 2]]);
    expect(link.of('event')).toEqual(
      [ada, bob].map((session) => ({
        type: 'event',
        room: 0,
        connections: [session!.connection],
        name: 'matched',
        data: { game: 'duel', room: 1 },
      })),
    );
    // Their places are written down at once.
    expect(link.of('joined')).toMatchObject([
      { connection: ada!.connection, room: 1, request: null, seq: 0 },
      { connection: bob!.connection, room: 1, request: null, seq: 0 },
    ]);
  });

  it('keeps a party together, whatever others there are', async () => {
    const [ada, bob, ann, amy, eve, ned] = sessions(6);
    const us = { game: 'quartet', party: PARTY, size: 3 };
    await ask(ada!, 'match', us);
    for (const one of [bob, eve]) await ask(one!, 'match', { game: 'quartet' });
    await ask(ann!, 'match', us);
    await ask(amy!, 'match', us);
    expect(placed()).toEqual([[ada, bob, ann, amy].map((one) => one!.id)]);
    expect(await ask(ned!, 'matching', { game: 'quartet' })).toMatchObject([{ waiting: 1 }]);
  });

  it('gives each who asks for a party a secret of its own, by which others join', async () => {
    const [ada, bob, eve] = sessions(3);
    const { party } = (await ask(ada!, 'party')) as { party: string };
    const other = (await ask(ada!, 'party')) as { party: string };
    expect(other.party).not.toBe(party);
    for (const one of [ada, eve]) await ask(one!, 'match', { game: 'quartet', party, size: 2 });
    expect(await ask(bob!, 'match', { game: 'quartet', party, size: 2 })).toEqual(
      refusal('PARTY_FULL'),
    );
  });

  it('takes a party without a size for a whole match', async () => {
    const [ada, bob] = sessions(2);
    await ask(ada!, 'match', { game: 'quartet', party: PARTY });
    expect(await ask(bob!, 'match', { game: 'quartet', party: PARTY, size: 2 })).toEqual(
      refusal('PARTY_SIZE', 'a match has 4'),
    );
  });

  it.each([
    [{ game: 'chess' }, 'UNKNOWN_GAME', 'chess'],
    [{ game: 'tally' }, 'NO_MATCHES', 'tally'],
    [{ game: 'duel', party: PARTY, size: 3 }, 'PARTY_SIZE', 'a match has 2'],
    [{ game: 'duel', party: 'us', size: 2 }, 'UNKNOWN_PARTY', 'asks the lobby'],
    [{ game: 'duel', party: 'x'.repeat(32), size: 2 }, 'UNKNOWN_PARTY', 'asks the lobby'],
    [{ game: 'duel', size: 2 }, 'BAD_ARGUMENTS', 'party'],
    [{ game: 'duel', party: '' }, 'BAD_ARGUMENTS', 'party'],
    [{ game: 'duel', party: 'us', size: 0 }, 'BAD_ARGUMENTS', 'size'],
    [{ game: 'duel', party: 'us', size: 1.5 }, 'BAD_ARGUMENTS', 'size'],
    [{}, 'BAD_ARGUMENTS', 'game'],
  ])('refuses %j', async (args, code, text) => {
    const [ada] = sessions(1);
    expect(await ask(ada!, 'match', args)).toEqual(refusal(code, text));
    expect(world.matchmaking.waitsOf(ada!)).toBe(0);
  });

  it('refuses who waits already, and who is to be in too many rooms', async () => {
    const [ada] = sessions(1);
    await ask(ada!, 'match', { game: 'duel' });
    expect(await ask(ada!, 'match', { game: 'duel' })).toEqual(refusal('ALREADY_WAITING'));
    await ask(ada!, 'match', { game: 'quartet' });
    expect(await ask(ada!, 'match', { game: 'unready' })).toEqual(refusal('JOINED_LIMIT'));
  });

  it('is applied once however often it comes', async () => {
    const [ada, bob] = sessions(2);
    await ask(ada!, 'match', { game: 'duel' });
    world.lobby(ada!, 1, 'match', { game: 'duel' });
    expect(link.of('result')).toHaveLength(2);
    await ask(bob!, 'match', { game: 'duel' });
    world.lobby(ada!, 1, 'match', { game: 'duel' });
    expect(world.matchmaking.waitsOf(ada!)).toBe(0);
  });

  it('that cannot be written down is applied when it can be', async () => {
    const [ada, bob] = sessions(2);
    await ask(ada!, 'match', { game: 'duel' });
    world.storage.fails = true;
    world.lobby(bob!, 1, 'match', { game: 'duel' });
    await settlePromises();
    expect([world.rooms.size, link.of('result').length]).toEqual([0, 1]);
    pass(200);
    await settlePromises();
    expect(link.of('result')).toHaveLength(1);
    world.storage.fails = false;
    pass(200);
    await settlePromises();
    expect(link.of('result')).toHaveLength(2);
    expect(placed()).toEqual([[1, 2]]);
  });
});

describe('lobby.unmatch and lobby.matching', () => {
  it('lets one wait no longer', async () => {
    const [ada, bob] = sessions(2);
    expect(await ask(ada!, 'unmatch', { game: 'duel' })).toEqual(refusal('NOT_WAITING', 'duel'));
    await ask(ada!, 'match', { game: 'duel' });
    expect(await ask(ada!, 'unmatch', { game: 'duel' })).toBeNull();
    await ask(bob!, 'match', { game: 'duel' });
    expect(world.rooms.size).toBe(0);
  });

  it('say how many wait, how long, and where oneself is', async () => {
    const [ada, bob, eve] = sessions(3);
    await ask(ada!, 'match', { game: 'quartet' });
    pass(700);
    await ask(bob!, 'match', { game: 'quartet' });
    pass(300);
    const row = { game: 'quartet', players: 4, waiting: 2, longestMs: 1000 };
    const of = (one: Session | undefined) => ask(one!, 'matching', { game: 'quartet' });
    expect(await of(bob)).toEqual([{ ...row, place: 2, waitedMs: 300 }]);
    expect(await of(eve)).toEqual([{ ...row, place: null, waitedMs: null }]);
    world.sessions.detach(ada!);
    expect(await of(bob)).toEqual([
      { ...row, waiting: 1, longestMs: 300, place: 1, waitedMs: 300 },
    ]);
    expect(await ask(eve!, 'matching')).toHaveLength(5);
    expect(await ask(eve!, 'matching', { game: 'tally' })).toEqual(refusal('NO_MATCHES'));
  });
});

describe('Rooms of a match', () => {
  it('are neither opened by others nor joined by name or number', async () => {
    const [ada, bob, eve] = sessions(3);
    for (const one of [ada, bob]) await ask(one!, 'match', { game: 'duel' });
    const [room] = [...world.rooms];
    expect(await ask(eve!, 'create', { game: 'duel' })).toEqual(refusal('MATCH_ONLY', 'duel'));
    expect(world.rooms.withPlace('duel')).toBe('MATCH_ONLY');
    room!.members.leave(bob!, 'LEFT', '');
    expect([room!.join(eve!, 1), room!.join(bob!, 1)]).toEqual(['MATCH_ONLY', 'MATCH_ONLY']);
    link.take();
    expect(room!.join(ada!, 7)).toBeUndefined();
    expect(link.of('joined')).toMatchObject([{ room: 1, request: 7 }]);
  });

  it('end when everyone has left, at once', async () => {
    const [ada, bob] = sessions(2);
    for (const one of [ada, bob]) await ask(one!, 'match', { game: 'duel' });
    const [room] = [...world.rooms];
    for (const one of [ada, bob]) room!.members.leave(one!, 'LEFT', '');
    world.rooms.beat();
    expect(world.rooms.size).toBe(0);
  });
});

describe('Who vanishes', () => {
  it('is not matched while away, and keeps the place', async () => {
    const [ada, bob, eve] = sessions(3);
    await ask(ada!, 'match', { game: 'duel' });
    world.sessions.detach(ada!);
    await ask(bob!, 'match', { game: 'duel' });
    expect(world.rooms.size).toBe(0);
    await ask(eve!, 'match', { game: 'duel' });
    expect(placed()).toEqual([[2, 3]]);
    world.sessions.attach(ada!, link, 40);
    const [ned] = sessions(1);
    await ask(ned!, 'match', { game: 'duel' });
    expect(placed()).toEqual([
      [2, 3],
      [1, 4],
    ]);
  });

  it('is matched when back, with who waits already', async () => {
    const [ada, bob] = sessions(2);
    await ask(ada!, 'match', { game: 'duel' });
    world.sessions.detach(ada!);
    await ask(bob!, 'match', { game: 'duel' });
    world.sessions.attach(ada!, link, 40);
    world.matchmaking.beat();
    await settlePromises();
    expect(placed()).toEqual([[1, 2]]);
  });

  it('leaves the queue with the session', async () => {
    const [ada] = sessions(1);
    await ask(ada!, 'match', { game: 'duel' });
    world.sessions.detach(ada!);
    pass(1000);
    world.sessions.beat();
    world.matchmaking.beat();
    expect(world.matchmaking.waitsOf(ada!)).toBe(0);
  });

  it('while the room is opened leaves the other at the front', async () => {
    const [ada, bob, eve] = sessions(3);
    await ask(bob!, 'match', { game: 'duel' });
    // The room is open when this returns, and nobody is in it.
    world.lobby(ada!, 1, 'match', { game: 'duel' });
    world.sessions.end(ada!);
    await settlePromises();
    expect(placed()).toEqual([[]]);
    world.rooms.beat();
    world.matchmaking.beat();
    await ask(eve!, 'match', { game: 'duel' });
    expect(placed()).toEqual([[2, 3]]);
  });
});

describe('Where no room can be opened', () => {
  it('for their number, all wait until there is place', async () => {
    for (const one of sessions(6)) await ask(one, 'match', { game: 'duel' });
    expect(placed()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    [...world.rooms][0]!.end('ROOM_ENDED', '');
    world.matchmaking.beat();
    await settlePromises();
    expect(world.rooms.size).toBe(1);
    pass(1000);
    world.matchmaking.beat();
    await settlePromises();
    expect(placed()).toEqual([
      [3, 4],
      [5, 6],
    ]);
  });

  it('or nobody can be put into it, as the disk is full, all wait until it is not', async () => {
    const [ada, bob] = sessions(2);
    world.storage.roomsFail = true;
    for (const one of everyone) await ask(one, 'match', { game: 'duel' });
    expect([placed(), link.of('event'), link.of('joined')]).toEqual([[], [], []]);
    expect(world.storage.waiting.map(({ session }) => session)).toEqual([1, 2]);
    expect(await ask(bob!, 'unmatch', { game: 'duel' })).toBeNull();
    await ask(bob!, 'match', { game: 'duel' });
    world.storage.roomsFail = false;
    pass(1000);
    world.matchmaking.beat();
    await settlePromises();
    expect(link.of('joined').map(({ connection }) => connection)).toEqual([
      ada!.connection,
      bob!.connection,
    ]);
    expect(world.storage.waiting).toEqual([]);
  });

  it.each(['unready', 'clumsy'])('as the game fails (%s), those matched are told', async (game) => {
    sessions(2);
    for (const one of everyone) await ask(one, 'match', { game });
    expect(link.of('event').map(({ name, data }) => [name, data])).toEqual(
      everyone.map(() => [
        'unmatched',
        { game, code: 'GAME_ERROR', text: expect.stringContaining(game) },
      ]),
    );
    for (const one of everyone) {
      expect([world.matchmaking.waitsOf(one), one.rooms.size]).toEqual([0, 0]);
    }
    expect(world.storage.waiting).toEqual([]);
  });

  it('as the game turns one away, that one is told why, and the other keeps the place', async () => {
    const [ada, bob, eve] = sessions(3);
    for (const one of [ada, bob]) await ask(one!, 'match', { game: 'picky' });
    const data = { game: 'picky', code: 'BANNED', text: 'You are banned.' };
    expect(link.of('event')).toMatchObject([
      { connections: [bob!.connection], name: 'unmatched', data },
    ]);
    expect([link.of('joined'), link.of('left'), world.rooms.size]).toEqual([[], [], 0]);
    expect(world.storage.waiting.map(({ session }) => session)).toEqual([ada!.id]);
    const waits = [ada, bob].map((one) => world.matchmaking.waitsOf(one!));
    expect([waits, ada!.rooms.size, bob!.rooms.size]).toEqual([[1, 0], 0, 0]);
    await ask(eve!, 'match', { game: 'picky' });
    expect(placed()).toEqual([[ada!.id, eve!.id]]);
    // The one who was turned away may ask again.
    expect(await ask(bob!, 'match', { game: 'picky' })).toBeNull();
  });

  it('as the game turns one away, that one’s party waits no longer, and the others do', async () => {
    const game = { ...picky, name: 'picky quartet', playersMax: 4, match: { players: 4 } };
    world.end();
    world = new TestWorld({ roomsMax: 2, roomsPerSessionMax: 2, resumeMs: 1000 }, [game]);
    const [ada, bob, eve, ned] = sessions(4);
    for (const one of [ada, bob]) {
      await ask(one!, 'match', { game: game.name, party: PARTY, size: 2 });
    }
    for (const one of [eve, ned]) await ask(one!, 'match', { game: game.name });
    const told = link.of('event').map(({ connections, name }) => [connections[0], name]);
    expect(told).toEqual([ada, bob].map((one) => [one!.connection, 'unmatched']));
    expect(world.storage.waiting.map(({ session }) => session)).toEqual([eve!.id, ned!.id]);
  });
});
