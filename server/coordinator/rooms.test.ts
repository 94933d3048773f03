// All rooms: which one a player gets, how many there may be, and when an empty one ends.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLink } from './fake-link.ts';
import { pass, startTime, stopTime } from './fake-time.ts';
import type { Room } from './room.ts';
import type { Session } from './session.ts';
import { TestWorld } from './test-world.ts';

const link = new FakeLink();
let world: TestWorld;
beforeEach(() => {
  stopTime();
  world = new TestWorld({ roomEmptyMs: 1000, roomsMax: 4 });
});
afterEach(() => {
  world.end();
  startTime();
});

/** An open room with so many players in it. */
async function withPlayers(players: number, game = 'tally'): Promise<Room> {
  const room = (await world.rooms.open(game)) as Room;
  for (let i = 0; i < players; i++) room.join(world.session(link), null);
  return room;
}

describe('A room by the name of its game', () => {
  it('is a new one where there is none', async () => {
    const room = (await world.rooms.withPlace('tally')) as Room;
    expect([room.id, room.game.name, world.rooms.size]).toEqual([1, 'tally', 1]);
  });

  it('is the fullest that has place', async () => {
    await withPlayers(3);
    await withPlayers(1);
    const fuller = await withPlayers(2);
    await withPlayers(2, 'quiet');
    expect(world.rooms.withPlace('tally')).toBe(fuller);
  });

  it('is a new one where all are full', async () => {
    await withPlayers(3);
    expect(((await world.rooms.withPlace('tally')) as Room).id).toBe(2);
  });

  it.each([
    ['of no game of the server', 'chess', 'UNKNOWN_GAME'],
    ['that its game fails to prepare', 'broken', 'GAME_ERROR'],
  ])('%s is refused', async (_what, game, code) => {
    expect(await world.rooms.withPlace(game)).toBe(code);
    expect(world.rooms.size).toBe(0);
  });

  it('is refused beyond the limit of rooms', async () => {
    for (let i = 0; i < 4; i++) await withPlayers(3);
    expect(world.rooms.withPlace('tally')).toBe('ROOMS_LIMIT');
  });
});

describe('A room’s number', () => {
  it('finds it, as long as it is there, and is not used again', async () => {
    const room = await withPlayers(0);
    expect(world.rooms.byId(room.id)).toBe(room);
    room.end('ROOM_ENDED', '');
    expect(world.rooms.byId(room.id)).toBe('UNKNOWN_ROOM');
    expect((await withPlayers(0)).id).toBe(room.id + 1);
  });

  it('is not that of the lobby, nor used up by a room that could not be prepared', async () => {
    expect(world.rooms.byId(0)).toBe('UNKNOWN_ROOM');
    await world.rooms.open('broken');
    expect((await withPlayers(0)).id).toBe(1);
  });
});

describe('An empty room', () => {
  it('ends after roomEmptyMs, one with players does not', async () => {
    await withPlayers(0);
    const full = await withPlayers(1);
    pass(999);
    world.rooms.beat();
    expect(world.rooms.size).toBe(2);
    pass(1);
    world.rooms.beat();
    expect([...world.rooms]).toEqual([full]);
  });

  it('is not one that only some have left', async () => {
    const room = await withPlayers(1);
    const session = world.session(link);
    room.join(session, null);
    room.members.leave(session, 'LEFT', '');
    pass(5000);
    world.rooms.beat();
    expect(world.rooms.byId(room.id)).toBe(room);
  });

  it('counts from when its last player left, not from when one lost the connection', async () => {
    const room = await withPlayers(0);
    const session = world.session(link);
    room.join(session, null);
    world.sessions.detach(session);
    pass(5000);
    world.rooms.beat();
    expect(world.rooms.byId(room.id)).toBe(room);
    room.members.leave(session, 'LEFT', '');
    pass(999);
    world.rooms.beat();
    expect(world.rooms.byId(room.id)).toBe(room);
    pass(1);
    world.rooms.beat();
    expect(world.rooms.byId(room.id)).toBe('UNKNOWN_ROOM');
  });
});

describe('Rooms that one account or address has opened', () => {
  const open = async (session: Session) => {
    const opened = await world.rooms.open('tally', session);
    return typeof opened === 'string' ? opened : opened.id;
  };
  const from = (address: string) => world.session(link, 'ada', address);

  beforeEach(() => {
    world = new TestWorld({ roomEmptyMs: 60_000, roomsPerAccountMax: 2, roomsPerAddressMax: 3 });
  });

  it('are as many as an account may have, whichever session asks', async () => {
    const ada = from('127.0.0.1');
    expect([await open(ada), await open(ada), await open(ada)]).toEqual([1, 2, 'ROOM_QUOTA']);
    world.sessions.end(ada);
    const again = world.sessions.begin('ada', ada.accountKey)!;
    expect([await open(again), await open(from('127.0.0.1'))]).toEqual(['ROOM_QUOTA', 3]);
  });

  it('are as many as an address may have, whichever account asks; others open theirs', async () => {
    for (const id of [1, 2, 3]) expect(await open(from(`2001:db8::${id}`))).toBe(id);
    expect(await open(from('2001:db8::4'))).toBe('ROOM_QUOTA');
    expect(await open(from('2001:db8:0:1::4'))).toBe(4);
  });

  it('are counted from the moment in which they are asked for', async () => {
    const ada = from('10.0.0.1');
    world.storage.isSlow = true;
    const first = [world.rooms.open('tally', ada), world.rooms.open('tally', ada)];
    expect(world.rooms.open('tally', ada)).toBe('ROOM_QUOTA');
    for (const isTaken of [false, true]) await world.storage.takeRoom(isTaken);
    expect((await Promise.all(first)).map((room) => typeof room)).toEqual(['string', 'object']);
    // The one that the disk has refused counts no more.
    world.storage.isSlow = false;
    expect([await open(ada), await open(ada)]).toEqual([3, 'ROOM_QUOTA']);
  });

  it('make place where they have been left for some seconds, the longest empty one first', async () => {
    const ada = from('10.0.0.1');
    for (let i = 0; i < 2; i++) await open(ada);
    const [first, second] = [...world.rooms];
    first!.join(ada, null);
    pass(4999);
    expect(await open(ada)).toBe('ROOM_QUOTA');
    pass(1);
    expect([await open(ada), world.rooms.byId(second!.id)]).toEqual([3, 'UNKNOWN_ROOM']);
    expect(world.rooms.byId(first!.id)).toBe(first);
  });

  it('no longer count when they have ended', async () => {
    const ada = from('10.0.0.1');
    for (let i = 0; i < 2; i++) await open(ada);
    for (const room of [...world.rooms]) room.end('ROOM_ENDED', '');
    expect(await open(ada)).toBe(3);
  });
});

describe('When there are as many rooms as may be', () => {
  it('one that has been empty for some seconds makes place, one with players does not', async () => {
    for (let i = 0; i < 3; i++) await withPlayers(3);
    const empty = await withPlayers(0);
    expect(await world.rooms.open('tally')).toBe('ROOMS_LIMIT');
    pass(5000);
    expect(((await world.rooms.open('tally')) as Room).id).toBe(5);
    expect(world.rooms.byId(empty.id)).toBe('UNKNOWN_ROOM');
    pass(5000);
    (world.rooms.byId(5) as Room).join(world.session(link), null);
    expect(await world.rooms.open('tally')).toBe('ROOMS_LIMIT');
  });
});
