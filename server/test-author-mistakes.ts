// The mistakes of game authors: modules as newcomers write them, each with the sentence about it.

export interface Mistake {
  readonly mistake: string;
  /** By path in the author's folder; `paint.ts` is the game where no other is named. */
  readonly files: Readonly<Record<string, string>>;
  /** As given to `--game`, one or several. */
  readonly load?: readonly string[];
  /** `~` stands for the author's folder. */
  readonly says: string;
}

const IMPORT = "import { defineGame, hidden, refuse, Type } from 'holdfast/game';";

/** A right game, line by line; each of its keys begins a line. */
export const PAINT = `${IMPORT}
export default defineGame({
  name: 'paint',
  text: 'Paint the floor.',
  ticksPerSecond: 10,
  playersMax: 4,
  world: { width: 32, height: 32, viewRadius: 8 },
  entities: {
    painter: { x: 'u8', y: 'u8', name: 'string', speed: 'f32' },
  },
  state: () => ({ painted: 0 }),
  join: (room, player) => room.entities.painter.add({ name: player.name }),
  commands: {
    go: {
      args: Type.Object({}),
      run(room, player, args) {
        room.state.painted++;
      },
    },
  },
});
`;

/** The right game with one text in the place of another. */
export function paint(from: string, to: string): string {
  if (!PAINT.includes(from)) throw new Error(`the game has no ${from}`);
  return PAINT.replace(from, () => to);
}

const wrong = (mistake: string, from: string, to: string, says: string): Mistake => ({
  mistake,
  files: { 'paint.ts': paint(from, to) },
  says: `game ~/paint.ts${says}`,
});
const module = (mistake: string, source: string, says: string): Mistake => ({
  mistake,
  files: { 'paint.ts': source },
  says: `game ~/paint.ts${says}`,
});
/** Of a game that is under another path, or beside other files. */
const at = (
  mistake: string,
  path: string,
  files: Record<string, string>,
  says: string,
): Mistake => ({
  mistake,
  files,
  load: [path],
  says: says === 'loaded' ? says : `game ~/${says}`,
});

const STATE = '  state: () => ({ painted: 0 }),';
const NAME = 'a name is 1 to 40 letters, digits, - or _, beginning with a letter';

