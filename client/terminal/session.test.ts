// Which game the player comes into, and what is told of a game that this client does not know.
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Client, LinkState } from '../index.ts';
import { kindOf } from './any-game/test-any.ts';
import { Feed } from './feed.ts';
import { Session } from './session.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const paint = {
  name: 'paint',
  text: 'Walk, and colour the floor.',
  world: { width: 32, height: 32, viewRadius: 12 },
  commands: [{ name: 'painted', args: { type: 'object', properties: {} } }],
};

/** A session on a server that has these games. */
async function sessionOn(games: readonly { name: string }[], asked?: string) {
  const room = Object.assign(new EventEmitter(), {
    number: 1,
    kinds: [kindOf('painter', { x: 'u8', y: 'u8' })],
    about: { goal: 'all of it' },
    entities: new Map(),
    of: () => [],
  });
  const lobby = Object.assign(new EventEmitter(), {
    unacknowledged: 0,
    call: async (name: string, { game }: { game?: string }) =>
      name === 'games' ? games.filter((row) => game === undefined || row.name === game) : [],
  });
  const client = Object.assign(new EventEmitter(), {
    state: LinkState.Ready,
    lobby,
    open: async () => {},
    async join({ game }: { game: string }) {
      if (games.some(({ name }) => name === game)) return Object.assign(room, { game });
      throw Object.assign(new Error('no such game'), { code: 'UNKNOWN_GAME' });
    },
  });
  const feed = new Feed();
  const ended: string[] = [];
  const session = new Session({
    client: client as unknown as Client,
    game: asked,
    keepAccount: () => undefined,
    feed,
    clockMs: () => 0,
    trading: { heard: () => {}, refresh: async () => {} },
    changed: () => {},
    ended: ({ message }) => ended.push(message),
  });
  session.open();
  await vi.advanceTimersByTimeAsync(0);
  session.close();
  const told = () => feed.latestEvents(20).map(({ text }) => text);
  return { session, client, room, told, ended };
}

describe('A player', () => {
  it('who names no game comes into one that the server has', async () => {
    const first = await sessionOn([paint, { name: 'duel' }]);
    expect([first.session.game, first.session.room?.game]).toEqual(['paint', 'paint']);
    expect((await sessionOn([paint, { name: 'goldrush' }])).session.game).toBe('goldrush');
  });

  it('who names a game that is not loaded is told which are', async () => {
    const { ended, session } = await sessionOn([paint], 'chess');
    expect(ended).toEqual([
      'This server has no game named chess. It has: paint. Choose one: --game paint',
    ]);
    expect(session.room).toBeUndefined();
  });
});

describe('What a player is told of the connection', () => {
  it.each([
    [
      'another worker that goes on with it',
      { worker: 2, pauseMs: 20 },
      'Worker 2 has taken over from worker 1 in 20 ms.',
    ],
    ['another one, be it to another worker', { worker: 2 }, 'Connected again after 0 ms.'],
    ['another one, to a worker of the same number', { worker: 1 }, 'Connected again after 0 ms.'],
    [
      'the same worker, after a pause',
      { worker: 1, pauseMs: 90 },
      'The server goes on after 90 ms.',
    ],
  ])('is true of %s', async (_, welcome, text) => {
    const { client, told } = await sessionOn([{ name: 'goldrush' }]);
    client.emit('connected', { worker: 1 });
    expect(told()).toEqual([]);
    client.emit('connected', welcome);
    expect(told()).toEqual([text]);
  });
});

describe('A game that this client does not know', () => {
  it('is introduced once, and its commands are known', async () => {
    const { session, told } = await sessionOn([paint], 'paint');
    expect(told()).toEqual(['Walk, and colour the floor. Press ? for the keys.', 'goal all of it']);
    expect(session.info?.commands.map(({ name }) => name)).toEqual(['painted']);
    expect(session.info?.world).toEqual({ width: 32, height: 32 });
  });

  it('has its events and refusals shown, each flood of them as one line', async () => {
    const { room, told } = await sessionOn([paint], 'paint');
    for (let i = 0; i < 50; i++) {
      room.emit('event', 'splash', { at: i });
      room.emit('rejected', { code: 'WALL', message: 'The world ends here.' });
    }
    room.emit('event', 'hit', { strength: 3 });
    expect(told().slice(0, 3)).toEqual(['hit: strength 3', 'The world ends here.', 'splash: at 0']);
    expect(told()).toHaveLength(5);
  });

  it('may have an event named chat that is no line of chat', async () => {
    const { room, told } = await sessionOn([paint], 'paint');
    room.emit('event', 'chat', { mood: 'merry' });
    expect(told()[0]).toBe('chat: mood merry');
  });
});
