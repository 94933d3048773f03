// The game of crowds: each player walks on at every tick, so that each has something to be shown.
import { defineGame, Type } from 'holdfast/game';
import { CROWD_GAME } from './messages.ts';

const SIDE = 256;
const STEPS = [
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
] as const;

export default defineGame({
  name: CROWD_GAME,
  text: 'Walk and turn.',
  ticksPerSecond: 20,
  playersMax: 100_000,
  world: { width: SIDE, height: SIDE, viewRadius: 24 },
  entities: { walker: { x: 'u8', y: 'u8', direction: 'u8' } },
  state: () => null,
  join: ({ random, entities }) =>
    entities.walker.add({
      x: random.integer(0, SIDE - 1),
      y: random.integer(0, SIDE - 1),
      direction: random.integer(0, STEPS.length - 1),
    }),
  leave({ entities }, { avatar }) {
    const walker = entities.walker.get(avatar?.id ?? 0);
    if (walker) entities.walker.remove(walker);
  },
  tick({ entities }) {
    for (const walker of entities.walker) {
      const [dx, dy] = STEPS[walker.direction]!;
      walker.x = (walker.x + dx + SIDE) % SIDE;
      walker.y = (walker.y + dy + SIDE) % SIDE;
    }
  },
  commands: {
    turn: {
      args: Type.Object({ direction: Type.Integer({ minimum: 0, maximum: STEPS.length - 1 }) }),
      run({ entities }, { avatar }, { direction }) {
        const walker = entities.walker.get(avatar?.id ?? 0);
        if (walker) walker.direction = direction;
      },
    },
  },
});
