import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../coordinator/random.ts';
import type { Audit } from './audit.ts';
import { caveOf } from './cave.ts';
import { Tile } from './chunks.ts';
import type { GoldrushRoom } from './kinds.ts';
import { numbers } from './numbers.ts';
import { EAST, NORTH, SOUTH, TestRoom, WEST } from './test-room.ts';

const DIRECTIONS = [EAST, NORTH, SOUTH, WEST];
const CROWD = 25;

/** A crowd that comes, goes, walks, shoots and asks, all from one seed. Close together for action,
 *  and rich, so that upkeep, rain and drops happen too.
 *  @param check called after every tick. */
function play(seed: number, ticks: number, check?: (test: TestRoom) => void): TestRoom {
  const test = TestRoom.made(seed);
  const random = new SeededRandom(seed);
  test.bankTicks = 5;
  test.refuses = () => random.integer(0, 9) === 0;
  for (let tick = 0; tick < ticks; tick++) {
    for (let player = 1; player <= CROWD; player++) act(test, random, player);
    test.tick();
    check?.(test);
  }
  return test;
}

function act(test: TestRoom, random: SeededRandom, player: number): void {
  const isThere = test.room.players.has(player);
  const chance = random.integer(0, 999);
  if (!isThere) {
    if (chance < 20) test.input({ kind: 'join', player, name: `miner ${player}` });
  } else if (chance < 2) {
    test.input({ kind: 'leave', player });
  } else if (chance < 5) {
    test.input({ kind: 'connection', player, connected: chance < 4 });
  } else if (chance < 15) {
    shareGold(test, player);
  } else if (chance < 300) {
    test.command(player, 'walk', random.pick(DIRECTIONS));
  } else if (chance < 400) {
    test.command(player, 'shoot', random.pick(DIRECTIONS));
  } else if (chance < 402) {
    test.command(player, random.pick(['scores', 'audit', 'dance']), random.pick([{}, 7]));
  }
}

/** Moves gold from the ground into the player's hands and account, and the player to a bank's door,
 *  as a long game would. */
function shareGold(test: TestRoom, player: number): void {
  const miner = test.miner(player);
  for (const pile of [...test.room.entities.gold].slice(0, 20)) {
    miner.gold += 1;
    test.bank(player, miner.banked + pile.amount - 1);
    test.room.entities.gold.remove(pile);
  }
  Object.assign(miner, bankDoor(test.room));
}

/** The floor tile before the first bank tile. */
function bankDoor(room: GoldrushRoom): { x: number; y: number } {
  const cave = caveOf(room);
  let at = 0;
  const x = () => at % numbers.worldTiles;
  const y = () => Math.floor(at / numbers.worldTiles);
  while (cave.tile(x() + 1, y()) !== Tile.Bank) at++;
  return { x: x(), y: y() };
}

describe('Gold', () => {
  it('is neither made nor destroyed, whatever a crowd does', () => {
    const happened = new Set<string>();
    for (const seed of [1, 2, 3]) {
      const test = play(seed, 1500, ({ total, room }) => {
        const { goldTotal } = room.state;
        if (total !== goldTotal)
          expect.fail(`${total} gold at tick ${room.tick}, not ${goldTotal}`);
      });
      test.join(99);
      const { total, expected } = test.run(99, 'audit') as Audit;
      expect(total).toBe(expected);
      expect(expected).toBe(test.room.state.goldTotal);
      for (const { name } of test.events) happened.add(name);
      for (const answer of test.answers) if (typeof answer === 'string') happened.add(answer);
    }
    // The crowd has done what the rules are about, or the test would prove little.
    for (const name of ['hit', 'robbed', 'banked', 'STUNNED', 'TOO_SOON', 'WALL']) {
      expect(happened).toContain(name);
    }
  });

  it('is all there in a new cave', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const test = TestRoom.made(seed);
        expect(test.total).toBe(numbers.goldTotal);
        expect(test.room.state.goldTotal).toBe(numbers.goldTotal);
      }),
      { numRuns: 10 },
    );
  });
});

describe('A room', () => {
  it('is a function of its inputs', () => {
    expect(play(5, 600).state.save()).toEqual(play(5, 600).state.save());
  });

  it('remembers only plain values', () => {
    const saved = play(6, 300).state.save();
    expect(JSON.parse(JSON.stringify(saved))).toEqual(saved);
  });

  it('changes nothing when it refuses', () => {
    const test = TestRoom.drawn('##', '#.');
    test.join(1, 1, 1);
    test.join(2, 1, 1);
    const memory = () => JSON.stringify([...test.room.entities.miner]);
    const before = memory();
    for (const name of ['walk', 'shoot']) {
      expect(test.run(1, name, NORTH)).toBe('WALL');
      expect(test.run(1, name, { dx: 0, dy: 0 })).toBe('DIRECTION');
    }
    expect(memory()).toBe(before);
  });

  it('tells who joins what a client needs to know', () => {
    expect(TestRoom.made(1).state.about()).toMatchObject({
      width: numbers.worldTiles,
      height: numbers.worldTiles,
      chunkTiles: numbers.chunkTiles,
      goldTotal: numbers.goldTotal,
    });
  });
});
