// A rehearsal runs what a recovery and a hand-over run, and harms nothing.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { tally } from './coordinator/test-game.ts';
import type { Game } from './games/index.ts';
import { readConfig } from './read-config.ts';
import { rehearse } from './rehearsal.ts';

function origin() {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-rehearsal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, config: readConfig(['--data', '/nowhere']), linkPath: join(folder, 'link') };
}

function gamesOf(...games: Partial<Game>[]): ReadonlyMap<string, Game> {
  const full = games.map((game): Game => ({ ...tally, playersMax: 100, ...game }));
  return new Map(full.map((game) => [game.name, game]));
}

it('Rooms are stepped and brought back, and nothing is left of them', async () => {
  const { folder, ...of } = origin();
  let ticks = 0;
  let told = 0;
  const tick = () => void ticks++;
  const about = () => {
    told++;
    return null;
  };
  await rehearse(of, gamesOf({ name: 'works', tick, about }), () => false);
  expect(ticks).toBeGreaterThan(20);
  // Once a tick at most: when they join, when the next coordinator greets them, and when another worker does.
  expect(told).toBeGreaterThan(2);
  expect(readdirSync(folder)).toEqual([]);
});

it('Games that fail, or that nobody joins, harm nobody', async () => {
  const { folder, ...of } = origin();
  const fail = () => {
    throw new Error('no');
  };
  const games = [{ tick: fail }, { join: fail }, { match: { players: 2 } }];
  await Promise.all(games.map((game) => rehearse(of, gamesOf(game), () => false)));
  // The folder of a server that has ended.
  await rehearse({ ...of, linkPath: join(folder, 'gone', 'link') }, gamesOf({}), () => false);
  expect(readdirSync(folder)).toEqual([]);
});

it('Ends when the process is wanted', async () => {
  const { folder, ...of } = origin();
  let asked = 0;
  const startedAt = performance.now();
  await rehearse(of, gamesOf({ tick: () => {} }), () => ++asked > 3);
  expect(performance.now() - startedAt).toBeLessThan(5000);
  expect(asked).toBeLessThan(10);
  expect(readdirSync(folder)).toEqual([]);
});
