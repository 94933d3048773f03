// A room while it is being written down: nobody is told of it, and nothing waits but who wants it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Game } from '../games/index.ts';
import { FakeLink } from './fake-link.ts';
import { pass, settlePromises, startTime, stopTime } from './fake-time.ts';
import { Room } from './room.ts';
import type { Session } from './session.ts';
import { tally } from './test-game.ts';
import { TICK_MS } from './test-room.ts';
import { TestWorld } from './test-world.ts';

const duel: Game = { ...tally, name: 'duel', playersMax: 2, match: { players: 2 } };
const link = new FakeLink();
let world: TestWorld;
beforeEach(() => {
  stopTime();
  link.take();
  world = new TestWorld({ roomsMax: 3 }, [tally, duel]);
});
afterEach(() => {
  world.end();
  startTime();
});

const ask = (session: Session, name: string, args: unknown = {}): void =>
  world.lobby(session, session.lobby.applied + session.lobbyWaiting.length + 1, name, args);

describe('While a slow disk takes a room', () => {
  it('the ticks of the others go on, and it is not there', async () => {
    const other = (await world.rooms.open('tally')) as Room;
    world.storage.isSlow = true;
    const opening = world.rooms.open('tally');
    const before = other.tick;
    for (let i = 0; i < 5; i++) pass(TICK_MS);
    await settlePromises();
    expect([other.tick - before, world.rooms.size]).toEqual([5, 1]);
    await world.storage.takeRoom();
    expect(await opening).toBe(world.rooms.byId(2));
  });

  it('all who want one of the game wait for the same', async () => {
    world.storage.isSlow = true;
    const openings = [1, 2, 3].map(() => world.rooms.withPlace('tally'));
    await world.storage.takeRoom();
    const rooms = await Promise.all(openings);
    expect([new Set(rooms).size, world.storage.created.length]).toEqual([1, 1]);
  });

  it('one that was asked for later is still waited for when the first is there', async () => {
    world.storage.isSlow = true;
    world.rooms.open('tally');
    const later = world.rooms.open('tally');
    await world.storage.takeRoom();
    const [first] = [...world.rooms];
    for (let i = 0; i < 3; i++) first!.join(world.session(link), null);
    expect(world.rooms.withPlace('tally')).toBe(later);
  });

  it('it counts against the limit of rooms, once', async () => {
    world.storage.isSlow = true;
    for (let i = 0; i < 3; i++) world.rooms.open('tally');
    expect(world.rooms.open('tally')).toBe('ROOMS_LIMIT');
    await world.storage.takeRoom();
    expect([world.rooms.size, world.rooms.open('tally')]).toEqual([1, 'ROOMS_LIMIT']);
    [...world.rooms][0]!.end('ROOM_ENDED', '');
    expect(world.rooms.open('tally')).toBeInstanceOf(Promise);
  });

  it('a stop drops it, and whoever asked is told nothing', async () => {
    const session = world.session(link);
    world.storage.isSlow = true;
    ask(session, 'create', { game: 'tally' });
    const closed = world.rooms.finish();
    await world.storage.takeRoom();
    await closed;
    expect([link.take(), world.rooms.size, world.storage.removed]).toEqual([[], 0, [1]]);
  });
});

describe('The number of a room', () => {
  it('is its own from when it is being opened, also after the disk has refused it', async () => {
    world.storage.isSlow = true;
    const openings = [1, 2].map(() => world.rooms.open('tally'));
    await world.storage.takeRoom(false);
    openings.push(world.rooms.open('tally'));
    await world.storage.takeRoom();
    await world.storage.takeRoom();
    const rooms = await Promise.all(openings);
    const numbers = rooms.map((room) => (room instanceof Room ? room.id : room));
    expect(numbers).toEqual(['ROOM_NOT_STORED', 2, 3]);
    const noted = world.storage.events.filter(({ kind }) => kind === 'numbers');
    expect(noted).toMatchObject([{ room: 1 }, { room: 2 }, { room: 3 }]);
  });
});

