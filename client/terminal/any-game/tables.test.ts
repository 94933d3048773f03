import { describe, expect, it } from 'vitest';
import { TestWorld } from '../test-world.ts';
import { find, infoOf, kindOf, pictureOf, rowsOf } from './test-any.ts';

function cards(): TestWorld {
  const world = new TestWorld();
  world.kinds = [
    kindOf('card', { suit: 'string', rank: 'u8' }),
    kindOf('seat', { name: 'string', score: 'u16', ready: 'bool' }),
    kindOf('round', { turn: 'u16', phase: 'string' }),
  ];
  for (let i = 0; i < 30; i++) world.add('card', { suit: 'hearts', rank: i });
  world.add('seat', { name: 'bob', score: 3, ready: 0 });
  world.avatar = world.add('seat', { name: 'ada', score: 12, ready: 1 });
  world.add('round', { turn: 7, phase: 'deal' });
  world.about = { rules: 'The highest card wins.' };
  return world;
}

describe('A game without places', () => {
  it('is shown as tables: the own row first, kinds with one entity as a line', () => {
    const canvas = pictureOf(cards(), [80, 19], { info: infoOf({ text: 'Cards.' }) });
    const rows = rowsOf(canvas).map((row) => row.trim());
    expect(rows).toContain('round: turn 7, phase deal');
    const seats = rows.indexOf('seat (2)');
    expect(rows[seats + 1]).toMatch(/^name +score +ready$/);
    expect(rows[seats + 2]).toMatch(/^▶ ada +12/);
    expect(rows[seats + 3]).toMatch(/^bob +3/);
    expect(find(canvas, 'card (30)').y).toBeGreaterThan(seats);
  });

  it('says how many rows there is no room for', () => {
    expect(rowsOf(pictureOf(cards(), [80, 40])).join()).toContain('and ');
    expect(rowsOf(pictureOf(cards(), [80, 60])).join()).not.toContain(' more');
  });

  it('has what the game says of itself above, and what has happened below', () => {
    const news = ['newest', 'older', 'oldest'];
    const rows = rowsOf(pictureOf(cards(), [80, 19], { info: infoOf({ text: 'Cards.' }) }, news));
    const at = (text: string) => rows.findIndex((row) => row.includes(text));
    expect([at('Cards.'), at('The highest card wins.')]).toEqual([1, 2]);
    expect(at('oldest')).toBeGreaterThan(at('seat'));
    expect(at('newest')).toBe(18);
  });

  it('says so where nothing is in sight', () => {
    const world = new TestWorld();
    world.kinds = [kindOf('note', { text: 'string' })];
    expect(rowsOf(pictureOf(world, [80, 19])).join()).toContain('There is nothing to see yet.');
  });

  it('shows no text of a player that looks as the client’s own or acts on the terminal', () => {
    const world = new TestWorld();
    world.kinds = [kindOf('note', { text: 'string' })];
    world.add('note', { text: '▌ you won\x1b[2J\n' });
    world.add('note', { text: 'b' });
    const shown = rowsOf(pictureOf(world, [80, 19])).join('');
    expect(shown).not.toMatch(/[▌\p{Cc}]/u);
    expect(shown).toContain('you won');
  });
});
