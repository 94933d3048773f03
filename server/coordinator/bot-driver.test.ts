// Bots: how many there are, how they come to act, and what a room with them is to everyone else.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bots, Game, Room as GameRoom } from '../games/index.ts';
import { FakeLink } from './fake-link.ts';
import { pass, startTime, stopTime } from './fake-time.ts';
import type { Input } from './inputs.ts';
import { RoomState } from './room-state.ts';
import { tally } from './test-game.ts';
import { TestPool } from './test-pool.ts';
import { log, TestRoom } from './test-room.ts';
import { forgetfulRoom } from './test-storage.ts';

type Token = { count: number };

/** Each bot asks with its count, and its plan is how often it adds 1. */
const adders: Bots<GameRoom, string, number, { left: number }> = {
  ask: (_room, bot) => (bot.avatar as unknown as Token).count,
  survey: () => 'ground',
  plan: { module: import.meta.url, run: () => [] },
  act(_room, _bot, plan) {
    if (plan.left < 0) throw new Error('a bad plan');
    return plan.left-- > 0 ? { name: 'add', args: { by: 1 } } : 'done';
  },
};
const game = { ...tally, playersMax: 5, bots: adders } as Game;

const link = new FakeLink();
let pool: TestPool;
let state: RoomState;
let journal: (readonly [now: number, inputs: readonly Input[]])[];
let test: TestRoom;
beforeEach(() => {
  stopTime();
  link.take();
  begin(3);
});
afterEach(() => {
  test.room.end('ROOM_ENDED', '');
  startTime();
});

function begin(wanted: number, given = new RoomState(game, { id: 7, seed: 1, now: 0 })): void {
  pool = new TestPool();
  state = given;
  journal = [];
  const storage = {
    ...forgetfulRoom,
    append: (_tick: number, now: number, inputs: readonly Input[]) => {
      journal.push(structuredClone([now, inputs]));
    },
  };
  const bots = wanted > 0 ? { wanted, pool: pool.asPool } : undefined;
  test = new TestRoom(game, 4, storage, { state, bots, log });
  pass(200);
}

const names = (): string[] => [...state.room.players.values()].map(({ name }) => name);
const counts = (): number[] =>
  [...state.room.players.values()].map(({ avatar }) => (avatar as unknown as Token).count);

describe('A room with bots', () => {
  it('is filled up with as many as are wanted', () => {
    expect(names()).toEqual(['bot 1', 'bot 2', 'bot 3']);
    expect([...state.room.players.values()].every(({ isBot }) => isBot)).toBe(true);
    expect(['bot 3', 'bot 4'].map((name) => test.room.hasBotNamed(name))).toEqual([true, false]);
  });

  it('gives each player the place of a bot, and fills it again', () => {
    const session = test.joined(link);
    expect(names()).toEqual(['bot 1', 'bot 2', 'player 1']);
    test.room.members.leave(session, 'LEFT', '');
    test.step();
    expect(names()).toEqual(['bot 1', 'bot 2', 'bot 3']);
  });

  it('has no bot where more players come than are wanted, and is full with players only', () => {
    for (let i = 0; i < 5; i++) test.joined(link);
    expect(names().filter((name) => name.startsWith('bot'))).toEqual([]);
    expect(test.room.join(test.session(link), null)).toBe('ROOM_FULL');
  });

  it('never has more in it than the game takes', () => {
    begin(100);
    expect(state.room.players.size).toBe(5);
    test.room.join(test.session(link), null);
    test.step();
    expect([state.room.players.size, test.room.players, test.room.botCount]).toEqual([5, 1, 4]);
  });

  it('is empty without a player', () => {
    expect([test.room.players, test.room.emptySince !== undefined]).toEqual([0, true]);
  });
});

describe('What bots do', () => {
  it('is planned for all that ask at once, and done by commands', async () => {
    expect(pool.held.map(({ task, args }) => [task, args])).toEqual([
      ['bots', ['ground', [0, 0, 0]]],
    ]);
    await pool.give([{ left: 2 }, { left: 1 }, { left: 0 }]);
    pass(150);
    expect(counts()).toEqual([2, 1, 0]);
    const done = journal.flatMap(([, inputs]) => inputs).filter(({ kind }) => kind === 'command');
    expect(done).toHaveLength(3);
  });

  it('is planned anew when a plan is done', async () => {
    await pool.give([{ left: 2 }, { left: 1 }, { left: 9 }]);
    pass(300);
    expect(pool.held[0]?.args[1]).toEqual([1]);
  });

  it('waits for its plan without holding the room up', () => {
    const { tick } = test.room;
    pass(1000);
    expect([test.room.tick - tick, pool.held.length]).toEqual([20, 1]);
  });

  it('is planned again later where that has failed', async () => {
    await pool.fail(new Error('not today'));
    pass(500);
    expect(pool.held).toEqual([]);
    pass(600);
    expect(pool.held).toHaveLength(1);
  });

  it('ends with the bots where the game fails at it, and the room goes on', async () => {
    const session = test.joined(link);
    await pool.give([{ left: -1 }, { left: -1 }]);
    pass(150);
    expect(names()).toEqual([session.name]);
    test.add(session, 1);
    test.step();
    expect(counts()).toEqual([1]);
    test.room.members.leave(session, 'LEFT', '');
    test.step();
    expect(names()).toEqual([]);
  });
});

describe('A room with bots that is brought back', () => {
  it('was a function of its journal', async () => {
    await pool.give([{ left: 5 }, { left: 1 }, { left: 3 }]);
    test.joined(link);
    pass(300);
    const again = new RoomState(game, { id: 7, seed: 1, now: 0 });
    for (const [now, inputs] of journal) again.apply(now, inputs);
    expect(again.save()).toEqual(state.save());
  });

  it('goes on with the bots that it had', async () => {
    await pool.give([{ left: 5 }, { left: 1 }, { left: 3 }]);
    pass(300);
    const before = counts();
    begin(3, RoomState.restore(game, { id: 7, saved: structuredClone(state.save()) }));
    expect([names(), counts()]).toEqual([['bot 1', 'bot 2', 'bot 3'], before]);
    await pool.give([{ left: 1 }, { left: 1 }, { left: 1 }]);
    pass(100);
    expect(counts()).toEqual(before.map((count) => count + 1));
  });

  it.each([
    [0, 0],
    [2, 2],
    [4, 4],
  ])('has %i bots where so many are wanted now', (wanted, count) => {
    begin(wanted, RoomState.restore(game, { id: 7, saved: structuredClone(state.save()) }));
    expect([names().length, test.room.botCount]).toEqual([count, count]);
  });
});
