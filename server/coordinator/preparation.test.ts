// Rooms whose worlds are prepared elsewhere: what they begin with, and what waits for them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLink } from './fake-link.ts';
import { settlePromises, startTime, stopTime } from './fake-time.ts';
import { prepareWorld, worldRandom } from './pool-tasks.ts';
import { Room } from './room.ts';
import type { Session } from './session.ts';
import { threeNumbers } from './test-pool.ts';
import { TestWorld } from './test-world.ts';

const link = new FakeLink();
let world: TestWorld;
let session: Session;
beforeEach(() => {
  stopTime();
  world = new TestWorld({ roomsMax: 3 });
  session = world.session(link);
  link.take();
});
afterEach(() => {
  world.end();
  startTime();
});

describe('A room whose world has to be prepared', () => {
  it('is there when the world is, and is first written down with what was made', async () => {
    const opening = world.rooms.open('prepared');
    expect([world.rooms.size, world.storage.created]).toEqual([0, []]);
    await world.pool.give('made elsewhere');
    expect(await opening).toBeInstanceOf(Room);
    expect(JSON.stringify(world.storage.created)).toContain('made elsewhere');
  });

  it('holds no other room up', async () => {
    world.rooms.open('prepared');
    expect(await world.rooms.open('tally')).toBeInstanceOf(Room);
  });

  it('is one for all who want one of the game meanwhile', async () => {
    const openings = [1, 2, 3].map(() => world.rooms.withPlace('prepared'));
    expect(world.pool.held).toHaveLength(1);
    await world.pool.give('made');
    const rooms = await Promise.all(openings);
    expect([new Set(rooms).size, world.rooms.withPlace('prepared')]).toEqual([1, rooms[0]]);
  });

  it('counts against the limit of rooms before it is there', async () => {
    for (let i = 0; i < 3; i++) world.rooms.open('prepared');
    expect(world.rooms.open('tally')).toBe('ROOMS_LIMIT');
    await world.pool.fail(new Error('not today'));
    expect(await world.rooms.open('tally')).toBeInstanceOf(Room);
  });

  it('that fails is no room, and the next one is prepared anew', async () => {
    const opening = world.rooms.withPlace('prepared');
    await world.pool.fail(new Error('not today'));
    expect([await opening, world.rooms.size]).toEqual(['GAME_ERROR', 0]);
    expect([world.rooms.withPlace('prepared') instanceof Promise, world.pool.held.length]).toEqual([
      true,
      1,
    ]);
  });

  it.each(['made', 'failed'])('is not begun by a process that ends, if it is %s', async (how) => {
    const opening = world.rooms.open('prepared');
    await world.rooms.finish();
    if (how === 'made') await world.pool.give(how);
    else await world.pool.fail(new Error(how));
    expect(world.storage.created).toEqual([]);
    expect(await Promise.race([opening, 'nothing said'])).toBe('nothing said');
  });
});

describe('What the pool runs', () => {
  it('draws the same numbers for the same seed', async () => {
    const made = await prepareWorld(threeNumbers.module, 'draw', 7);
    expect(made).toEqual(threeNumbers.run(worldRandom(7)));
    expect(made).not.toEqual(threeNumbers.run(worldRandom(8)));
  });

  it('says what has to be exported', async () => {
    await expect(prepareWorld(threeNumbers.module, 'nothing', 7)).rejects.toThrow(
      'own name, nothing',
    );
  });
});

describe('lobby.create of a game that has to be prepared', () => {
  const ask = (seq: number, name: string, args: unknown = {}) =>
    world.lobby(session, seq, name, args);
  const answers = () => link.of('result').map(({ seq, value }) => [seq, value]);

  it('is answered when the room is there, and what comes after it then, in order', async () => {
    ask(1, 'create', { game: 'prepared' });
    ask(2, 'rooms', { game: 'tally' });
    ask(3, 'create', { game: 'tally' });
    expect(link.take()).toEqual([]);
    await world.pool.give('made');
    await settlePromises();
    expect(answers()).toEqual([
      [1, { room: 1 }],
      [2, []],
      [3, { room: 2 }],
    ]);
  });

  it('is done once, however often it comes', async () => {
    ask(1, 'create', { game: 'prepared' });
    ask(2, 'online');
    ask(1, 'create', { game: 'prepared' });
    ask(2, 'online');
    await world.pool.give('made');
    expect([answers(), world.pool.held, world.rooms.size]).toEqual([
      [
        [1, { room: 1 }],
        [2, { sessions: 1 }],
      ],
      [],
      1,
    ]);
    link.take();
    ask(1, 'create', { game: 'prepared' });
    expect(answers()).toEqual([[1, { room: 1 }]]);
  });

  it('is answered on the connection that there is then', async () => {
    ask(1, 'create', { game: 'prepared' });
    world.sessions.detach(session);
    const later = new FakeLink(2);
    world.sessions.attach(session, later, 9);
    await world.pool.give('made');
    expect(later.of('result')).toMatchObject([{ connection: 9, seq: 1, value: { room: 1 } }]);
  });

  it('is kept for one whose connection is gone', async () => {
    ask(1, 'create', { game: 'prepared' });
    world.sessions.detach(session);
    await world.pool.give('made');
    world.sessions.attach(session, link, 9);
    ask(1, 'create', { game: 'prepared' });
    expect([answers(), world.rooms.size]).toEqual([[[1, { room: 1 }]], 1]);
  });

  it('is not written down before the room is there: another process does it then', async () => {
    ask(1, 'create', { game: 'prepared' });
    const written = () => world.storage.events.filter(({ kind }) => kind === 'lobby');
    expect(written()).toEqual([]);
    await world.pool.give('made');
    expect(written()).toMatchObject([{ seq: 1, answer: { kind: 'result', value: { room: 1 } } }]);
  });

  it('is nobody’s concern when the session is over', async () => {
    ask(1, 'create', { game: 'prepared' });
    ask(2, 'chat', { text: 'hello' });
    world.sessions.end(session);
    link.take();
    await world.pool.give('made');
    expect(link.take()).toEqual([]);
  });

  it('that fails is refused, and what comes after it is done', async () => {
    ask(1, 'create', { game: 'prepared' });
    ask(2, 'online');
    await world.pool.fail(new Error('not today'));
    expect(link.of('rejected')).toMatchObject([{ seq: 1, code: 'GAME_ERROR' }]);
    expect(answers()).toEqual([[2, { sessions: 1 }]]);
  });

  it('answers one before it again at once, and tells of a gap after it', () => {
    ask(1, 'online');
    ask(2, 'create', { game: 'prepared' });
    link.take();
    ask(1, 'online');
    ask(4, 'online');
    expect(answers()).toEqual([[1, { sessions: 1 }]]);
    expect(link.of('resumed')).toMatchObject([{ room: 0, seq: 1 }]);
  });
});
