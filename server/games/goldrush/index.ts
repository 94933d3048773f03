// Goldrush, the game: the rules of the other files put together as the server runs them.
import { defineGame, Type } from '../game.ts';
import { shoot as shootArrow, tickArrows } from './arrows.ts';
import { audit } from './audit.ts';
import { GOLD, migrate, settle } from './banking.ts';
import { bots } from './bots.ts';
import { chunkText } from './chunks.ts';
import { directionOf, directions } from './directions.ts';
import { type GoldrushRoom, kinds, type Memory, minerOf } from './kinds.ts';
import { joinMiner, leaveMiner, tickMiners, walk as walkMiner } from './miners.ts';
import { numbers } from './numbers.ts';
import { scores, tickRanking } from './ranking.ts';
import { addRat, tickRats } from './rats.ts';
import { refuseWith } from './refusals.ts';
import { tickTreasury } from './treasury.ts';
import { layWorld, preparation, type World } from './world.ts';

const rules =
  'Walk over gold to pick it up, carry it to a bank to keep it. A miner hit by an arrow drops a ' +
  'part of what is carried, a rat all that it has stolen. In a bank no miner can be hit.';

const sign = (description: string) => Type.Integer({ minimum: -1, maximum: 1, description });
const directionArgs = (description: string) =>
  Type.Object(
    { dx: sign('1 is east, -1 is west.'), dy: sign('1 is south, -1 is north.') },
    { additionalProperties: false, description },
  );
const noArgs = (description: string) =>
  Type.Object({}, { additionalProperties: false, description });

const walk = directionArgs(
  'One step. One that comes before the last is done is kept until then, the latest if there are ' +
    'several. Towards a wall the miner turns. Refused: `WALL` facing one already, `STUNNED`, ' +
    '`DIRECTION`.',
);
const shoot = directionArgs(
  'An arrow. Refused: `STUNNED`, `BANK`, `TOO_SOON`, `DIRECTION`, and `WALL` right before one.',
);

/** One of dx and dy must be 0, which the schema cannot say. */
function requireDirection(args: { dx: number; dy: number }): number {
  return directionOf(args.dx, args.dy) ?? refuseWith('DIRECTION');
}

function create(room: GoldrushRoom, world: World): void {
  layWorld(room, world);
  for (let i = 0; i < numbers.ratsMax; i++) addRat(room);
}

export default defineGame({
  name: 'goldrush',
  text: 'Miners in a cave: gather gold, shoot arrows, bank what you carry.',
  ticksPerSecond: numbers.ticksPerSecond,
  playersMax: numbers.playersMax,
  world: {
    width: numbers.worldTiles,
    height: numbers.worldTiles,
    viewRadius: numbers.viewTiles,
  },
  entities: kinds,
  items: [GOLD],
  state: (): Memory => ({ goldTotal: 0, treasury: 0, net: 0, veins: 0, top: [] }),
  stateVersion: 1,
  migrate,
  about: (room) => ({
    width: numbers.worldTiles,
    height: numbers.worldTiles,
    chunkTiles: numbers.chunkTiles,
    chunkText,
    facing: directions,
    goldTotal: room.state.goldTotal,
    stepTicks: numbers.stepTicks,
    bowTicks: numbers.bowTicks,
    arrowRangeTiles: numbers.arrowRangeTiles,
    rules,
  }),
  prepare: preparation,
  create,
  join: joinMiner,
  leave: leaveMiner,
  settled: settle,
  // Steps before arrows: who has stepped aside in time is not hit.
  tick(room) {
    tickMiners(room);
    tickArrows(room);
    tickRats(room);
    tickTreasury(room);
    tickRanking(room);
  },
  bots,
  commands: {
    walk: {
      args: walk,
      run: (room, player, args) => walkMiner(room, minerOf(player), requireDirection(args)),
    },
    shoot: {
      args: shoot,
      run: (room, player, args) => shootArrow(room, minerOf(player), requireDirection(args)),
    },
    scores: {
      args: noArgs('For a call: the best miners, and your own place.'),
      run: (room, player) => scores(room, minerOf(player)),
    },
    audit: {
      args: noArgs('For a call: where all the gold is.'),
      run: (room) => audit(room),
    },
  },
});
