// Players whom a game gives no place, and hooks that fail: what it costs them, and no one else.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Game, type Room as GameRoom, type Player, refuse } from '../games/game.ts';
import { createLog } from '../observe/index.ts';
import type { BotDriverOptions } from './bot-driver.ts';
import { FakeLink } from './fake-link.ts';
import { startTime, stopTime } from './fake-time.ts';
import { tally } from './test-game.ts';
import { HangWorld, hanging, quietHanging, until, whenStopped } from './test-hangs.ts';
import { TestRoom } from './test-room.ts';
import { forgetfulRoom } from './test-storage.ts';

let link: FakeLink;
let log: Record<string, unknown>[];

beforeEach(() => {
  stopTime();
  link = new FakeLink();
  log = [];
});
afterEach(startTime);

const no = (): never => {
  throw new Error('no');
};

/** Only its first player gets a place. */
const closed = (end: () => never): Partial<Game> => ({
  join(room: GameRoom, player: Player) {
    const token = tally.join!(room, player);
    if (room.players.size > 1) end();
    return token;
  },
});

function roomOf(part: Partial<Game>, changes: object = {}): TestRoom {
  const write = (line: string) => void log.push(JSON.parse(line));
  const options = { log: createLog({ role: 'coordinator', level: 'info', write }), ...changes };
  return new TestRoom({ ...tally, ...part } as Game, 4, forgetfulRoom, options);
}

describe('A player who is turned away', () => {
  it.each<[string, () => never, string, string]>([
    ['refuses', () => refuse('TEAM_FULL', 'Both teams are full.'), 'TEAM_FULL', 'Both teams'],
    ['throws', no, 'GAME_ERROR', 'The game failed'],
  ])(
    'as `join` %s is told by its request, has no place, and costs no one else a thing',
    (_how, end, code, text) => {
      const at = roomOf(closed(end));
      const first = at.joined(link);
      const other = new FakeLink(2);
      const second = at.session(other);
      at.room.join(second, 5);
      at.room.join(second, 6);
      at.step();
      const { connection } = second;
      expect(other.of('refused')).toEqual([
        { type: 'refused', connection, code, text: expect.stringContaining(text), request: 5 },
        { type: 'refused', connection, code, text: expect.stringContaining(text), request: 6 },
      ]);
      expect([other.of('joined'), other.of('left'), second.rooms.size]).toEqual([[], [], 0]);
      expect([at.room.players, at.over, link.of('left'), link.of('event')]).toEqual([
        1,
        [],
        [],
        [],
      ]);
      at.add(first, 1, 4, true);
      at.step();
      expect(link.of('result')).toMatchObject([{ value: 4 }]);
      at.room.end('ROOM_ENDED', '');
    },
  );

  it('makes place for another, also where the room is full', () => {
    const at = roomOf({ ...closed(() => refuse('NO', 'No.')), playersMax: 2 });
    const first = at.joined(link);
    at.room.join(at.session(link), 1);
    expect(at.room.join(at.session(link), 2)).toBe('ROOM_FULL');
    at.step();
    at.room.members.leave(first, 'LEFT', '');
    at.step();
    at.room.join(at.session(link), 3);
    at.step();
    expect(link.of('joined')).toMatchObject([{ request: 3 }]);
    at.room.end('ROOM_ENDED', '');
  });

  it('while it has no connection is in no room when it comes back', () => {
    const at = roomOf(closed(() => refuse('NO', 'No.')));
    at.joined(link);
    const second = at.session(link);
    at.room.join(second, 1);
    at.detach(second);
    at.step();
    expect([second.rooms.size, link.of('refused')]).toEqual([0, []]);
    at.room.end('ROOM_ENDED', '');
  });

  it('as `join` throws is logged with game, hook and stack', () => {
    const at = roomOf(closed(no));
    at.joined(link);
    at.room.join(at.session(link), 1);
    at.step();
    expect(log).toMatchObject([
      { msg: expect.stringContaining('join failed'), game: 'tally', part: 'join', player: 2 },
    ]);
    expect(JSON.stringify(log[0])).toContain('turned-away.test.ts');
    at.room.end('ROOM_ENDED', '');
  });

  it('as a bot is not counted as one', () => {
    const bots = { wanted: 2, pool: { run: async () => [] } } as unknown as BotDriverOptions;
    const game: Partial<Game> = {
      bots: { ask: () => undefined } as never,
      join: (_room, { isBot }) => (isBot ? refuse('NO_BOTS', 'No bots.') : undefined),
    };
    const at = roomOf(game, { bots });
    at.step();
    at.step();
    expect([at.room.botCount, at.over]).toEqual([0, []]);
    at.room.end('ROOM_ENDED', '');
  });
});

