import { describe, expect, it } from 'vitest';
import { numbers } from './numbers.ts';
import { TestRoom } from './test-room.ts';

describe('Ranks', () => {
  it('count who has banked more; equals share a rank, and nothing banked is 0', () => {
    const test = TestRoom.drawn('.');
    const banked = [5, 0, 9, 5, 1];
    const miners = banked.map((amount, i) => {
      const miner = test.join(i + 1, 0, 0);
      test.bank(i + 1, amount);
      return miner;
    });
    test.tickTo(numbers.rankTicks);
    expect(miners.map((miner) => miner.rank)).toEqual([2, 0, 1, 2, 4]);
  });

  it('fall back to 0 for who has nothing banked any more', () => {
    const test = TestRoom.drawn('.');
    const miner = test.join(1, 0, 0);
    test.bank(1, 5);
    test.tickTo(numbers.rankTicks);
    test.bank(1, 0);
    test.tickTo(numbers.rankTicks);
    expect(miner.rank).toBe(0);
  });

  it('are listed by `scores`, the best so many, with one’s own place', () => {
    const test = TestRoom.drawn('.');
    const count = numbers.topPlaces + 3;
    for (let player = 1; player <= count; player++) {
      test.join(player, 0, 0).gold = 2;
      test.bank(player, player);
    }
    test.tickTo(numbers.rankTicks);
    test.input({ kind: 'leave', player: count });
    const answer = test.run(1, 'scores') as { top: unknown[]; own: unknown };
    expect(answer.own).toEqual({ place: count, banked: 1, carried: 2 });
    // Who has left is listed no more; the others move up when ranks are counted again.
    expect(answer.top).toHaveLength(numbers.topPlaces - 1);
    expect(answer.top[0]).toEqual({ name: `miner ${count - 1}`, banked: count - 1, carried: 2 });
    test.tickTo(numbers.rankTicks);
    expect((test.run(1, 'scores') as { top: unknown[] }).top).toHaveLength(numbers.topPlaces);
  });
});
