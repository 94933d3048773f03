import { describe, expect, it } from 'vitest';
import { caveOf } from './cave.ts';
import { Tile } from './chunks.ts';
import { Hurt } from './kinds.ts';
import { stepTicks } from './miners.ts';
import { numbers } from './numbers.ts';
import { EAST, NORTH, SOUTH, TestRoom, WEST } from './test-room.ts';

describe('Walking', () => {
  it('is one step in the direction that the miner then faces', () => {
    const test = TestRoom.drawn('###', '#..', '#..');
    const miner = test.join(1, 1, 1);
    for (const [direction, x, y, facing] of [
      [EAST, 2, 1, 1],
      [SOUTH, 2, 2, 2],
      [WEST, 1, 2, 3],
      [NORTH, 1, 1, 0],
    ] as const) {
      expect(test.run(1, 'walk', direction)).toBeNull();
      expect(miner).toMatchObject({ x, y, facing });
      test.tick(numbers.stepTicks);
    }
  });

  it('keeps a step that comes early until the last is done', () => {
    const test = TestRoom.drawn('....');
    const miner = test.join(1, 0, 0);
    test.run(1, 'walk', EAST);
    expect(test.run(1, 'walk', EAST)).toBeNull();
    expect(miner.x).toBe(1);
    test.tick(numbers.stepTicks - 2);
    expect(miner.x).toBe(1);
    test.tick();
    expect(miner.x).toBe(2);
    test.tick(2 * numbers.stepTicks);
    expect(miner.x).toBe(2);
  });

  it('keeps the latest of several early steps', () => {
    const test = TestRoom.drawn('...', '...');
    const miner = test.join(1, 0, 0);
    test.run(1, 'walk', EAST);
    test.command(1, 'walk', EAST);
    test.command(1, 'walk', SOUTH);
    test.tick(numbers.stepTicks);
    expect(miner).toMatchObject({ x: 1, y: 1 });
  });

  it('loses no step of those sent at the very pace of the miner, one early and one on time', () => {
    const test = TestRoom.drawn('......');
    const miner = test.join(1, 0, 0);
    test.run(1, 'walk', EAST);
    test.tick(numbers.stepTicks - 2);
    test.run(1, 'walk', EAST);
    test.run(1, 'walk', EAST);
    test.tick(2 * numbers.stepTicks);
    expect(miner.x).toBe(3);
  });

  it('is as fast for who sends steps in every tick', () => {
    const test = TestRoom.drawn('.'.repeat(30));
    const miner = test.join(1, 0, 0);
    for (let i = 0; i < 5 * numbers.stepTicks; i++) test.run(1, 'walk', EAST);
    expect(miner.x).toBe(5);
  });

  it('only turns towards a wall, and is refused facing it already', () => {
    const test = TestRoom.drawn('##', '#.');
    const miner = test.join(1, 1, 1);
    expect(miner.facing).toBe(0);
    expect(test.run(1, 'walk', WEST)).toBeNull();
    expect(miner).toMatchObject({ x: 1, y: 1, facing: 3 });
    expect(test.run(1, 'walk', WEST)).toBe('WALL');
  });

  it('takes one of the four directions only', () => {
    const test = TestRoom.drawn('..', '..');
    test.join(1, 0, 0);
    expect(test.run(1, 'walk', { dx: 1, dy: 1 })).toBe('DIRECTION');
    expect(test.run(1, 'walk', { dx: 0, dy: 0 })).toBe('DIRECTION');
    expect(test.run(1, 'walk', { dx: 2, dy: 0 })).toBe('BAD_ARGUMENTS');
    expect(test.run(1, 'walk', { dx: 1, dy: 0, far: 1 })).toBe('BAD_ARGUMENTS');
  });

  it('is refused to the stunned', () => {
    const test = TestRoom.drawn('..');
    const miner = test.join(1, 0, 0);
    Object.assign(miner, { hurt: Hurt.Stunned, hurtTick: test.room.tick + 10 });
    expect(test.run(1, 'walk', EAST)).toBe('STUNNED');
    expect(miner.x).toBe(0);
  });

  it('is slower with more gold, within a limit', () => {
    expect(stepTicks(0)).toBe(numbers.stepTicks);
    expect(stepTicks(numbers.goldPerStepTick - 1)).toBe(numbers.stepTicks);
    expect(stepTicks(numbers.goldPerStepTick)).toBe(numbers.stepTicks + 1);
    expect(stepTicks(numbers.goldTotal)).toBe(numbers.stepTicksMax);
  });

  it('lets miners pass through each other', () => {
    const test = TestRoom.drawn('...');
    const one = test.join(1, 0, 0);
    const other = test.join(2, 1, 0);
    test.command(1, 'walk', EAST);
    test.command(2, 'walk', WEST);
    test.tick();
    expect([one.x, other.x]).toEqual([1, 0]);
  });

  it('begins on a floor tile, protected, away from the others', () => {
    const test = TestRoom.made(1);
    for (let player = 1; player <= 50; player++) {
      const { x, y, hurt } = test.join(player);
      expect(caveOf(test.room).tile(x, y)).toBe(Tile.Floor);
      expect(hurt).toBe(Hurt.Protected);
      const near = test.room.entities.miner.near(x, y, numbers.joinClearTiles);
      expect(near).toHaveLength(1);
    }
  });
});

