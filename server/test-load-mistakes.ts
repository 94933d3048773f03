// The mistakes of game authors that the loader finds: modules as newcomers write them, each with the sentence about it.
import { IMPORT, type Mistake, PAINT, paint, STATE } from './test-paint-game.ts';

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

/** What the loader says. */
export const loadMistakes = [...keys, ...exportsOf, ...syntax, ...imports, ...paths, ...notWrong];
