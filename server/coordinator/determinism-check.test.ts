// A game that is no function of its inputs is found, and its author told which field differs.
import { describe, expect, it } from 'vitest';
import { type Game, Type } from '../games/game.ts';
import goldrush from '../games/goldrush/index.ts';
import { createLog, ProcessMetrics } from '../observe/index.ts';
import { type CheckedGame, DeterminismCheck } from './determinism-check.ts';
import { Guard } from './guard.ts';
import { SeededRandom } from './random.ts';
import { type Input, RoomState } from './room-state.ts';
import { tally } from './test-game.ts';

type Line = Record<string, unknown>;

/** Runs a room of the game for three seconds. */
async function run(game: Game, inputs: readonly Input[] = [], clock = () => 0) {
  const lines: Line[] = [];
  const write = (line: string) => lines.push(JSON.parse(line));
  const log = createLog({ role: 'coordinator', level: 'warn', write });
  const metrics = new ProcessMetrics('coordinator');
  const prepared = game.prepare?.run(new SeededRandom(5));
  const live = new RoomState(game, { id: 4, seed: 5, now: 0, prepared });
  const check = new DeterminismCheck({ game, live, guard: new Guard(1000), log, metrics, clock });
  for (let tick = 1; tick <= 60; tick++) {
    const batch: readonly Input[] =
      tick === 1 ? [{ kind: 'join', player: 1, name: 'ada' }] : tick === 2 ? inputs : [];
    check.before(batch);
    const outputs = live.apply(tick * 50, batch);
    check.after(tick * 50, outputs);
  }
  const counted = (await metrics.snapshot()).find(({ name }) => name.includes('determinism'));
  return { lines, differences: counted!.values[0]!.value, live };
}

const dicing: Game = {
  ...tally,
  tick(room) {
    for (const token of room.entities.token!) token.luck = Math.floor(Math.random() * 2 ** 32);
  },
};

describe('A game that is a function of its inputs', () => {
  it.each([tally, goldrush as Game])('is not complained about: $name', async (game) => {
    expect(await run(game)).toMatchObject({ lines: [], differences: 0 });
  });

  it('may change the arguments that it was given', async () => {
    const keep = {
      args: Type.Object({}),
      run(room: { state: { applied: unknown[] } }, _player: unknown, args: { n: number }) {
        args.n++;
        room.state.applied.push(args);
      },
    };
    const game = { ...tally, commands: { keep } } as unknown as Game;
    const input: Input = {
      kind: 'command',
      player: 1,
      seq: 1,
      name: 'keep',
      args: { n: 1 },
      call: false,
    };
    const { lines, live } = await run(game, [input]);
    expect(lines).toEqual([]);
    expect((live.room.state as { applied: unknown }).applied).toEqual([{ n: 2 }]);
  });
});

describe('A game that uses Math.random', () => {
  it('is told once for a room which field differs, and counted once a second', async () => {
    const { lines, differences } = await run(dicing);
    expect(lines).toMatchObject([
      { level: 'error', room: 4, game: 'tally', tick: 1, path: 'entities.token[1].luck' },
    ]);
    expect(lines[0]!.msg).toContain('fed the same, entities.token[1].luck differs');
    expect(differences).toBe(3);
  });

  it('is compared less often where that takes long', async () => {
    let ms = 0;
    const { differences } = await run(dicing, [], () => (ms += 60));
    // At 0.05 s, 1.25 s and 2.45 s: 20 times 60 ms apart.
    expect(differences).toBe(3);
    const { differences: fewer } = await run(dicing, [], () => (ms += 120));
    expect(fewer).toBe(2);
  });

  it('goes on as it would have', async () => {
    const draws: number[] = [];
    const tick: Game['tick'] = (room) => {
      room.state.draw = draws.push(0);
    };
    const game: Game = { ...tally, tick };
    const { live, differences } = await run(game);
    // Each tick was run twice, and the live room's was the first of the two.
    expect((live.room.state as { draw: number }).draw).toBe(119);
    expect(differences).toBeGreaterThan(0);
  });
});

describe('A game that', () => {
  it('differed once is counted once: the second room goes on from the first', async () => {
    let runs = 0;
    const game: Game = {
      ...tally,
      tick(room) {
        runs++;
        if (room.tick === 10) room.state.applied.push(String(runs));
      },
    };
    const { lines, differences } = await run(game);
    expect(lines).toMatchObject([{ path: 'state.applied[0]', live: '"19"', again: '"20"' }]);
    expect(differences).toBe(1);
  });

  it('throws on a command only when it is fed again is told the error', async () => {
    let runs = 0;
    const throwOnce = () => {
      if (++runs === 2) throw new Error('once too often');
    };
    const go = { args: Type.Object({}), run: throwOnce };
    const input: Input = { kind: 'command', player: 1, seq: 1, name: 'go', args: {}, call: true };
    const { lines } = await run({ ...tally, commands: { go } }, [input]);
    expect(lines).toMatchObject([
      { path: 'errors[0]', live: 'nothing', again: '"go of player 1: Error: once too often"' },
    ]);
  });

  it('throws only when it is fed again is told', async () => {
    let ticks = 0;
    const tick = () => {
      if (++ticks === 10) throw new Error('once too often');
    };
    const { lines } = await run({ ...tally, tick });
    expect(lines).toMatchObject([
      { path: 'what it throws', live: 'nothing', again: 'Error: once too often' },
    ]);
  });
});

