import { describe, expect, it } from 'vitest';
import { migrate } from './banking.ts';
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
    test.join(1, 0, 0);
    test.bank(1, 100);
    test.tickTo(numbers.upkeepTicks);
    test.tick();
    expect(test.accounts.get(1)).toBe(100);
  });

  it('is a part of what is missing, from each account in proportion, and rains', () => {
    const missing = 40 * numbers.upkeepParts;
    const test = roomMissing(missing);
    const held = [700, 200, 100];
    held.forEach((amount, i) => {
      test.join(i + 1, 0, 0);
      test.bank(i + 1, amount);
    });
    const { net } = test.room.state;
    test.tickTo(numbers.upkeepTicks);
    expect(test.room.state.net).toBe(net);
    test.tick();
    expect(held.map((amount, i) => amount - test.accounts.get(i + 1)!)).toEqual([28, 8, 4]);
    expect(test.room.state).toMatchObject({ treasury: 40, net: net - 40 });
    expect(test.miner(1).banked).toBe(700 - 28);
    test.tickTo(numbers.upkeepTicks);
    expect(groundGold(test.room)).toBe(numbers.groundGold - missing + 2);
  });

  it('is not asked for again while the bank has not answered', () => {
    const missing = 40 * numbers.upkeepParts;
    const test = roomMissing(missing);
    test.bankTicks = 3 * numbers.upkeepTicks;
    test.join(1, 0, 0);
    test.bank(1, 1000);
    test.tick(3 * numbers.upkeepTicks);
    const asked = [...test.room.bank.underWay].map(({ amount }) => amount);
    // Each time a part of what is missing still.
    expect(asked).toEqual([40, 39, 38]);
  });

  it('takes pieces by lot where they cannot be split: in the long run each pays its share', () => {
    const test = roomMissing(0);
    test.join(1, 0, 0);
    test.join(2, 0, 0);
    const paid = [0, 0];
    for (let i = 0; i < 400; i++) {
      test.bank(1, 10);
      test.bank(2, 30);
      test.room.state.treasury = 0;
      const [hoard] = test.room.entities.gold;
      hoard!.amount += numbers.groundGold - 1 - groundGold(test.room);
      test.tickTo(numbers.upkeepTicks);
      test.tick();
      paid[0]! += 10 - test.accounts.get(1)!;
      paid[1]! += 30 - test.accounts.get(2)!;
    }
    expect(paid[0]! + paid[1]!).toBe(400);
    expect(paid[0]).toBeGreaterThan(60);
    expect(paid[0]).toBeLessThan(140);
  });

  it('takes no more than there is', () => {
    const test = roomMissing(numbers.groundGold - 1);
    test.join(1, 0, 0);
    test.bank(1, 3);
    test.tickTo(numbers.upkeepTicks);
    test.tick();
    expect(test.accounts.get(1)).toBe(0);
    expect(test.total).toBe(1 + 3);
  });
});

describe('A vein', () => {
  it('replaces what those have taken with them who went, and nothing else', () => {
    const test = roomMissing(2900);
    test.join(1, 0, 0);
    test.bank(1, 500);
    const { goldTotal } = test.room.state;
    test.input({ kind: 'leave', player: 1 });
    test.tick(400 * numbers.upkeepTicks);
    expect(test.room.state.goldTotal).toBe(goldTotal + 500);
    expect(test.room.state.treasury).toBe(0);
    expect(groundGold(test.room)).toBe(100 + 500);
    expect(test.accounts.get(1)).toBe(500);
  });
});

describe('A room from before there were accounts', () => {
  it('sends what was banked to the accounts', () => {
    const test = roomMissing(0);
    const miner = test.join(1, 0, 0);
    const old = migrate({
      stateVersion: 0,
      state: { goldTotal: 3007, treasury: 0, top: [] },
      entities: { miner: [{ id: miner.id, banked: 7 }] },
    });
    expect(old.state).toMatchObject({ goldTotal: 3007, net: 0 });
    const { owed, banked } = old.entities.miner![0]!;
    Object.assign(miner, { owed, banked });
    expect(test.run(1, 'audit')).toMatchObject({ inFlight: 7, banked: 0 });
    test.tickTo(numbers.upkeepTicks);
    test.tick();
    expect(test.run(1, 'audit')).toMatchObject({ inFlight: 0, banked: 7 });
    expect([miner.owed, miner.banked, test.accounts.get(1)]).toEqual([0, 7, 7]);
  });
});
