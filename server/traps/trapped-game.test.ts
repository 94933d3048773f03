// The calls that make a room no function of its inputs, and the sentence for each.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { connect } from 'node:net';
import { cpus } from 'node:os';
import { performance as clock } from 'node:perf_hooks';
import { setImmediate as soon } from 'node:timers';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GameHangError, Guard, type Input, RoomState } from '../coordinator/index.ts';
import { type Game, refuse, Type } from '../games/game.ts';
import { installTraps, trappedGame } from './index.ts';

let uninstall = () => {};
beforeAll(() => {
  uninstall = installTraps();
});
afterAll(() => uninstall());

type Room = Parameters<NonNullable<Game['tick']>>[0];
type Run = (room: Room) => unknown;

const plain = {
  name: 'plain',
  text: 'Does what it is given.',
  ticksPerSecond: 20,
  playersMax: 2,
  entities: { token: { x: 'u8' } },
  state: () => ({ list: [] }),
  commands: {},
} as unknown as Game;

/** @returns what the hook of the game is told, when it runs in a room. */
function failureOf(run: Run, isMuted = false): Error | undefined {
  const commands = { go: { args: Type.Object({}), run } };
  const game = trappedGame({ ...plain, commands }, isMuted);
  const room = new RoomState(game, { id: 1, seed: 1, now: 1000 });
  // The test runner puts its own timers back between two turns of the event loop.
  const undo = installTraps();
  const { failures } = room.apply(2000, [
    { kind: 'join', player: 1, name: 'ada' },
    { kind: 'command', player: 1, seq: 1, name: 'go', args: {}, call: true },
  ]);
  undo();
  return failures[0]?.error as Error | undefined;
}

const CLOCK = 'use room.now, which is the same when the room is recovered or replayed';
const RANDOM = 'use room.random, whose numbers are the same';
const TIMER = 'keep in room.state the time at which something is due, and compare it with room.now';
const NETWORK = 'send it from a script beside the server';
const FILE = 'read it when the module is loaded, or in prepare';
const date = new Date(0);

const calls: readonly (readonly [call: string, run: Run, use: string])[] = [
  ['Date.now()', () => Date.now(), CLOCK],
  ['new Date()', () => new Date(), CLOCK],
  ['Date()', () => Date(), CLOCK],
  ['new Date()', () => new (class Day extends Date {})(), CLOCK],
  ['new Date()', () => new (date.constructor as DateConstructor)(), CLOCK],
  ['performance.now()', () => performance.now(), CLOCK],
  ['performance.now()', () => clock.now(), CLOCK],
  ['process.hrtime()', () => process.hrtime(), CLOCK],
  ['process.hrtime.bigint()', () => process.hrtime.bigint(), CLOCK],
  ['Math.random()', () => Math.random(), RANDOM],
  ['Math.random()', () => [3, 1, 2].sort(Math.random), RANDOM],
  ['crypto.randomUUID()', () => crypto.randomUUID(), RANDOM],
  ['crypto.getRandomValues()', () => crypto.getRandomValues(new Uint8Array(1)), RANDOM],
  ['crypto.randomBytes()', () => randomBytes(1), RANDOM],
  ['setTimeout()', () => setTimeout(() => {}, 0), TIMER],
  ['setInterval()', () => setInterval(() => {}, 1000), TIMER],
  ['setImmediate()', () => setImmediate(() => {}), TIMER],
  ['timers.setImmediate()', () => soon(() => {}), TIMER],
  ['timers/promises.setTimeout()', () => void wait(0), TIMER],
  ['queueMicrotask()', () => queueMicrotask(() => {}), TIMER],
  ['process.nextTick()', () => process.nextTick(() => {}), TIMER],
  ['fetch()', () => void fetch('http://127.0.0.1:1/'), NETWORK],
  ['new WebSocket()', () => new WebSocket('ws://127.0.0.1:1/'), NETWORK],
  ['net.connect()', () => connect(1), NETWORK],
  ['http.get()', () => get('http://127.0.0.1:1/'), NETWORK],
  ['fs.readFileSync()', () => readFileSync(import.meta.filename), FILE],
  ['fs/promises.readFile()', () => void readFile(import.meta.filename), FILE],
  ['child_process.execFileSync()', () => execFileSync('true'), 'use prepare, or a script'],
  ['new worker_threads.Worker()', () => new Worker('', { eval: true }), 'use prepare'],
  ['process.env.HOME', () => process.env.HOME, 'read it when the module is loaded'],
  ['process.env', () => Object.keys(process.env), 'read it when the module is loaded'],
  ['os.cpus()', () => cpus().length, 'read it when the module is loaded'],
  ['process.memoryUsage()', () => process.memoryUsage(), 'read it when the module is loaded'],
  ['WeakRef.deref()', () => new WeakRef({}).deref(), 'depends on the garbage collector'],
  ['a promise', () => void Promise.resolve(), 'a step of a room ends when the hook returns'],
  ['a promise', () => void (async () => {})(), 'a step of a room ends when the hook returns'],
  ['Date.getHours()', () => date.getHours(), 'use the method with UTC in its name'],
  ['Date.toString()', () => `${date}`, 'use the method with UTC in its name'],
  ['new Date(year, month, …)', () => new Date(2026, 1), 'Date.UTC'],
  ['Date.toLocaleString()', () => date.toLocaleString('en'), "('en', { timeZone: 'UTC' })"],
  ['Intl.DateTimeFormat()', () => Intl.DateTimeFormat(), "('en', { timeZone: 'UTC' })"],
  ['string.localeCompare()', () => 'a'.localeCompare('ä'), "name one, as 'en'"],
  ['number.toLocaleString()', () => (1e6).toLocaleString(), "name one, as 'en'"],
  ['new Intl.Collator()', () => new Intl.Collator(), "name one, as 'en'"],
];

