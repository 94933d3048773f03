// What is said of a game that is wrong: one sentence for each mistake, none for a game that is right.
import { describe, expect, it } from 'vitest';
import { FIELDS_MAX, fieldTypes, KINDS_MAX } from '../../protocol/index.ts';
import { checkGame as problemsOf } from './check-game.ts';
import { defineGame, hidden, Type } from './game.ts';
import { shippedGames } from './index.ts';

const checkGame = (value: unknown) => problemsOf(value).map(({ text }) => text);

const right = defineGame({
  name: 'right',
  text: 'A game without a mistake.',
  ticksPerSecond: 10,
  playersMax: 4,
  world: { width: 10, height: 10, viewRadius: 3 },
  entities: { pawn: { x: 'i16', y: 'i16', secret: hidden('u8') } },
  state: () => null,
  commands: { go: { args: Type.Object({}), run: () => null } },
});

const many = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, value]));

const NAME = 'name must be 1 to 40 letters, digits, - or _, beginning with a letter';
const TICKS = 'ticksPerSecond must be a whole number, 0 to 60';
const PLAYERS = 'playersMax must be a whole number from 1 to 100000';
const STATE = 'state must be a function that gives the memory of a new room: state: () => ({ … })';
const VERSION = 'stateVersion must be a whole number from 0';
const MATCH = 'match must have players: a whole number from 2 to 64, and at most playersMax';
const ITEMS =
  'items must be a list of names of 1 to 40 letters, digits or -, beginning with a letter';
const WORLD = 'world must be { width, height, viewRadius }, whole numbers from 1';
const side = (key: string, but: string) =>
  `world.${key} must be a whole number from 1 to 65536, but is ${but}`;
const NAMES = 'a name is 1 to 40 letters, digits, - or _, beginning with a letter';
const TYPES = Object.keys(fieldTypes).join(', ');
const PREPARE =
  'prepare must be { module: import.meta.url, run }, with run exported under its own name';
const ARGS = 'commands.go.args must be a schema made with Type.Object({…}), but is';
const RUN = 'commands.go.run must be a function (room, player, args), but is';
const SHAPE = '{ args: Type.Object({…}), run(room, player, args) {…} }';
const sync = (name: string) =>
  `${name} must not be async: its work has to be done when it returns; slow work goes into prepare or bots.plan`;
const noField = (name: string) =>
  `entities.pawn: every entity has ${name} of its own: give the field another name`;

const wordOf = (type: unknown) =>
  typeof type === 'function' ? type.name : typeof type === 'object' ? 'float' : type;

const bots = {
  ask: () => undefined,
  survey: () => undefined,
  plan: { module: import.meta.url, run: function plan() {} },
  act: () => 'wait',
};

