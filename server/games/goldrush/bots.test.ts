// Bots of Goldrush: the ways they find, and how they play by the rules of players.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIRST_BOT } from '../../../protocol/index.ts';
import { SeededRandom } from '../../coordinator/random.ts';
import { planAll, planFor } from './bot-plans.ts';
import { bots } from './bots.ts';
import { caveOf } from './cave.ts';
import { makeCave } from './cave-maker.ts';
import { Tile } from './chunks.ts';
import { numbers } from './numbers.ts';
import { TestRoom } from './test-room.ts';

const SIZE = numbers.worldTiles;
const at = (x: number, y: number): number => y * SIZE + x;

/** Lets bots 1 to `count` play, with plans made at once. */
class Play {
  private readonly plans = new Map<number, unknown>();
  readonly test: TestRoom;
  readonly ids: readonly number[];

  constructor(test: TestRoom, count: number) {
    this.test = test;
    this.ids = Array.from({ length: count }, (_, i) => FIRST_BOT + 1 + i);
    for (const player of this.ids) test.input({ kind: 'join', player, name: `bot ${player}` });
    test.tick();
  }

  tick(): void {
    const { room } = this.test;
    for (const id of this.ids) {
      const bot = room.players.get(id)!;
      let plan = this.plans.get(id);
      if (!plan) {
        [plan] = planAll(bots.survey(room), [bots.ask(room, bot)!]);
        this.plans.set(id, plan);
      }
      const move = bots.act(room, bot, plan as never);
      if (move === 'done') this.plans.delete(id);
      else if (move !== 'wait') this.test.command(id, move.name, move.args);
    }
    this.test.tick();
  }
}

describe('The way of a bot', () => {
  const drawn = TestRoom.drawn('######', '#....#', '#.##.#', '#1##$#', '######');
  const ground = caveOf(drawn.room).tiles;

  it('leads to gold around walls', () => {
    const { path } = planFor(ground, { from: at(4, 2), piles: [at(1, 3)] });
    expect(path).toEqual([at(4, 1), at(3, 1), at(2, 1), at(1, 1), at(1, 2), at(1, 3)]);
  });

  it('leads to a bank for one that carries enough', () => {
    const { path } = planFor(ground, { from: at(1, 3), piles: 'bank' });
    expect(path.at(-1)).toBe(at(4, 3));
  });

  it('leads anywhere else where there is neither', () => {
    const { path } = planFor(ground, { from: at(1, 1), piles: [] }, () => 0.99);
    expect(path.length).toBeGreaterThan(0);
  });

  it('goes over open ground from tile to tile, wherever it begins', () => {
    const tiles = makeCave(new SeededRandom(5));
    const open = [...tiles.keys()].filter((place) => tiles[place] !== Tile.Wall);
    const place = fc.constantFrom(...open);
    const piles = fc.oneof(fc.constant('bank' as const), fc.array(place, { maxLength: 5 }));
    fc.assert(
      fc.property(
        place,
        piles,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (from, to, chance) => {
          const { path } = planFor(tiles, { from, piles: to }, () => chance);
          let before = from;
          for (const step of path) {
            expect([1, SIZE]).toContain(Math.abs(step - before));
            expect(tiles[step]).not.toBe(Tile.Wall);
            before = step;
          }
          if (to === 'bank' && tiles[from] !== Tile.Bank) expect(tiles[before]).toBe(Tile.Bank);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('Bots', () => {
  it('gather gold and bank it, by commands that are not refused', () => {
    const play = new Play(TestRoom.made(4), 20);
    const { test } = play;
    const { tiles } = caveOf(test.room);
    const banked = new Set<number>();
    for (let tick = 0; tick < 1200; tick++) {
      const carried = play.ids.map((id) => test.miner(id).gold);
      play.tick();
      play.ids.forEach((id, i) => {
        const { x, y, gold } = test.miner(id);
        if (gold < carried[i]! && tiles[at(x, y)] === Tile.Bank) banked.add(id);
      });
    }
    expect(banked.size).toBeGreaterThan(5);
    // They have no account.
    expect(test.accounts.size).toBe(0);
    expect(test.total).toBe(numbers.goldTotal);
    const refused = test.answers.filter((answer) => typeof answer === 'string');
    expect(refused).toEqual([]);
  });

  it('have no rank, and do not stand before those who have', () => {
    const play = new Play(TestRoom.made(4), 1);
    const { test } = play;
    const ada = test.join(7);
    test.tick();
    test.miner(play.ids[0]!).banked = 100;
    test.bank(7, 1);
    test.tickTo(numbers.rankTicks);
    expect([test.miner(play.ids[0]!).rank, ada.rank]).toEqual([0, 1]);
    expect(test.run(7, 'scores')).toMatchObject({ top: [{ name: 'miner 7' }], own: { place: 1 } });
  });

  it('shoot at a rat in a clear line, and not through rock', () => {
    const shots = (row: string): unknown => {
      const test = TestRoom.drawn('#########', row, '#########');
      const play = new Play(test, 1);
      Object.assign(test.miner(play.ids[0]!), { x: 1, y: 1 });
      test.room.entities.rat.add({ x: 6, y: 1, moveTick: 1_000_000 });
      play.tick();
      return test.room.entities.arrow.size;
    };
    expect([shots('#.......#'), shots('#..#....#')]).toEqual([1, 0]);
  });
});