const keys: readonly Mistake[] = [
  wrong(
    'a hook of another framework',
    '  join:',
    '  onJoin:',
    ':12: a game has no onJoin: did you mean join?',
  ),
  wrong(
    'names as in Python',
    '  ticksPerSecond: 10',
    '  ticks_per_second: 10',
    ':5: a game has no ticks_per_second: did you mean ticksPerSecond?',
  ),
  wrong(
    'another word',
    '  ticksPerSecond: 10',
    '  ticks: 10',
    ':5: a game has no ticks: did you mean ticksPerSecond?',
  ),
  wrong(
    'maxPlayers',
    '  playersMax: 4',
    '  maxPlayers: 4',
    ':6: a game has no maxPlayers: did you mean playersMax?',
  ),
  wrong(
    'a key of the world in small letters',
    'viewRadius: 8',
    'viewradius: 8',
    ':7: world has no viewradius: did you mean viewRadius?',
  ),
  wrong(
    'a world without a view',
    ', viewRadius: 8',
    '',
    ':7: world.viewRadius must be a whole number from 1 to 65536, but is missing',
  ),
  wrong(
    'a command without run',
    'run(room',
    'execute(room',
    ':16: commands.go has no execute: did you mean run?',
  ),
  wrong(
    'misspelt arguments',
    'args: Type',
    'argz: Type',
    ':15: commands.go has no argz: did you mean args?',
  ),
  wrong(
    'no arguments',
    '      args: Type.Object({}),\n',
    '',
    ':14: commands.go.args must be a schema made with Type.Object({…}), but is missing: a command without arguments has args: Type.Object({})',
  ),
  wrong(
    'arguments as plain names',
    'args: Type.Object({})',
    "args: { dx: 'number' }",
    ':15: commands.go.args must be a schema made with Type.Object({…}), but is another object',
  ),
  wrong(
    'an async command',
    'run(room, player, args)',
    'async run(room, player, args)',
    ':16: commands.go.run must not be async: its work has to be done when it returns; slow work goes into prepare or bots.plan',
  ),
  wrong(
    'an async hook',
    '  join: (room',
    '  join: async (room',
    ':12: join must not be async: its work has to be done when it returns; slow work goes into prepare or bots.plan',
  ),
  wrong(
    'a field type of another language',
    "x: 'u8'",
    "x: 'int32'",
    ":9: entities.painter.x has no type int32: did you mean 'i32'?",
  ),
  wrong(
    'a class as a field type',
    "name: 'string'",
    'name: String',
    ":9: entities.painter.name has no type String: did you mean 'string'?",
  ),
  wrong(
    'a field that every entity has',
    "x: 'u8'",
    "id: 'u32'",
    ':9: entities.painter: every entity has id of its own: give the field another name',
  ),
  wrong(
    'a field with a space',
    "x: 'u8'",
    "'hit points': 'u8'",
    `:9: entities.painter: "hit points" is no name for a field: ${NAME}`,
  ),
  wrong(
    'a name with a space',
    "'paint'",
    "'my paint'",
    ':3: name must be 1 to 40 letters, digits, - or _, beginning with a letter',
  ),
  wrong(
    'a thousand ticks',
    'Second: 10',
    'Second: 1000',
    ':5: ticksPerSecond must be a whole number, 0 to 60',
  ),
  wrong(
    'no place for players',
    'Max: 4',
    'Max: 0',
    ':6: playersMax must be a whole number from 1 to 100000',
  ),
  wrong(
    'more in a match than in a room',
    STATE,
    `${STATE}\n  match: { players: 5 },`,
    ':12: match must have players: a whole number from 2 to 64, and at most playersMax',
  ),
  wrong(
    'items with spaces',
    STATE,
    `${STATE}\n  items: ['gold cup'],`,
    ':12: items must be a list of names of 1 to 40 letters, digits or -, beginning with a letter',
  ),
  wrong(
    'migrate without a version',
    STATE,
    `${STATE}\n  migrate: (old) => old,`,
    ':12: migrate is for rooms of an older version: give the game a stateVersion from 1',
  ),
  wrong(
    'a state that is no function',
    'state: () => ({ painted: 0 })',
    'state: { painted: 0 }',
    ':11: state must be a function that gives the memory of a new room: state: () => ({ … })',
  ),
  wrong(
    'no state',
    `${STATE}\n`,
    '',
    ':2: state must be a function that gives the memory of a new room: state: () => ({ … })',
  ),
  wrong(
    'a Map in the first state',
    '{ painted: 0 }',
    '{ seats: new Map() }',
    ':11: state.seats is a Map: store a plain object ({ [key]: value })',
  ),
  {
    mistake: 'commands as a list, and a text of another type',
    files: {
      'paint.ts': `${PAINT.slice(0, PAINT.indexOf('  commands'))}  commands: [],\n});\n`.replace(
        "'Paint the floor.'",
        '7',
      ),
    },
    says:
      'game ~/paint.ts:4: text must be a sentence about the game; ' +
      '~/paint.ts:13: commands must be an object: { walk: { args: Type.Object({…}), run(room, player, args) {…} } }',
  },
  wrong(
    'prepare that is not exported',
    'export default defineGame({',
    'function makeMap() {}\nexport default defineGame({\n  prepare: { module: import.meta.url, run: makeMap },',
    ':4: prepare.run is makeMap, which ~/paint.ts does not export: write export function makeMap',
  ),
];

const exportsOf: readonly Mistake[] = [
  module(
    'no export',
    PAINT.replace('export default ', ''),
    ': it has no default export: write export default defineGame({…})',
  ),
  module(
    'a named export',
    PAINT.replace('export default', 'export const game ='),
    ': it has no default export: write export default defineGame({…}) instead of export const game',
  ),
  module(
    'several games',
    `${PAINT.replace('export default', 'export const a =')}export const b = a;\n`,
    ': it has no default export: it exports a, b: a module has one game: put each into a file of its own, as export default defineGame({…})',
  ),
  module(
    'a function that makes the game',
    `${IMPORT}\nexport default () => defineGame({});\n`,
    ':2: a game is one object, not the function default: export default defineGame({…})',
  ),
  module(
    'a class',
    'export default class Paint {}\n',
    ':1: a game is one object, not the function Paint: export default defineGame({…})',
  ),
  module(
    'a list of games',
    'export default [];\n',
    ':1: a game is one object, not an array: export default defineGame({…})',
  ),
];