describe('A command of a room that calls', () => {
  it.each(calls)(
    '%s fails with the place of the call and what to use instead',
    (call, run, use) => {
      const error = failureOf(run);
      expect(error).toMatchObject({ code: 'NOT_DETERMINISTIC' });
      expect(error!.message).toMatch(/^trapped-game\.test\.ts:\d+: /);
      expect(error!.message).toContain(`: ${call} in the command go: `);
      expect(error!.message).toContain(use);
      expect(error!.stack).toContain('trapped-game.test.ts');
    },
  );

  it.each<[string, Run]>([
    ['a date of the room', (room) => new Date(room.now).getUTCHours()],
    ['a date of a text', () => Date.parse('2026-01-01') + Date.UTC(2026, 1)],
    ['the text of a date', (room) => new Date(room.now).toISOString()],
    ['a comparison in a language', () => 'a'.localeCompare('ä', 'en')],
    ['a number in a language', () => (1e6).toLocaleString('en')],
    ['a day in a language', () => date.toLocaleDateString('en', { timeZone: 'UTC' })],
    ['random numbers of the room', (room) => room.random.integer(1, 6)],
    ['mathematics', () => Math.floor(Math.sqrt(2))],
    ['output for the author', () => process.stdout.write('')],
    ['the stack of an error', () => String(new Error('of the game').stack).length],
    ['changes of the room', (room) => void room.broadcast('news', room.entities.token!.add({}).id)],
  ])('%s is not complained about', (_what, run) => {
    expect(failureOf(run)).toBeUndefined();
  });
});

