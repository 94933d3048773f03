import { describe, expect, it } from 'vitest';
import { groundGold } from './gold.ts';
import { numbers } from './numbers.ts';
import { TestRoom } from './test-room.ts';

/** A drawn room whose ground has `missing` gold less than the banks want to see there. */
function roomMissing(missing: number): TestRoom {
  const test = TestRoom.drawn('.'.repeat(40));
  const [hoard] = test.room.entities.gold;
  hoard!.amount -= missing;
  return test;
}

describe('Upkeep', () => {
  it('is not taken while there is enough on the ground', () => {
    const test = roomMissing(0);
    const miner = test.join(1, 0, 0);
    miner.banked = 100;
    test.tickTo(numbers.upkeepTicks);
    expect(miner.banked).toBe(100);
  });

  it('is a part of what is missing, from each in proportion, and rains', () => {
    const missing = 40 * numbers.upkeepParts;
    const test = roomMissing(missing);
    const accounts = [700, 200, 100].map((banked, i) =>
      Object.assign(test.join(i + 1, 0, 0), { banked }),
    );
    test.tickTo(numbers.upkeepTicks);
    const paid = accounts.map(({ banked }, i) => [700, 200, 100][i]! - banked);
    expect(paid).toEqual([28, 8, 4]);
    const rain = Math.ceil(40 / numbers.upkeepParts);
    expect(test.room.state.treasury).toBe(40 - rain);
    expect(groundGold(test.room)).toBe(numbers.groundGold - missing + rain);
  });

  it('takes pieces by lot where they cannot be split: in the long run each pays its share', () => {
    const test = roomMissing(0);
    const [small, large] = [test.join(1, 0, 0), test.join(2, 0, 0)];
    const paid = [0, 0];
    for (let i = 0; i < 400; i++) {
      Object.assign(small, { banked: 10 });
      Object.assign(large, { banked: 30 });
      test.room.state.treasury = 0;
      const [hoard] = test.room.entities.gold;
      hoard!.amount += numbers.groundGold - 1 - groundGold(test.room);
      test.tickTo(numbers.upkeepTicks);
      paid[0]! += 10 - small.banked;
      paid[1]! += 30 - large.banked;
    }
    expect(paid[0]! + paid[1]!).toBe(400);
    expect(paid[0]).toBeGreaterThan(60);
    expect(paid[0]).toBeLessThan(140);
  });

  it('takes no more than there is', () => {
    const test = roomMissing(numbers.groundGold - 1);
    const miner = test.join(1, 0, 0);
    miner.banked = 3;
    test.tickTo(numbers.upkeepTicks);
    expect(miner.banked).toBe(0);
    expect(test.total).toBe(1 + 3);
  });

  it('brings the gold of those who left back to the cave', () => {
    const test = TestRoom.drawn('.'.repeat(40));
    test.join(1, 0, 0).banked = 500;
    test.input({ kind: 'leave', player: 1 });
    test.tick(200 * numbers.upkeepTicks);
    expect(test.room.state.treasury).toBe(0);
    expect(groundGold(test.room)).toBe(numbers.groundGold + 500);
  });
});