/** What is changed of the right game, and the one sentence that says so. */
const mistakes: [Record<string, unknown>, string][] = [
  [{ name: undefined }, NAME],
  [{ name: '' }, NAME],
  [{ name: '4chess' }, NAME],
  [{ name: 'my game' }, NAME],
  [{ name: 'x'.repeat(41) }, NAME],
  [{ text: undefined }, 'text must be a sentence about the game'],
  [{ ticksPerSecond: undefined }, TICKS],
  [{ ticksPerSecond: 61 }, TICKS],
  [{ ticksPerSecond: 0.5 }, TICKS],
  [{ ticksPerSecond: -1 }, TICKS],
  [{ playersMax: 0 }, PLAYERS],
  [{ playersMax: '4' }, PLAYERS],
  [{ match: 2 }, MATCH],
  [{ match: { players: 1 } }, MATCH],
  [{ match: { players: 5 } }, MATCH],
  [{ match: { players: 65 }, playersMax: 100 }, MATCH],
  [{ state: undefined }, STATE],
  [{ state: {} }, STATE],
  [{ about: 'a cave' }, 'about must be a function'],
  [{ create: 1 }, 'create must be a function'],
  [{ prepare: () => 1 }, PREPARE],
  [{ prepare: { module: import.meta.url, run: 'makeMap' } }, PREPARE],
  [{ prepare: { module: './map.ts', run: function makeMap() {} } }, PREPARE],
  [{ prepare: { module: import.meta.url, run: [() => 1][0] } }, PREPARE],
  [{ bots: {} }, 'bots must be { ask, survey, plan, act }, as Bots says'],
  [{ bots, ticksPerSecond: 0 }, 'bots are for a game with ticks: they act between them'],
  [{ join: null }, 'join must be a function'],
  [{ leave: {} }, 'leave must be a function'],
  [{ tick: true }, 'tick must be a function'],
  [{ settled: 'paid' }, 'settled must be a function'],
  [{ items: 'gold' }, ITEMS],
  [{ items: ['gold', 'a cup'] }, ITEMS],
  [{ stateVersion: -1 }, VERSION],
  [{ stateVersion: 1.5 }, VERSION],
  [{ stateVersion: '1' }, VERSION],
  [{ stateVersion: 1, migrate: {} }, 'migrate must be a function'],
  [
    { migrate: () => null },
    'migrate is for rooms of an older version: give the game a stateVersion from 1',
  ],
  [{ world: null }, WORLD],
  [{ world: { width: 10, height: 10 } }, side('viewRadius', 'missing')],
  [{ world: { width: 0, height: 10, viewRadius: 3 } }, side('width', '0')],
  [{ world: { width: 10, height: '9', viewRadius: 3 } }, side('height', '"9"')],
  [{ world: { width: 10, height: 10, viewRadius: 0 } }, side('viewRadius', '0')],
  [{ world: { width: 65_537, height: 10, viewRadius: 3 } }, side('width', '65537')],
  [{ entities: undefined }, 'entities must be an object: a kind’s name and its fields'],
  [
    { entities: many(KINDS_MAX + 1, {}) },
    `there may be at most ${KINDS_MAX} kinds, not ${KINDS_MAX + 1}`,
  ],
  [{ entities: { 'a b': {} } }, `entities: "a b" is no name for a kind: ${NAMES}`],
  [{ entities: { pawn: 'u8' } }, 'entities.pawn must be an object: a field’s name and its type'],
  [
    { entities: { pawn: many(FIELDS_MAX + 1, 'u8') } },
    `entities.pawn may have at most ${FIELDS_MAX} fields, not ${FIELDS_MAX + 1}`,
  ],
  ...['id', 'removed', 'values', 'mask', 'fresh', 'kind', 'constructor'].map(
    (name): [Record<string, unknown>, string] => [
      { entities: { pawn: { [name]: 'u8' } } },
      noField(name),
    ],
  ),
  ...['1st', 'a b'].map((name): [Record<string, unknown>, string] => [
    { entities: { pawn: { [name]: 'u8' } } },
    `entities.pawn: "${name}" is no name for a field: ${NAMES}`,
  ]),
  ...[
    ['hasOwnProperty', '"hasOwnProperty"'],
    [8, '8'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{ hidden: 'length' }, '"length"'],
    [{}, 'undefined'],
  ].map(([type, is]): [Record<string, unknown>, string] => [
    { entities: { pawn: { level: type } } },
    `entities.pawn.level must be one of ${TYPES}, or hidden(one of them), but is ${is}`,
  ]),
  ...[
    ['int32', 'i32'],
    ['Uint8', 'u8'],
    ['boolean', 'bool'],
    ['sting', 'string'],
    ['f16', 'f32'],
    ['number', 'f64'],
    [{ hidden: 'float' }, 'f32'],
    [String, 'string'],
    [Number, 'f64'],
  ].map(([type, near]): [Record<string, unknown>, string] => [
    { entities: { pawn: { level: type } } },
    `entities.pawn.level has no type ${wordOf(type)}: did you mean '${near}'?`,
  ]),
  ...[
    ['onJoin', 'join'],
    ['on_join', 'join'],
    ['onTick', 'tick'],
    ['tickPerSecond', 'ticksPerSecond'],
    ['ticks_per_second', 'ticksPerSecond'],
    ['ticks', 'ticksPerSecond'],
    ['maxPlayers', 'playersMax'],
    ['update', 'tick'],
    ['viewRadius', 'world.viewRadius'],
    ['comands', 'commands'],
  ].map(([key, near]): [Record<string, unknown>, string] => [
    { [key!]: 5 },
    `a game has no ${key}: did you mean ${near}?`,
  ]),
  [{ comands: {}, commands: undefined }, 'a game has no comands: did you mean commands?'],
  [
    { world: { width: 10, height: 10, viewradius: 3 } },
    'world has no viewradius: did you mean viewRadius?',
  ],
  [
    { world: { width: 10, height: 10, viewRadius: 3, depth: 3 } },
    'world has no depth: it has width, height, viewRadius',
  ],
  [{ match: { player: 2 } }, 'match has no player: did you mean players?'],
  [{ bots: { ...bots, plans: 1 } }, 'bots has no plans: did you mean plan?'],
  [
    { commands: { go: { argz: Type.Object({}), run() {} } } },
    'commands.go has no argz: did you mean args?',
  ],
  [
    { commands: { go: { args: Type.Object({}), handler() {} } } },
    'commands.go has no handler: did you mean run?',
  ],
  ...['state', 'about', 'create', 'join', 'leave', 'tick', 'settled'].map(
    (hook): [Record<string, unknown>, string] => [{ [hook]: async () => {} }, sync(hook)],
  ),
  [{ stateVersion: 1, async migrate() {} }, sync('migrate')],
  [{ async *tick() {} }, sync('tick')],
  [
    { *tick() {} },
    'tick must be a plain function: a generator (with *) does nothing when it is called',
  ],
  [{ commands: { go: { args: Type.Object({}), async run() {} } } }, sync('commands.go.run')],
  [{ bots: { ...bots, act: async () => 'wait' } }, sync('bots.act')],
  [{ commands: undefined }, `commands must be an object: { walk: ${SHAPE} }`],
  [{ commands: [] }, `commands must be an object: { walk: ${SHAPE} }`],
  [{ commands: { '2x': right.commands.go } }, `commands: "2x" is no name for a command: ${NAMES}`],
  [{ commands: { go: [1] } }, `commands.go has no 0: it has args, run`],
  [{ commands: { go() {} } }, `commands.go must be ${SHAPE}, but is the function go`],
  [{ commands: { go: null } }, `commands.go must be ${SHAPE}, but is null`],
  [{ commands: { go: { args: Type.Object({}) } } }, `${RUN} missing`],
  [{ commands: { go: { args: Type.Object({}), run: 'walk' } } }, `${RUN} "walk"`],
  [
    { commands: { go: { run: () => null } } },
    `${ARGS} missing: a command without arguments has args: Type.Object({})`,
  ],
  [{ commands: { go: { args: { dx: 'number' }, run: () => null } } }, `${ARGS} another object`],
];

