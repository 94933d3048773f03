// The whole server in one process: its own code for primary, supervisor, workers, coordinator, rooms,
// sessions and store, and real clients, on a machine that is simulated from a seed.
// One seed again, with its trace: SIMULATION_SEED=591 npx vitest run server/simulation
import { describe, expect, it, vi } from 'vitest';
import type { BalanceOptions } from '../primary/balance.ts';
import type { HoldingOptions } from '../primary/holding.ts';
import { runSchedule } from './test-schedule.ts';

vi.mock('node:net', () => import('./test-net.ts'));
vi.mock('node:cluster', () => import('./test-cluster.ts'));
vi.mock('node:fs', () => import('./test-files.ts'));
vi.mock('node:fs/promises', async () => (await import('./test-files.ts')).promises);
vi.mock('node:sqlite', () => import('./test-sqlite.ts'));
vi.mock('node:timers/promises', async () => (await import('./test-time.ts')).timersPromises);
vi.mock('node:crypto', async (importOriginal) => {
  const { seededCrypto } = await import('./test-machine.ts');
  return { ...(await importOriginal<object>()), ...seededCrypto };
});
// What is around: the games of the simulation, and nothing that needs a machine of iron.
vi.mock('../coordinator/load-games.ts', async () => ({
  loadGames: async () => (await import('./test-game.ts')).games,
  GameLoadError: Error,
}));
vi.mock('../coordinator/guard.ts', async (importOriginal) => {
  const { simulatedGuard } = await import('./test-guard.ts');
  return simulatedGuard(await importOriginal());
});
vi.mock('../coordinator/replay-guard.ts', async () => {
  const { SimulatedReplayGuard } = await import('./test-guard.ts');
  return { ReplayGuard: SimulatedReplayGuard };
});
vi.mock('../coordinator/preparation.ts', () => import('./test-preparation.ts'));
vi.mock('../primary/socket-directory.ts', () => ({
  makeSocketDirectory: async () => '/data/sockets',
}));
vi.mock('../observe/stdout.ts', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  standardOutput: () => ({ takeDropped: () => 0 }),
}));
vi.mock('../primary/admin.ts', () => ({
  startAdmin: async () => ({ port: 0, close: async () => {} }),
}));
// With so few players there would be nothing to even out.
vi.mock('../primary/balance.ts', async (importOriginal) => {
  const { Balance } = await importOriginal<typeof import('../primary/balance.ts')>();
  return {
    Balance: class extends Balance {
      constructor(options: BalanceOptions) {
        super(options, {
          lookMs: 40,
          movedAtOnce: 2,
          differenceMin: 1,
          differencePart: 0,
          restMs: 100,
        });
      }
    },
  };
});
// Schedules are short.
vi.mock('../primary/holding.ts', async (importOriginal) => {
  const { Holding } = await importOriginal<typeof import('../primary/holding.ts')>();
  return {
    Holding: class extends Holding {
      constructor(options: HoldingOptions) {
        super(options, 20);
      }
    },
  };
});
vi.mock('../multiprocessing/file-lock.ts', () => import('./test-file-lock.ts'));
// Its clients are real processes.
vi.mock('../multiprocessing/shared/served-group.ts', () => ({
  ServedGroup: class {
    counts = { owners: 0, objects: 0, bytes: 0 };
    serve = () => {};
    close = async () => {};
  },
}));
vi.mock('../observe/stdout.ts', () => ({ standardOutput: () => ({ takeDropped: () => 0 }) }));
vi.mock('../observe/process-sampler.ts', () => ({
  ProcessSampler: class {
    sample = () => ({ eventLoopLagMs: 0, residentBytes: 0 });
    close = () => {};
  },
}));

const { SIMULATION_SEED, SIMULATION_RUNS = '150' } = process.env;
const given = SIMULATION_SEED === undefined ? undefined : Number(SIMULATION_SEED);
const seeds = given === undefined ? Number(SIMULATION_RUNS) : 1;
/** No schedule takes longer on average; there are 10 ms in most. The first one compiles the code as well. */
const SCHEDULE_MS_MAX = 1000;
const FIRST_MS_MAX = 120_000;

describe('Under any schedule of deaths, hangs, cuts and delays', () => {
  it(
    'each command, match and trade is made once, a connection has one reader, and all are attached again',
    async () => {
      let served = 0;
      for (let i = 0; i < seeds; i++) {
        const { trace } = await runSchedule(given ?? i + 1);
        served += trace.filter((line) => line.endsWith('reads what it has held')).length;
        if (given !== undefined) process.stdout.write(`${trace.join('\n')}\n`);
      }
      if (given === undefined) expect(served).toBeGreaterThan(seeds);
    },
    FIRST_MS_MAX + seeds * SCHEDULE_MS_MAX,
  );

  it('a seed gives the same schedule each time, also where two are asked for at once', async () => {
    const seed = given ?? 814;
    const [{ trace, now }, again] = await Promise.all([runSchedule(seed), runSchedule(seed)]);
    expect([again.now, again.trace]).toEqual([now, trace]);
  });
});