type Room = Parameters<NonNullable<Game['tick']>>[0];

/** Drifts of games, by what each tick does. In a second instance that is restored only once none differs. */
const drifts: readonly (readonly [drift: string, tick: (room: Room) => void, path: string])[] = [
  [
    'compares objects of its state by identity',
    (room) => {
      room.state.cards ??= [{ n: 1 }, { n: 2 }];
      chosen ??= room.state.cards[0];
      if (room.tick > 30) room.state.index = room.state.cards.indexOf(chosen);
    },
    'state.index',
  ],
  [
    'keeps an entity in its module',
    (room) => {
      for (const token of room.entities.token!) {
        kept.set(token, (kept.get(token) ?? 0) + 1);
        if (room.tick > 30) room.state.seen = kept.get(token);
      }
    },
    'state.seen',
  ],
  [
    'counts on a property that is not enumerable',
    (room) => {
      room.state.list ??= Object.defineProperty({ n: 1 }, 'hidden', { value: 5 });
      if (room.tick > 30) room.state.sum = room.state.list.hidden ?? 0;
    },
    'state.sum',
  ],
  [
    'sends events that count in its module',
    (room) => {
      if (room.tick > 30) room.broadcast('count', ++events);
    },
    'events[0].data',
  ],
];
const kept = new WeakMap<object, number>();
let chosen: unknown;
let events = 0;

describe('A game drifts after a recovery, and is told the path, where it', () => {
  it.each(drifts)('%s', async (_drift, tick, path) => {
    const { lines } = await run({ ...tally, tick });
    expect(lines).toMatchObject([{ level: 'error', path, restoredAt: expect.any(Number) }]);
    expect(lines[0]!.msg).toContain(`fed the same, ${path} differs`);
  });
});

/** Memory of a module, as the module of a game has it: `tick` belongs to one instance of the module. */
const modules: readonly (readonly [
  memory: string,
  load: () => (room: Room) => void,
  path: string,
])[] = [
  [
    'shares an object of its state with its module',
    () => {
      const empty = [0, 0, 0];
      return (room) => {
        room.state.board ??= empty;
        if (room.tick > 30) room.state.board[0] = 1;
        room.state.filled = empty[0];
      };
    },
    'state.filled',
  ],
  [
    'notes in its module what has happened',
    () => {
      const seen = new Set<string>();
      return (room) => {
        for (const { name } of room.players.values()) seen.add(name);
        if (room.tick > 30 && room.players.size === 0) room.state.seen = [...seen];
      };
    },
    'state.seen[0]',
  ],
];

describe('A game whose second instance has modules of its own is told the path, where it', () => {
  const leave: Input = { kind: 'leave', player: 1 };

  it.each(modules)('%s', async (_memory, load, path) => {
    const again = { ...tally, tick: load() };
    let isLoadedAgain = false;
    const tick = load();
    const game: CheckedGame = {
      ...tally,
      tick(room) {
        tick(room);
        isLoadedAgain = room.tick > 20;
      },
      forSecondInstance: () => (isLoadedAgain ? again : { ...tally, tick }),
    };
    const { lines } = await run(game, [leave]);
    expect(lines).toMatchObject([{ level: 'error', path }]);
  });
});

describe('A state', () => {
  it.each<[string, (state: Room['state']) => void, string]>([
    [
      'holds an object at two paths',
      (state) => {
        state.board = { rows: 3 };
        state.history = [1, 2, 3, state.board];
      },
      'state.board and state.history[3] are one object: after a recovery they are two; copy it ({ ...state.board })',
    ],
    [
      'holds an array at two paths',
      (state) => {
        state['first hand'] = [1];
        state.hands = { ada: state['first hand'] };
      },
      'state["first hand"] and state.hands.ada are one array: after a recovery they are two; copy it ([...state[',
    ],
    [
      'holds itself',
      (state) => {
        state.self = state;
      },
      'state.self is state, which holds it: a state that holds itself cannot be written down',
    ],
    [
      'holds a circle',
      (state) => {
        state.nodes = [{ next: {} }];
        state.nodes[0].next = state.nodes[0];
      },
      'state.nodes[0].next is state.nodes[0], which holds it',
    ],
    [
      'holds a Map',
      (state) => {
        state.scores = new Map();
      },
      'state.scores is a Map: store a plain object',
    ],
    [
      'holds a bigint',
      (state) => {
        state.list = [1n << 80n];
      },
      'state.list[0] is a BigInt: store a number',
    ],
    [
      'holds a function',
      (state) => {
        state.next = () => {};
      },
      'state.next is a function: keep functions in the module',
    ],
  ])('that %s is complained about with the paths', async (_what, change, text) => {
    const tick: Game['tick'] = (room) => {
      if (room.tick === 25) change(room.state);
    };
    const { lines, differences } = await run({ ...tally, tick });
    expect(lines).toMatchObject([{ level: 'error', room: 4, game: 'tally' }]);
    expect(lines[0]!.msg).toContain(`the game is not deterministic: ${text}`);
    expect(differences).toBeGreaterThan(0);
  });
});
