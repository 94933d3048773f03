// Bots: they fetch gold, carry it to a bank, and shoot at rats on their way.
import type { BotCommand, Bots, Player } from '../game.ts';
import { type Ground, type Plan, planning, type Question } from './bot-plans.ts';
import { caveOf } from './cave.ts';
import { Tile } from './chunks.ts';
import { directionOf, dxOf, dyOf } from './directions.ts';
import { type GoldrushRoom, Hurt, type Miner, minerOf } from './kinds.ts';
import { numbers } from './numbers.ts';

const SIZE = numbers.worldTiles;
/** With so much it goes to a bank. */
const LOAD = 15;
/** How far it sees, as players do. */
const SIGHT_TILES = 20;
const SHOT_TILES = 8;

function ask(room: GoldrushRoom, bot: Player): Question {
  const { x, y, gold } = minerOf(bot);
  if (gold >= LOAD) return { from: y * SIZE + x, piles: 'bank' };
  const piles = room.entities.gold.near(x, y, SIGHT_TILES);
  return { from: y * SIZE + x, piles: piles.map((pile) => pile.y * SIZE + pile.x) };
}

function act(room: GoldrushRoom, bot: Player, plan: Plan): BotCommand | 'wait' | 'done' {
  const miner = minerOf(bot);
  const next = room.tick + 1;
  if (miner.hurt === Hurt.Stunned || miner.queued > 0 || next < miner.stepTick) return 'wait';
  const shot = next >= miner.bowTick ? findRat(room, miner) : undefined;
  if (shot !== undefined) return command('shoot', shot);
  const at = miner.y * SIZE + miner.x;
  if (plan.path[plan.done] === at) plan.done++;
  const to = plan.path[plan.done];
  if (to === undefined) return 'done';
  const step = directionOf((to % SIZE) - miner.x, Math.floor(to / SIZE) - miner.y);
  return step === undefined ? 'done' : command('walk', step);
}

/** The direction in which a shot strikes a rat. */
function findRat(room: GoldrushRoom, { x, y }: Miner): number | undefined {
  const cave = caveOf(room);
  if (cave.tile(x, y) === Tile.Bank) return undefined;
  for (const rat of room.entities.rat.near(x, y, SHOT_TILES)) {
    const tiles = Math.abs(rat.x - x) + Math.abs(rat.y - y);
    const direction = directionOf(Math.sign(rat.x - x), Math.sign(rat.y - y));
    if (direction === undefined) continue;
    let free = 1;
    while (free < tiles && isFloor(x + dxOf(direction) * free, y + dyOf(direction) * free)) free++;
    if (free === tiles) return direction;
  }
  return undefined;

  function isFloor(atX: number, atY: number): boolean {
    return cave.tile(atX, atY) === Tile.Floor;
  }
}

const command = (name: string, direction: number): BotCommand => ({
  name,
  args: { dx: dxOf(direction), dy: dyOf(direction) },
});

export const bots: Bots<GoldrushRoom, Ground, Question, Plan> = {
  ask,
  survey: (room) => caveOf(room).tiles,
  plan: planning,
  act,
};