describe('A forbidden call', () => {
  it('fails the command also where the game has caught the error', () => {
    const error = failureOf((room) => {
      try {
        room.state.at = Date.now();
      } catch {
        refuse('NOPE', 'Not now.');
      }
    });
    expect(error?.message).toContain('Date.now() in the command go');
  });

  it('in an async function that no code waits for fails the command, and rejects nothing', async () => {
    const rejected = vi.fn();
    process.on('unhandledRejection', rejected);
    const later = async () => Date.now();
    expect(failureOf(() => void later())?.message).toContain('a promise in the command go');
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', rejected);
    expect(rejected).not.toHaveBeenCalled();
  });

  it('is allowed outside of rooms, also after a command was stopped for its time', () => {
    const guard = new Guard(20);
    const commands = {
      go: {
        args: Type.Object({}),
        run: () => {
          for (;;);
        },
      },
    };
    const game = trappedGame({ ...plain, commands } as Game, false);
    const room = new RoomState(game, { id: 1, seed: 1, now: 1000 });
    room.apply(2000, [{ kind: 'join', player: 1, name: 'ada' }]);
    const command = {
      kind: 'command',
      player: 1,
      seq: 1,
      name: 'go',
      args: {},
      call: true,
    } as const;
    expect(() => guard.run(() => void room.apply(3000, [command]))).toThrow(GameHangError);
    expect(Date.now()).toBeGreaterThan(0);
    expect(process.env.PATH).toBeDefined();
  });

  it.each(['create', 'join', 'leave', 'tick', 'about', 'settled', 'state'] as const)(
    'in %s names the hook',
    (hook) => {
      const game = trappedGame({ ...plain, items: ['coin'], [hook]: () => Math.random() }, false);
      const run = () => {
        const room = new RoomState(game, { id: 1, seed: 1, now: 1000 });
        const apply = (input: Input) => {
          for (const { error } of room.apply(2000, [input]).failures) throw error;
        };
        apply({ kind: 'join', player: 1, name: 'ada' });
        room.room.bank.deposit(room.room.players.get(1)!, 'coin', 1);
        room.about();
        apply({ kind: 'settled', n: 1, accepted: true, balance: 1 });
        apply({ kind: 'leave', player: 1 });
      };
      expect(run).toThrow(`Math.random() in ${hook}: use room.random`);
    },
  );

  it('in migrate names the hook', () => {
    const { migrate } = trappedGame(
      { ...plain, migrate: () => Math.random() } as unknown as Game,
      false,
    );
    expect(() => migrate!({} as never)).toThrow('Math.random() in migrate: use room.random');
  });

  it('may be made by bots, whose commands are journaled', () => {
    const bots = {
      ask: Math.random,
      survey: Date.now,
      act: () => ({ name: 'go', args: Math.random() }),
    };
    const game = trappedGame({ ...plain, bots } as unknown as Game, false);
    const { room } = new RoomState(game, { id: 1, seed: 1, now: 1000 });
    expect(game.bots!.act(room, {} as never, 0)).toMatchObject({ name: 'go' });
    expect(game.bots!.survey(room)).toBeGreaterThan(0);
  });
});

describe('A hook that only looks', () => {
  it.each<[string, Run]>([
    ['room.random.integer()', (room) => room.random.integer(1, 6)],
    ['room.broadcast()', (room) => room.broadcast('news', 1)],
    ['room.end()', (room) => room.end('Over.')],
  ])('fails where it changes the room by %s', (call, about) => {
    const game = trappedGame({ ...plain, about, bots: { act: about } } as unknown as Game, false);
    const state = new RoomState(game, { id: 1, seed: 1, now: 1000 });
    expect(() => state.about()).toThrow(`${call} in about: about only looks at the room`);
    expect(() => game.bots!.act(state.room, {} as never, 0)).toThrow(
      `${call} in bots.act: bots.act only looks`,
    );
  });
});

describe('The state of new rooms', () => {
  const shared = { board: [[0], [1]] };

  it('must not have an object that another room has', () => {
    const game = trappedGame(
      { ...plain, state: () => ({ own: {}, board: shared.board[1] }) },
      false,
    );
    expect(() => new RoomState(game, { id: 1, seed: 1, now: 1000 })).toThrow(
      'state() gave two rooms the same object as state.board',
    );
  });

  it('may have a frozen one', () => {
    const rules = Object.freeze({ rounds: 3 });
    const game = trappedGame({ ...plain, state: () => ({ rules }) }, false);
    expect(new RoomState(game, { id: 1, seed: 1, now: 1000 }).room.state).toEqual({ rules });
  });
});

describe('Output for the author', () => {
  it.each([
    ['is written by the live room', false, 1],
    ['is not written again by the second instance that checks it', true, 0],
  ])('%s', (_title, isMuted, times) => {
    uninstall();
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    uninstall = installTraps();
    failureOf(() => process.stdout.write('hello'), isMuted);
    uninstall();
    const { calls } = write.mock;
    write.mockRestore();
    uninstall = installTraps();
    expect(calls).toHaveLength(times);
  });
});