describe('A disk that refuses a room', () => {
  it('is told of to who asks for it, in order, and the next one may be there', async () => {
    const session = world.session(link);
    world.storage.isSlow = true;
    ask(session, 'create', { game: 'tally' });
    ask(session, 'rooms');
    ask(session, 'create', { game: 'tally' });
    expect(link.take()).toEqual([]);
    await world.storage.takeRoom(false);
    expect(link.of('rejected')).toMatchObject([{ seq: 1, code: 'ROOM_NOT_STORED' }]);
    await world.storage.takeRoom();
    expect(link.of('result').map(({ seq, value }) => [seq, value])).toEqual([
      [2, []],
      [3, { room: 2 }],
    ]);
  });

  it('keeps those who were matched waiting, until there is a room for them', async () => {
    const players = [1, 2].map(() => world.session(link));
    world.storage.isSlow = true;
    for (const player of players) ask(player, 'match', { game: 'duel' });
    await world.storage.takeRoom(false);
    const waits = () => players.map((player) => world.matchmaking.waitsOf(player));
    expect([waits(), world.storage.waiting.length]).toEqual([[1, 1], 2]);
    pass(1000);
    world.matchmaking.beat();
    await world.storage.takeRoom();
    expect([waits(), world.storage.waiting]).toEqual([[0, 0], []]);
    expect([...world.rooms].map((room) => room.players)).toEqual([2]);
  });
});

describe('Who goes while the room of a match is being opened', () => {
  it.each([
    ['waits no longer', (one: Session) => ask(one, 'unmatch', { game: 'duel' })],
    ['ends the session', (one: Session) => world.sessions.end(one)],
    ['loses the connection', (one: Session) => world.sessions.detach(one)],
  ])('and %s is not in it, and the other is in the next', async (_what, go) => {
    const [ada, bob, eve] = [1, 2, 3].map(() => world.session(link)) as [Session, Session, Session];
    world.storage.isSlow = true;
    for (const player of [ada, bob]) ask(player, 'match', { game: 'duel' });
    go(ada);
    await world.storage.takeRoom();
    expect(ada.rooms.size + bob.rooms.size).toBe(0);
    ask(eve, 'match', { game: 'duel' });
    await world.storage.takeRoom();
    expect([ada, bob, eve].map(({ rooms }) => [...rooms.keys()])).toEqual([[], [2], [2]]);
  });
});

describe('Who asks for a match while the room of theirs is being opened', () => {
  const us = { game: 'duel', party: '', size: 2 };
  let [ada, bob, eve, ned]: Session[] = [];
  beforeEach(() => {
    [ada, bob, eve, ned] = [1, 2, 3, 4].map(() => world.session(link));
    world.storage.isSlow = true;
    us.party = world.matchmaking.parties.make();
    for (const player of [ada, bob]) ask(player!, 'match', us);
    link.take();
  });

  /** What was answered since the last call: whom, and the code of a refusal. */
  const answers = () =>
    link.take().flatMap((message) => {
      if (message.type === 'result') return [[message.connection, message.value]];
      return message.type === 'rejected' ? [[message.connection, message.code]] : [];
    });
  const rooms = () => [ada, bob, eve, ned].map((one) => [...one!.rooms.keys()]);

  it('is answered when it is there, as one who asks then', async () => {
    for (const player of [eve, ada]) ask(player!, 'match', us);
    await settlePromises();
    expect(answers()).toEqual([]);
    await world.storage.takeRoom();
    expect(answers()).toEqual([
      [eve!.connection, null],
      [ada!.connection, null],
    ]);
    await world.storage.takeRoom();
    expect(rooms()).toEqual([[1, 2], [1], [2], []]);
  });

  it('is refused when it is not there, as one who asks then', async () => {
    for (const player of [eve, ada]) ask(player!, 'match', us);
    await world.storage.takeRoom(false);
    expect(answers()).toEqual([
      [eve!.connection, 'PARTY_FULL'],
      [ada!.connection, 'ALREADY_WAITING'],
    ]);
  });

  it('and has left the party meanwhile is with it in the next', async () => {
    ask(ada!, 'unmatch', { game: 'duel' });
    ask(ada!, 'match', us);
    for (let i = 0; i < 2; i++) await world.storage.takeRoom();
    expect(answers()).toEqual([1, 2].map(() => [ada!.connection, null]));
    expect(rooms()).toEqual([[2], [2], [], []]);
  });

  it('for a place that one has left is the only one who has it', async () => {
    ask(ada!, 'unmatch', { game: 'duel' });
    for (const player of [eve, ned]) ask(player!, 'match', us);
    for (let i = 0; i < 2; i++) await world.storage.takeRoom();
    expect(rooms()).toEqual([[], [2], [2], []]);
    expect(world.matchmaking.waitsOf(ned!)).toBe(1);
  });

  it('is told nothing more where the server stops', async () => {
    ask(eve!, 'match', us);
    world.matchmaking.close();
    await world.storage.takeRoom();
    expect(answers()).toEqual([]);
  });
});