describe('A game that is right', () => {
  it.each(shippedGames.map((game) => [game.name, game]))('is %s, which ships', (_name, game) => {
    expect(checkGame(game)).toEqual([]);
  });

  it('has no sentence, at the limits either', () => {
    expect(checkGame(right)).toEqual([]);
    const { world: _world, ...open } = right;
    expect(checkGame({ ...open, entities: {}, commands: {} })).toEqual([]);
    const limits = {
      name: 'x'.repeat(40),
      ticksPerSecond: 60,
      playersMax: 1,
      world: { width: 65_536, height: 1, viewRadius: 65_536 },
      entities: many(KINDS_MAX, many(FIELDS_MAX, 'string')),
    };
    expect(checkGame({ ...right, ...limits })).toEqual([]);
  });
});

describe('A game that is wrong', () => {
  it.each(mistakes)('with %j is told so in one sentence', (change, sentence) => {
    expect(checkGame({ ...right, ...change })).toEqual([sentence]);
  });

  it('has a sentence for each mistake', () => {
    expect(checkGame({ ...right, name: '', tick: 1, commands: null })).toHaveLength(3);
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['game', '"game"'],
    [() => right, 'a function'],
    [class Paint {}, 'the function Paint'],
    [[right], 'an array'],
  ])('is not one object when it is %s', (value, is) => {
    expect(checkGame(value)).toEqual([
      `a game is one object, not ${is}: export default defineGame({…})`,
    ]);
  });
});