const syntax: readonly Mistake[] = [
  wrong('a comma too few', "'paint',", "'paint'", ":4: syntax error: Expected ',', got 'ident'"),
  wrong(
    'an enum',
    'export default',
    'enum Colour { Red }\nexport default',
    ':2: enum is not supported: write const Colour = { red: 0, blue: 1 } as const',
  ),
  wrong(
    'a namespace',
    'export default',
    'namespace Colours { export const red = 1; }\nexport default',
    ':2: namespace is not supported: write the functions and constants without it',
  ),
  wrong(
    'a parameter property',
    'export default',
    'class Point {\n  constructor(private x: number) {}\n}\nexport default',
    ':3: a parameter property (constructor(private x)) is not supported: declare the field in the class',
  ),
  wrong(
    'a decorator',
    'export default',
    '@sealed\nclass Point {}\nexport default',
    ':2: decorators (@name) are not supported: call the function instead',
  ),
  at(
    'a syntax error in JavaScript',
    'paint.js',
    { 'paint.js': paint("'paint',", "'paint'") },
    "paint.js:4: syntax error: Expected ',', got 'ident'",
  ),
  wrong(
    'a module that throws',
    'export default',
    'const map = undefined;\nconsole.log(map.size);\nexport default',
    ":3: it throws when it is loaded: Cannot read properties of undefined (reading 'size')",
  ),
];

const imports: readonly Mistake[] = [
  wrong(
    'an import of a file that is not there',
    'export default',
    "import { map } from './map.ts';\nexport default",
    ':2: it imports ./map.ts, and there is no such file',
  ),
  at(
    'an import without its extension',
    'paint.ts',
    { 'paint.ts': `import { map } from './map';\n${PAINT}`, 'map.ts': 'export const map = 1;\n' },
    'paint.ts:1: it imports ./map, and there is no such file: did you mean ./map.ts?',
  ),
  at(
    'an error in a file that is imported',
    'paint.ts',
    {
      'paint.ts': `import { map } from './parts/map.ts';\n${PAINT}`,
      'parts/map.ts': '\nexport const map = ;\n',
    },
    'paint.ts: ~/parts/map.ts:2: syntax error: Expression expected',
  ),
  wrong(
    'a package that is not installed',
    'export default',
    "import _ from 'lodash';\nexport default",
    ':2: it imports the package lodash, which is not installed: run npm install lodash in the folder of the game',
  ),
  wrong(
    'a misspelt import',
    'refuse, Type',
    'refuze, Type',
    ':1: holdfast/game has no export named refuze: did you mean refuse?',
  ),
  wrong(
    'a type that is imported as a value',
    'hidden, refuse, Type',
    'Room',
    ':1: holdfast/game has no export named Room: import type { Room }, if it is a type',
  ),
];

const paths: readonly Mistake[] = [
  at('a path that is not there', 'paint.ts', {}, 'paint.ts: there is no such file'),
  at(
    'a misspelt path',
    'pant.ts',
    { 'paint.ts': PAINT },
    'pant.ts: there is no such file: did you mean ~/paint.ts?',
  ),
  at(
    'a path without its extension',
    'paint',
    { 'paint.ts': PAINT },
    'paint: there is no such file: did you mean ~/paint.ts?',
  ),
  at(
    'a directory',
    'paint',
    { 'paint/index.ts': PAINT },
    'paint: it is a directory: name the module in it, ~/paint/index.ts',
  ),
  at(
    'data',
    'paint.json',
    { 'paint.json': '{}' },
    'paint.json: a game is a module: a file that ends in .ts, .mts, .js or .mjs',
  ),
  at(
    'another language',
    'paint.py',
    { 'paint.py': 'pass\n' },
    'paint.py: a game is a module: a file that ends in .ts, .mts, .js or .mjs',
  ),
  at(
    'a CommonJS file with an export',
    'paint.cts',
    { 'paint.cts': PAINT },
    'paint.cts: .cts is a CommonJS file: name it .ts or .js, where import and export are known',
  ),
  {
    mistake: 'two games of one name',
    files: { 'a.ts': PAINT, 'b.ts': PAINT },
    load: ['a.ts', 'b.ts'],
    says: 'game ~/b.ts:3: ~/a.ts is named paint too: rename one of them',
  },
];