describe('A room whose `leave` throws', () => {
  it('goes on without the player and the avatar, and logs it', () => {
    const at = roomOf({ leave: no });
    const first = at.joined(link);
    const second = at.joined(link);
    at.room.members.leave(second, 'LEFT', 'bye');
    at.step();
    expect(link.of('delta').at(-1)!.left.length).toBeGreaterThan(0);
    expect([at.room.players, at.over]).toEqual([1, []]);
    expect(log).toMatchObject([{ part: 'leave', player: 2, game: 'tally' }]);
    at.add(first, 1, 1, true);
    at.step();
    expect(link.of('result')).toHaveLength(1);
    at.room.end('ROOM_ENDED', '');
  });
});

describe('A refusal that comes after changes', () => {
  const late: Partial<Game> = {
    commands: {
      late: {
        args: (tally.commands as unknown as Record<string, { args: never }>).roll!.args,
        run(room: GameRoom, player: Player) {
          Object.assign(player.avatar!, { count: 9 });
          (room.state as { applied: string[] }).applied.push('late');
          refuse('NO', 'No.');
        },
      },
    },
  };

  it('is logged with --verify-determinism, once in a while, with what was undone', () => {
    const at = roomOf(late, { verifyDeterminism: true });
    const session = at.joined(link);
    for (const seq of [1, 2, 3]) at.send(session, seq, 'late');
    at.step();
    at.send(session, 4, 'late');
    at.step();
    expect(log.map(({ msg }) => msg)).toEqual([
      'tally: the command late changed token 1 count, state.applied before it refused; the changes were undone, ' +
        'which is legal but costs time: check first, then change',
    ]);
    at.room.end('ROOM_ENDED', '');
  });

  it('is not logged otherwise', () => {
    const at = roomOf(late);
    at.send(at.joined(link), 1, 'late');
    at.step();
    expect([log, link.of('rejected')]).toMatchObject([[], [{ code: 'NO' }]]);
    at.room.end('ROOM_ENDED', '');
  });
});

describe('A process that is killed', () => {
  it('before it told a player of the refusal leaves a room without the player, who is told on asking again', async () => {
    startTime();
    const picky = { ...hanging, name: 'picky', ...closed(() => refuse('NO', 'No.')) } as Game;
    const world = new HangWorld({}, [picky]);
    const room = await world.open('picky');
    const { session } = await world.joined(room);
    const dead = new FakeLink(8);
    const second = world.session(dead, 'bob');
    const { members } = room;
    members.report = () => {};
    room.join(second, 4);
    const { tick } = room;
    await until(() => room.tick > tick + 1);
    await world.kill();
    const [back] = [...world.rooms];
    expect([back!.players, world.sessions.byId(second.id)!.rooms.size]).toEqual([1, 0]);
    expect(world.sessions.byId(session.id)!.rooms.size).toBe(1);
    const again = new FakeLink(9);
    world.sessions.attach(world.sessions.byId(second.id)!, again, 70);
    back!.join(world.sessions.byId(second.id)!, 5);
    await until(() => again.of('refused').length === 1);
    expect(again.of('refused')).toMatchObject([{ request: 5, code: 'NO' }]);
    await world.finish();
    expect(world.isAsWritten(back!.id)).toBe(true);
  });
});

describe('A match that a game has called off in the batch in which its process was killed', () => {
  it('is of no concern to its players: none of them was told of it', async () => {
    startTime();
    const join = (_room: GameRoom, player: Player) => {
      if (player.name === 'bob') refuse('BANNED', 'You are banned.');
    };
    const game = { ...hanging, name: 'duel', match: { players: 2 }, playersMax: 2, join } as Game;
    const world = new HangWorld({}, [game]);
    const room = await world.open('duel');
    const players = ['ada', 'bob'].map((name) => world.session(new FakeLink(name.length), name));
    room.end = () => {};
    room.admit(players);
    await world.kill();
    expect([...world.rooms]).toEqual([]);
    for (const { id } of players) expect(world.sessions.byId(id)!.lostRooms.size).toBe(0);
  });
});

describe('A room without ticks', () => {
  it('applies what came while its state was made again', async () => {
    startTime();
    const world = new HangWorld({}, [quietHanging]);
    const room = await world.open(quietHanging.name);
    const { session, link: own } = await world.joined(room);
    whenStopped(room, () => world.send(room, session, 2, 'add', { by: 2 }));
    world.send(room, session, 1, 'hang');
    await until(() => own.of('result').length === 1);
    expect(own.of('result')).toMatchObject([{ seq: 2, value: 2 }]);
  });
});
