// The mistakes of game authors that show when a room runs: each with the line of the log about it.
import { type Mistake, paint, STATE } from './test-paint-game.ts';

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
    'command go: state.seats[0].since is a Date: store milliseconds (room.now)',
  ),
  does(
    'an entity in the state',
    'room.state.boss = player.avatar;',
    'command go: state.boss is an entity: store its id, and find it by room.entities.….get(id)',
  ),
  does(
    'a player in the state',
    'room.state.turn = player;',
    'command go: state.turn is a player: store player.id, and find it by room.players.get(id)',
  ),
  does(
    'a Date in the state beside very many other values',
    'room.state = { many: new Array(1000).fill(0) }; room.state.since = new Date(0);',
    'command go: state.since is a Date: store milliseconds (room.now)',
  ),
  does(
    'an id that is set',
    `${PAINTER} painter.id = 7;`,
    `${AT} the id of an entity cannot be set: the server gives it`,
  ),
  does(
    'an entity that is marked as removed',
    `${PAINTER} painter.removed = true;`,
    `${AT} removed cannot be set: call room.entities.….remove(entity)`,
  ),
  does(
    'an id that is removed',
    `${PAINTER} room.entities.painter.remove(painter.id);`,
    `${AT} room.entities.painter.remove takes an entity of the kind painter, but got 1: room.entities.painter.get(id) has it`,
  ),
  does(
    'an avatar that is removed twice by way of the player',
    `${PAINTER} room.entities.painter.remove(painter); room.entities.painter.remove(player.avatar);`,
    `${AT} room.entities.painter.remove takes an entity of the kind painter, but got undefined`,
  ),
  does(
    'a place without a distance',
    'room.entities.painter.near(1, 2);',
    `${AT} painter.near needs three numbers (x, y, distance), but got 1, 2, undefined`,
  ),
  does(
    'a kind that is replaced',
    'room.entities.painter = [];',
    `${AT} painter cannot be set: it can only be read`,
  ),
  does(
    'a random number without a least',
    'room.random.integer(6);',
    `${AT} random.integer needs two whole numbers (min, max), but got 6, undefined`,
  ),
  does(
    'an end without a text',
    'room.end();',
    `${AT} room.end needs a text for the players, but got undefined`,
  ),
  does('a tick that is set', 'room.tick = 4;', `${AT} tick cannot be set: it can only be read`),
  does(
    'a player who gets another name',
    "player.name = 'eve';",
    `${AT} name cannot be set: it can only be read`,
  ),
  does(
    'an avatar that is set on the player',
    `${PAINTER} player.avatar = painter;`,
    `${AT} player.avatar cannot be set: call room.setAvatar(player, entity)`,
  ),
  does(
    'an avatar for a number',
    `${PAINTER} room.setAvatar(player.id, painter);`,
    `${AT} room.setAvatar needs a player, but got ${'<id>'}: room.players.get(id) has it`,
  ),
  does(
    'an event to an entity',
    `${PAINTER} room.send(painter, 'hit', 1);`,
    `${AT} room.send needs a player, but got a painter`,
  ),
  does(
    'an item that the game does not declare',
    "room.bank.deposit(player, 'gem', 1);",
    `${AT} the game has no item "gem": it has no items`,
  ),
  does(
    'a deposit for a number',
    "room.bank.deposit(player.id, 'gem', 1);",
    `${AT} room.bank.deposit needs a player, but got ${'<id>'}: room.players.get(id) has it`,
  ),
  does(
    'a call that accounts do not have',
    "room.bank.add(player, 'gem', 1);",
    `${AT} room.bank has no add: it moves items by deposit and withdraw, and asks by balance`,
  ),
  does(
    'an entity as the answer',
    'return player.avatar;',
    `command go failed: ${PLAIN} an entity: send its fields, such as { x: one.x }`,
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