const notWrong: readonly Mistake[] = [
  at(
    'a package of CommonJS',
    'a/paint.ts',
    { 'a/paint.ts': PAINT, 'a/package.json': '{"type":"commonjs"}' },
    'loaded',
  ),
  at(
    'a package without a type',
    'a/paint.js',
    { 'a/paint.js': PAINT, 'a/package.json': '{}' },
    'loaded',
  ),
  at('.mts', 'paint.mts', { 'paint.mts': PAINT }, 'loaded'),
  at(
    'CommonJS',
    'paint.cjs',
    {
      'paint.cjs': PAINT.replace(
        IMPORT,
        "const { defineGame, Type } = require('holdfast/game');",
      ).replace('export default', 'module.exports ='),
    },
    'loaded',
  ),
  module('nothing', PAINT, 'loaded'),
].map((row) => ({ ...row, says: 'loaded' }));

/** Runs `body` in line 17 as the command `go` of the game. */
const does = (
  mistake: string,
  body: string,
  says: string,
  then = 'the command was refused, and its changes were undone',
): Mistake => ({
  mistake,
  files: { 'paint.ts': paint('room.state.painted++;', body) },
  says: `game paint: ${says}; ${then}`,
});
const AT = 'command go failed at ~/paint.ts:17:';
const PAINTER = 'const [painter] = room.entities.painter;';
const ENDED = 'the room was ended';
const PLAIN = 'only plain values can be sent to clients, but the game gave';