describe('Gold', () => {
  it('is picked up by stepping onto it', () => {
    const test = TestRoom.drawn('.7');
    const miner = test.join(1, 0, 0);
    test.run(1, 'walk', EAST);
    expect(miner.gold).toBe(7);
    expect(test.goldAt(1, 0)).toBe(0);
  });

  it('is sent to the account by stepping onto a bank tile; when it is there the player is told', () => {
    const test = TestRoom.drawn('.7$$');
    const miner = test.join(1, 0, 0);
    test.bank(1, 5);
    test.bankTicks = 4;
    while (miner.x < 2) test.run(1, 'walk', EAST);
    const audit = () => test.run(1, 'audit');
    expect(miner).toMatchObject({ gold: 0, banked: 5 });
    expect(audit()).toMatchObject({ inFlight: 7, banked: 5 });
    expect(test.events).toEqual([]);
    test.tick(4);
    expect(miner.banked).toBe(12);
    expect(audit()).toMatchObject({ inFlight: 0, banked: 12 });
    expect(test.events).toEqual([{ player: 1, name: 'banked', data: { amount: 7, total: 12 } }]);
  });

  it('that the bank refuses goes to the treasury', () => {
    const test = TestRoom.drawn('.7$$');
    const miner = test.join(1, 0, 0);
    test.refuses = () => true;
    while (miner.x < 2) test.run(1, 'walk', EAST);
    test.tick();
    expect([miner.gold, miner.banked, test.room.state.treasury]).toEqual([0, 0, 7]);
    expect(test.events).toEqual([]);
  });

  it('that a player has in the bank already is shown by the new miner', () => {
    const test = TestRoom.drawn('.');
    test.accounts.set(1, 40);
    const miner = test.join(1, 0, 0);
    test.tick();
    expect(miner.banked).toBe(40);
  });

  it('that is carried stays where its owner left, and what is banked is the owner’s', () => {
    const test = TestRoom.drawn('.4.');
    const miner = test.join(1, 1, 0);
    miner.gold = 30;
    test.bank(1, 10);
    test.input({ kind: 'leave', player: 1 });
    test.tick();
    expect(test.room.entities.miner.size).toBe(0);
    expect(test.goldAt(1, 0)).toBe(34);
    expect([test.room.state.treasury, test.accounts.get(1)]).toEqual([0, 10]);
  });

  it('under way to the account of a player who leaves arrives there', () => {
    const test = TestRoom.drawn('.7$$');
    const miner = test.join(1, 0, 0);
    while (miner.x < 2) test.run(1, 'walk', EAST);
    test.input({ kind: 'leave', player: 1 });
    test.tick();
    expect([test.accounts.get(1), test.room.state.net]).toEqual([7, 7]);
  });

  it('is counted by `audit`', () => {
    const test = TestRoom.drawn('.4.');
    test.join(1, 0, 0).gold = 3;
    test.bank(1, 2);
    test.room.entities.rat.add({ x: 2, y: 0, gold: 1 });
    test.room.state.treasury = 5;
    const ground = numbers.groundGold + 4;
    const sums = { ground, carried: 4, inFlight: 5, banked: 2 };
    const total = ground + 4 + 5 + 2;
    expect(test.run(1, 'audit')).toEqual({ ...sums, total, expected: ground });
    expect(test.run(1, 'audit', { all: true })).toBe('BAD_ARGUMENTS');
  });
});
