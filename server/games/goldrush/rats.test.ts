import { describe, expect, it } from 'vitest';
import { numbers } from './numbers.ts';
import { EAST, TestRoom } from './test-room.ts';

describe('Rats', () => {
  it('sleep where no miner is near', () => {
    const test = TestRoom.made(1);
    const places = () => [...test.room.entities.rat].map(({ x, y }) => [x, y]);
    const before = places();
    expect(before).toHaveLength(numbers.ratsMax);
    test.tick(3 * numbers.ratSleepTicks);
    expect(places()).toEqual(before);
  });

  it('run to gold and carry it off, as much as they can', () => {
    const test = TestRoom.drawn(`....9${'.'.repeat(20)}`);
    test.join(1, 20, 0);
    test.room.entities.gold.near(4, 0, 0)[0]!.amount = 50;
    const rat = test.room.entities.rat.add({ x: 0, y: 0 });
    test.tick(4 * numbers.ratStepTicks);
    expect(rat).toMatchObject({ x: 4, gold: numbers.ratGoldMax });
    expect(test.goldAt(4, 0)).toBe(50 - numbers.ratGoldMax);
  });

  it('flee from a miner close by, and stay out of banks', () => {
    const test = TestRoom.drawn('..........$$');
    test.join(1, 0, 0);
    const rat = test.room.entities.rat.add({ x: 3, y: 0 });
    test.tick(8 * numbers.ratFleeStepTicks);
    expect(rat.x).toBeGreaterThan(numbers.ratSightTiles);
    test.miner(1).x = 5;
    test.tick(20 * numbers.ratFleeStepTicks);
    expect(rat.x).toBe(9);
  });

  it('wander where miners are in sight of nothing else', () => {
    const test = TestRoom.drawn('.'.repeat(40), '.'.repeat(40));
    test.join(1, 20, 0);
    const rat = test.room.entities.rat.add({ x: 0, y: 0 });
    const seen = new Set<number>();
    for (let i = 0; i < 300; i++) {
      test.tick();
      seen.add(rat.y * 40 + rat.x);
    }
    expect(seen.size).toBeGreaterThan(5);
  });

  it('drop all their gold when an arrow kills them', () => {
    const test = TestRoom.drawn('.'.repeat(20));
    test.join(1, 0, 0);
    test.room.entities.rat.add({ x: 3, y: 0, gold: 11, moveTick: test.room.tick + 100 });
    test.run(1, 'shoot', EAST);
    test.tick(2);
    expect(test.room.entities.rat.size).toBe(0);
    expect(test.total).toBe(numbers.groundGold + 11);
    expect(test.events).toEqual([{ player: 1, name: 'killed-rat', data: { gold: 11 } }]);
  });

  it('are born while some are missing', () => {
    const test = TestRoom.made(1);
    const { rat } = test.room.entities;
    for (const each of [...rat].slice(0, 2)) rat.remove(each);
    test.tickTo(numbers.ratBirthTicks);
    expect(rat.size).toBe(numbers.ratsMax - 1);
    test.tickTo(numbers.ratBirthTicks);
    test.tickTo(numbers.ratBirthTicks);
    expect(rat.size).toBe(numbers.ratsMax);
  });
});
