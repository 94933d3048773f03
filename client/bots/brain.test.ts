import { describe, expect, it } from 'vitest';
import { TestCave } from './test-cave.ts';

/** As `play`, but the bot is put back at (1, 1) before each decision. */
function playInPlace(cave: TestCave, decisions: number): string {
  let letters = '';
  for (let i = 0; i < decisions; i++) {
    cave.set(cave.avatarId, { x: 1, y: 1 });
    letters += cave.play(1);
  }
  return letters;
}

describe('A bot', () => {
  it('walks to the nearest gold in sight, around walls', () => {
    const cave = new TestCave([
      '########', //
      '#@#*...#',
      '#.###..#',
      '#......#',
      '########',
    ]);
    expect(cave.play(10).startsWith('sseeeennww')).toBe(true);
    expect([...cave.of('gold')]).toEqual([]);
  });

  it('prefers the pile with the shorter way to the one that is nearer as the crow flies', () => {
    const cave = new TestCave([
      '########', //
      '#*#@...*',
      '#.####.#',
      '#......#',
      '########',
    ]);
    expect(cave.play(4)).toBe('eeee');
  });

  it('looks for another pile when somebody else has taken the one it went for', () => {
    const cave = new TestCave(['############', '#*...@....*#', '############']);
    const [first] = cave.play(1);
    const taken = [...cave.of('gold')].find(({ x }) => (x === 1) === (first === 'w'))!;
    cave.entities.delete(taken.id);
    const other = first === 'w' ? 'e' : 'w';
    expect(cave.play(6)).toBe(other.repeat(6));
  });

  it('carries much gold to the bank, and does not go for more on the way', () => {
    const cave = new TestCave(['##########', '#*..@...$#', '##########']);
    cave.set(cave.avatarId, { gold: 60 });
    expect(cave.play(4)).toBe('eeee');
  });

  it('with a little gold goes to a bank only when that is near', () => {
    const bank = `#${'.'.repeat(30)}$#`;
    const rows = ['#'.repeat(33), bank.replace('....', '*..@'), '#'.repeat(33)];
    const far = new TestCave(rows);
    far.set(far.avatarId, { gold: 2 });
    expect(far.play(1)).toBe('w');
    const near = new TestCave(['##########', '#*..@...$#', '##########']);
    near.set(near.avatarId, { gold: 2 });
    expect(near.play(1)).toBe('e');
  });

  it('wanders where there is no gold, over known open ground only', () => {
    const rows = ['################', '#......@.......#', '#..............#', '################'];
    const letters = new TestCave(rows, 7).play(40);
    expect(letters).toMatch(/^[nesw]{40}$/);
    expect(new Set(letters).size).toBeGreaterThan(1);
  });

  it('shoots at a rat in line, and not again before the bow is drawn', () => {
    const cave = new TestCave(['##########', '#@.....r.#', '##########']);
    const shots: number[] = [];
    for (let i = 0; i < 400; i++) {
      cave.set(cave.avatarId, { x: 1, y: 1 });
      const tick = cave.tick;
      if (cave.play(1) === 'E') shots.push(tick);
    }
    expect(shots.length).toBeGreaterThan(0);
    shots.slice(1).forEach((tick, i) => {
      expect(tick - shots[i]!).toBeGreaterThan(12);
    });
  });

  it('never shoots through a wall, into a bank or out of it', () => {
    for (const row of ['#@.#..m#', '#@.$..m#', '#$....m#']) {
      const cave = new TestCave(['########', row, '########']);
      if (cave.avatarId === 0) cave.avatarId = cave.add('miner', { x: 1, y: 1, gold: 0 });
      expect(playInPlace(cave, 200)).not.toMatch(/[NESW]/);
    }
  });

  it('never shoots at miners who cannot be hit, or have hardly any gold', () => {
    for (const fields of [{ hurt: 2 }, { hurt: 1 }, { gold: 1 }]) {
      const cave = new TestCave(['########', '#@....m#', '########']);
      cave.set([...cave.of('miner')][1]!.id, fields);
      expect(playInPlace(cave, 200)).not.toMatch(/[NESW]/);
    }
    const cave = new TestCave(['########', '#@....m#', '########']);
    expect(playInPlace(cave, 200)).toMatch(/E/);
  });

  it('steps aside from an arrow that comes, and from a miner who aims while it carries gold', () => {
    const rows = ['#########', '#.......#', '#@......#', '#########'];
    const shot = new TestCave(rows);
    shot.add('arrow', { x: 6, y: 2, facing: 3 });
    expect(shot.play(1)).toBe('n');
    const aimed = new TestCave(rows);
    aimed.set(aimed.avatarId, { gold: 9 });
    aimed.add('miner', { x: 5, y: 2, facing: 3, gold: 0 });
    expect(aimed.play(1)).toBe('n');
  });

  it('does nothing while it is stunned, and before it is born', () => {
    const cave = new TestCave(['#####', '#@.*#', '#####']);
    cave.set(cave.avatarId, { hurt: 1 });
    expect(cave.play(3)).toBe('---');
    cave.avatarId = 0;
    expect(cave.play(3)).toBe('---');
  });

  it('asks again for a step that was not taken yet, and then goes on from where it is', () => {
    const cave = new TestCave(['########', '#@....*#', '########']);
    expect(cave.brain.decide(cave)).toEqual({ name: 'walk', direction: 1 });
    expect(cave.brain.decide(cave)).toEqual({ name: 'walk', direction: 1 });
    expect(cave.play(5)).toBe('eeeee');
    expect([...cave.of('gold')]).toEqual([]);
  });

  it('decides alike for equal seeds that see equal things', () => {
    const rows = ['################', '#......@.......#', '#......m...r...#', '################'];
    const play = (seed: number) => new TestCave(rows, seed).play(200);
    expect(play(3)).toBe(play(3));
    expect(play(3)).not.toBe(play(4));
  });
});