/** What the log says when the command `go` is called, or when a player comes into the room. */
export const runMistakes: readonly Mistake[] = [
  does(
    'a field that the kind lacks',
    `${PAINTER} painter.sped = 3;`,
    `${AT} painter has no sped: did you mean speed?`,
  ),
  does(
    'an entity with a field that the kind lacks',
    'room.entities.painter.add({ nam: player.name });',
    `${AT} painter has no field nam: did you mean name?`,
  ),
  does(
    '300 in a u8',
    `${PAINTER} painter.x = 300;`,
    `${AT} painter.x is u8: a whole number from 0 to 255, but got 300`,
  ),
  does(
    'a half in a u8',
    `${PAINTER} painter.x = 0.5;`,
    `${AT} painter.x is u8: a whole number from 0 to 255, but got 0.5`,
  ),
  does(
    'digits in a u8',
    `${PAINTER} painter.x = '5';`,
    `${AT} painter.x is u8: a whole number from 0 to 255, but got "5"`,
  ),
  does(
    'NaN in an f32',
    `${PAINTER} painter.speed = 0 / 0;`,
    `${AT} painter.speed is f32: a finite number, but got NaN`,
  ),
  does(
    'a text that is too long',
    `${PAINTER} painter.name = 'x'.repeat(70000);`,
    `${AT} painter.name is string: a string of at most 1024 bytes, but got "${'x'.repeat(40)}…"`,
  ),
  does(
    'a Date in the state',
    'room.state.seats = [{ since: new Date(0) }];',
    'state.seats[0].since is a Date: store milliseconds (room.now)',
    ENDED,
  ),
  does(
    'an entity in the state',
    'room.state.boss = player.avatar;',
    'state.boss is an entity: store its id, and find it by room.entities.….get(id)',
    ENDED,
  ),
  does(
    'a player in the state',
    'room.state.turn = player;',
    'state.turn is a player: store player.id, and find it by room.players.get(id)',
    ENDED,
  ),
  does(
    'a memory on the room',
    'room.score = 1;',
    `${AT} room has no score: what a room remembers is in room.state`,
  ),
  does(
    'a misspelt call',
    "room.brodcast('x', 1);",
    `${AT} room has no brodcast: did you mean broadcast?`,
  ),
  does(
    'a memory on the player',
    'player.score = 1;',
    `${AT} a player has no score: keep it in room.state by player.id, or on the avatar`,
  ),
  does(
    'a kind that the game lacks',
    'room.entities.tile.add({});',
    `${AT} room.entities has no tile: the game has painter`,
  ),
  does(
    'a kind taken for an array',
    'room.entities.painter.find((painter) => painter.x === 1);',
    `${AT} a kind of room.entities has no find: for (const one of room.entities.…) goes through all, and [...room.entities.…] is an array of them`,
  ),
  does(
    'players taken for an array',
    'room.players.map((one) => one.name);',
    `${AT} room.players has no map: it is a Map by player.id, and [...room.players.values()] is an array`,
  ),
  does(
    'a player who is removed',
    'room.players.delete(player.id);',
    `${AT} room.players cannot be changed by a game: players come by join and go by leave, and room.end ends the room`,
  ),
  does(
    'an event to a number',
    "room.send(player.id, 'hit', 1);",
    `${AT} room.send needs a player, but got ${'<id>'}: room.players.get(id) has it`,
  ),
  does('an event with a Map', "room.broadcast('hit', new Map());", `${AT} ${PLAIN} a Map`),
  does(
    'a promise as the answer',
    'return Promise.resolve(1);',
    'command go failed: it returned a promise: commands and hooks must not be async, as a room waits for nothing; what takes longer belongs into `prepare` or `bots`',
  ),
  does(
    'refuse without arguments',
    'refuse();',
    `${AT} refuse needs a code and a text, such as refuse('WALL', 'The world ends here.')`,
  ),
  does(
    'refuse in small letters',
    "refuse('wall', 'The world ends here.');",
    `${AT} a code for refuse has capitals, digits and _, but got "wall"`,
  ),
  does('an error of its own', "throw new Error('no way');", `${AT} no way`),
  does(
    'no error that is thrown',
    "throw 'no way';",
    'command go failed: no way was thrown, which is no Error',
  ),
  does(
    'a memory on this',
    'this.count = 1;',
    `${AT} Cannot add property count, object is not extensible`,
  ),
  does(
    'a member of undefined',
    'room.state.scores.push(1);',
    `${AT} Cannot read properties of undefined (reading 'push')`,
  ),
  {
    mistake: 'an id as the avatar',
    files: { 'paint.ts': paint('({ name: player.name })', '({ name: player.name }).id') },
    says: `game paint: join failed: an avatar is an entity, but got 1: return what room.entities.….add returns, not its id; the player was turned away, and the changes were undone`,
  },
  {
    mistake: 'a tick that throws',
    files: {
      'paint.ts': paint(STATE, `${STATE}\n  tick(room) {\n    room.state.seats.sort();\n  },`),
    },
    says: `game paint: tick failed at ~/paint.ts:13: Cannot read properties of undefined (reading 'sort'); ${ENDED}`,
  },
  {
    mistake: 'a create that throws',
    files: {
      'paint.ts': paint(STATE, `${STATE}\n  create(room) {\n    room.state.seats.sort();\n  },`),
    },
    says: "game paint: create failed at ~/paint.ts:13: Cannot read properties of undefined (reading 'sort'); no room was opened",
  },
  {
    mistake: 'an about that throws',
    files: { 'paint.ts': paint(STATE, `${STATE}\n  about: (room) => room.state.seats.length,`) },
    says: `game paint: about failed at ~/paint.ts:12: Cannot read properties of undefined (reading 'length'); ${ENDED}`,
  },
  {
    mistake: 'a prepare that throws',
    files: {
      'paint.ts': paint(
        STATE,
        `${STATE}\n  prepare: { module: import.meta.url, run: makeMap },`,
      ).replace(
        'export default',
        "export function makeMap() {\n  throw new Error('no map');\n}\nexport default",
      ),
    },
    says: 'game paint: prepare failed at ~/paint.ts:3: no map; no room was opened',
  },
];

/** What the loader says. */
export const loadMistakes = [...keys, ...exportsOf, ...syntax, ...imports, ...paths, ...notWrong];
