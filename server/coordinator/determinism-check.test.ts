// A game that is no function of its inputs is found, and its author told which field differs.
import { describe, expect, it } from 'vitest';
import { type Game, Type } from '../games/game.ts';
import goldrush from '../games/goldrush/index.ts';
import { createLog, ProcessMetrics } from '../observe/index.ts';
import { DeterminismCheck } from './determinism-check.ts';
import { Guard } from './guard.ts';
import { SeededRandom } from './random.ts';
import { type Input, RoomState } from './room-state.ts';
import { tally } from './test-game.ts';

type Line = Record<string, unknown>;

/** Runs a room of the game for three seconds. */
async function run(game: Game, inputs: readonly Input[] = []) {
  const lines: Line[] = [];
  const write = (line: string) => lines.push(JSON.parse(line));
  const log = createLog({ role: 'coordinator', level: 'warn', write });
  const metrics = new ProcessMetrics('coordinator');
  const prepared = game.prepare?.run(new SeededRandom(5));
  const live = new RoomState(game, { id: 4, seed: 5, now: 0, prepared });
  const check = new DeterminismCheck({ game, live, guard: new Guard(50), log, metrics });
  for (let tick = 1; tick <= 60; tick++) {
    const batch: readonly Input[] =
      tick === 1 ? [{ kind: 'join', player: 1, name: 'ada' }] : tick === 2 ? inputs : [];
    check.before(batch);
    live.apply(tick * 50, batch);
    check.after(tick * 50);
  }
  const counted = (await metrics.snapshot()).find(({ name }) => name.includes('determinism'));
  return { lines, differences: counted!.values[0]!.value, live };
}

const dicing: Game = {
  ...tally,
  tick(room) {
    for (const token of room.entities.token!) token.luck = Math.floor(Math.random() * 2 ** 32);
  },
};

describe('A game that is a function of its inputs', () => {
  it.each([tally, goldrush as Game])('is not complained about: $name', async (game) => {
    expect(await run(game)).toMatchObject({ lines: [], differences: 0 });
  });

  it('may change the arguments that it was given', async () => {
    const keep = {
      args: Type.Object({}),
      run(room: { state: { applied: unknown[] } }, _player: unknown, args: { n: number }) {
        args.n++;
        room.state.applied.push(args);
      },
    };
    const game = { ...tally, commands: { keep } } as unknown as Game;
    const input: Input = {
      kind: 'command',
      player: 1,
      seq: 1,
      name: 'keep',
      args: { n: 1 },
      call: false,
    };
    const { lines, live } = await run(game, [input]);
    expect(lines).toEqual([]);
    expect((live.room.state as { applied: unknown }).applied).toEqual([{ n: 2 }]);
  });
});

describe('A game that uses Math.random', () => {
  it('is told once for a room which field differs, and counted once a second', async () => {
    const { lines, differences } = await run(dicing);
    expect(lines).toMatchObject([
      { level: 'error', room: 4, game: 'tally', tick: 1, path: 'entities.token[1].luck' },
    ]);
    expect(lines[0]!.msg).toContain('fed the same, entities.token[1].luck differs');
    expect(differences).toBe(3);
  });

  it('goes on as it would have', async () => {
    const draws: number[] = [];
    const tick: Game['tick'] = (room) => {
      room.state.draw = draws.push(0);
    };
    const game: Game = { ...tally, tick };
    const { live, differences } = await run(game);
    // Each tick was run twice, and the live room's was the first of the two.
    expect((live.room.state as { draw: number }).draw).toBe(119);
    expect(differences).toBeGreaterThan(0);
  });
});

describe('A game that', () => {
  it('differed once is counted once: the second room goes on from the first', async () => {
    let runs = 0;
    const game: Game = {
      ...tally,
      tick(room) {
        runs++;
        if (room.tick === 10) room.state.applied.push(String(runs));
      },
    };
    const { lines, differences } = await run(game);
    expect(lines).toMatchObject([{ path: 'state.applied[0]', live: '"19"', again: '"20"' }]);
    expect(differences).toBe(1);
  });

  it('throws only when it is fed again is told', async () => {
    let ticks = 0;
    const tick = () => {
      if (++ticks === 10) throw new Error('once too often');
    };
    const { lines } = await run({ ...tally, tick });
    expect(lines).toMatchObject([
      { path: 'what it throws', live: 'nothing', again: 'Error: once too often' },
    ]);
  });

  it('remembers what cannot be written down is no longer checked', async () => {
    const tick: Game['tick'] = (room) => {
      room.state.self = { valueOf: 1n << 80n };
    };
    expect((await run({ ...tally, tick })).lines).toMatchObject([
      { level: 'warn', msg: 'the room is no longer checked for determinism' },
    ]);
  });
});
