import { describe, expect, it } from 'vitest';
import { caveOf } from './cave.ts';
import { Tile } from './chunks.ts';
import { Hurt } from './kinds.ts';
import { numbers } from './numbers.ts';
import { EAST, NORTH, TestRoom, WEST } from './test-room.ts';

const FLIGHT_TICKS = numbers.arrowRangeTiles / numbers.arrowTilesPerTick + 1;
const OPEN_ROW = '.'.repeat(30);

describe('Arrows', () => {
  it('turn the miner and fly so many tiles in each tick', () => {
    const test = TestRoom.drawn(OPEN_ROW);
    const miner = test.join(1, 0, 0);
    expect(test.run(1, 'shoot', EAST)).toBeNull();
    expect(miner.facing).toBe(1);
    const [arrow] = test.room.entities.arrow;
    expect(arrow).toMatchObject({ x: numbers.arrowTilesPerTick, y: 0, facing: 1 });
    test.tick();
    expect(arrow?.x).toBe(2 * numbers.arrowTilesPerTick);
  });

  it.each([
    [numbers.arrowRangeTiles, Hurt.Stunned],
    [numbers.arrowRangeTiles + 1, Hurt.No],
  ])('reach their range and no further: a miner %i tiles away', (tiles, hurt) => {
    const test = TestRoom.drawn(OPEN_ROW);
    test.join(1, 0, 0);
    const target = test.join(2, tiles, 0);
    test.run(1, 'shoot', EAST);
    test.tick(FLIGHT_TICKS);
    expect(target.hurt).toBe(hurt);
    expect(test.room.entities.arrow.size).toBe(0);
  });

  it('strike the first on their way, one only', () => {
    const test = TestRoom.drawn(OPEN_ROW);
    test.join(1, 0, 0);
    const first = test.join(2, 5, 0);
    const second = test.join(3, 6, 0);
    test.run(1, 'shoot', EAST);
    test.tick(FLIGHT_TICKS);
    expect([first.hurt, second.hurt]).toEqual([Hurt.Stunned, Hurt.No]);
  });

  it('strike who stands on the shooter’s tile, never the shooter', () => {
    const test = TestRoom.drawn(OPEN_ROW);
    const shooter = test.join(1, 0, 0);
    const other = test.join(2, 0, 0);
    test.run(1, 'shoot', EAST);
    expect([shooter.hurt, other.hurt]).toEqual([Hurt.No, Hurt.Stunned]);
  });

  it('strike who walks into them: nobody slips past between two tiles', () => {
    for (let tiles = 1; tiles < 12; tiles++) {
      const test = TestRoom.drawn(OPEN_ROW);
      test.join(1, 0, 0);
      const target = test.join(2, tiles, 0);
      test.run(1, 'shoot', EAST);
      for (let i = 0; i < FLIGHT_TICKS; i++) test.run(2, 'walk', WEST);
      expect(target.hurt).toBe(Hurt.Stunned);
    }
  });

  it('are stopped by walls and by banks', () => {
    for (const barrier of ['#', '$']) {
      const test = TestRoom.drawn(`....${barrier}....`);
      test.join(1, 0, 0);
      const target = test.join(2, barrier === '$' ? 4 : 5, 0);
      test.run(1, 'shoot', EAST);
      test.tick(FLIGHT_TICKS);
      expect(target.hurt).toBe(Hurt.No);
      expect(test.room.entities.arrow.size).toBe(0);
    }
  });

  it('make a miner drop a part of the gold, rounded up, on floor tiles around', () => {
    const test = TestRoom.drawn('########', '#..$...#', '#......#', '#......#', '########');
    test.join(1, 1, 2);
    const target = test.join(2, 3, 2);
    target.gold = 9;
    test.run(1, 'shoot', EAST);
    test.tick(2);
    const lost = Math.ceil(9 / numbers.lossParts);
    expect(target.gold).toBe(9 - lost);
    const piles = test.room.entities.gold.near(3, 2, numbers.scatterTiles);
    expect(piles.reduce((sum, pile) => sum + pile.amount, 0)).toBe(lost);
    expect(piles.length).toBeLessThanOrEqual(numbers.scatterPilesMax);
    for (const { x, y } of piles) expect(caveOf(test.room).tile(x, y)).toBe(Tile.Floor);
    expect(test.events).toEqual([
      { player: 2, name: 'hit', data: { by: 'miner 1', lost } },
      { player: 1, name: 'robbed', data: { name: 'miner 2', lost } },
    ]);
  });

  it('take the only piece of who has one, and nothing of who has none', () => {
    for (const gold of [1, 0]) {
      const test = TestRoom.drawn(OPEN_ROW);
      test.join(1, 0, 0);
      const target = test.join(2, 3, 0);
      target.gold = gold;
      test.run(1, 'shoot', EAST);
      test.tick(2);
      expect(target).toMatchObject({ gold: 0, hurt: Hurt.Stunned });
      expect(test.total).toBe(numbers.groundGold + gold);
    }
  });

  it.each([
    ['#.#', [1, 0]],
    ['#.$', [1, 0]],
    ['#..', [2, 0]],
  ])(
    'leave gold on the tile of the miner only where there is no floor beside: %s',
    (row, [x, y]) => {
      const test = TestRoom.drawn(row);
      const target = test.join(2, 1, 0);
      target.gold = 4;
      test.room.entities.arrow.add({ x: 1, y: 0, facing: 0, shooter: 1, tilesLeft: 1 });
      test.tick();
      expect(test.goldAt(x!, y!)).toBe(4 / numbers.lossParts);
    },
  );

  it('stun for a time, in which a kept step is lost, and then the miner is protected', () => {
    const test = TestRoom.drawn(OPEN_ROW);
    test.join(1, 0, 0);
    const target = test.join(2, 2, 0);
    test.room.entities.arrow.add({ x: 0, y: 0, facing: 1, shooter: 1, tilesLeft: 9 });
    test.command(2, 'walk', EAST);
    test.command(2, 'walk', EAST);
    test.tick(2);
    expect(target).toMatchObject({ x: 3, hurt: Hurt.Stunned });
    test.tick(numbers.stunTicks - 1);
    expect(target.hurt).toBe(Hurt.Stunned);
    test.tick();
    expect(target).toMatchObject({ x: 3, hurt: Hurt.Protected });
    test.run(1, 'shoot', EAST);
    test.tick(FLIGHT_TICKS);
    expect(target.hurt).toBe(Hurt.Protected);
    test.tick(numbers.protectedTicks - FLIGHT_TICKS - 1);
    expect(target.hurt).toBe(Hurt.No);
  });

  it('end the protection of who shoots them', () => {
    const test = TestRoom.drawn(OPEN_ROW);
    const miner = test.join(1, 0, 0);
    Object.assign(miner, { hurt: Hurt.Protected, hurtTick: test.room.tick + 100 });
    test.run(1, 'shoot', EAST);
    expect(miner.hurt).toBe(Hurt.No);
  });

  it('need time between two', () => {
    const test = TestRoom.drawn(OPEN_ROW);
    test.join(1, 0, 0);
    expect(test.run(1, 'shoot', EAST)).toBeNull();
    for (let i = 1; i < numbers.bowTicks; i++) expect(test.run(1, 'shoot', EAST)).toBe('TOO_SOON');
    expect(test.run(1, 'shoot', EAST)).toBeNull();
  });

  it('are refused where they cannot fly, which costs nothing', () => {
    const test = TestRoom.drawn('#####', '#..$#', '#####');
    const miner = test.join(1, 1, 1);
    const before = JSON.stringify(miner);
    expect(test.run(1, 'shoot', NORTH)).toBe('WALL');
    expect(test.run(1, 'shoot', { dx: 1, dy: -1 })).toBe('DIRECTION');
    expect(JSON.stringify(miner)).toBe(before);
    miner.x = 2;
    expect(test.run(1, 'shoot', EAST)).toBe('BANK');
    miner.x = 3;
    expect(test.run(1, 'shoot', WEST)).toBe('BANK');
    Object.assign(miner, { x: 1, hurt: Hurt.Stunned, hurtTick: test.room.tick + 9 });
    expect(test.run(1, 'shoot', EAST)).toBe('STUNNED');
    expect(test.room.entities.arrow.size).toBe(0);
  });

  it('fly on when who shot them has left', () => {
    const test = TestRoom.drawn(OPEN_ROW);
    test.join(1, 0, 0);
    const target = test.join(2, 8, 0);
    test.run(1, 'shoot', EAST);
    test.input({ kind: 'leave', player: 1 });
    test.tick(FLIGHT_TICKS);
    expect(target.hurt).toBe(Hurt.Stunned);
    expect(test.events).toEqual([{ player: 2, name: 'hit', data: { by: '', lost: 0 } }]);
  });
});
