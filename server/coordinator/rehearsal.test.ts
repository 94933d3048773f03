// A rehearsal runs what a recovery runs, and harms nothing.
import { expect, it } from 'vitest';
import type { Game } from '../games/index.ts';
import { rehearse } from './rehearsal.ts';
import { tally } from './test-game.ts';

const ran: string[] = [];

function gameOf(name: string, tick: () => void): Game {
  const about = () => {
    ran.push(`${name} is told of`);
    return null;
  };
  return { ...tally, name, tick, about };
}

it('A room of each game is brought back, whatever the others do, until the process is wanted', async () => {
  const broken = gameOf('broken', () => {
    throw new Error('no');
  });
  const works = gameOf('works', () => {});
  await rehearse([broken, works], () => false);
  expect(ran).toEqual(['works is told of']);
  await rehearse([works], () => true);
  expect(ran).toEqual(['works is told of']);
});
