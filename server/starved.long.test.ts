// A process that is starved of processor time is not killed. It takes both processors for seconds.
import { readdirSync } from 'node:fs';
import { availableParallelism, setPriority } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ServerProcess } from '../load-test/server-process.ts';
import { player, processesOf, workersOf } from './test-server.ts';

const BUSY_GAME = join(import.meta.dirname, 'test-busy-game.ts');

/** Gives each processor twice as much to do as it can, until the test ends. */
function burnProcessors(): void {
  const burners = Array.from(
    { length: 2 * availableParallelism() },
    () => new Worker('for (;;);', { eval: true }),
  );
  onTestFinished(async () => {
    await Promise.all(burners.map((burner) => burner.terminate()));
  });
}

describe('A process that hardly gets a processor', () => {
  it('goes on', async () => {
    // One session: else Linux would share the processors by sessions, whatever the priorities.
    const server = await ServerProcess.start({
      args: [
        '--game',
        BUSY_GAME,
        '--hang-ms',
        '600',
        '--heartbeat-ms',
        '100',
        '--step-ms-max',
        '0',
      ],
      sharesSession: true,
    });
    onTestFinished(async () => void (await server.stop()));
    const room = await (await player(server)).join({ game: 'busy' });
    const starved = [...(await processesOf(server, 'coordinator')), ...(await workersOf(server))];
    for (const { pid } of starved) {
      for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), 5);
    }
    burnProcessors();
    const startedAt = performance.now();
    // Less on a processor than makes a hang, and much longer by the clock.
    expect(await room.call('work', { ms: 300 })).toBe(1);
    expect(performance.now() - startedAt).toBeGreaterThan(600);
    expect(server.log.filter(({ level }) => level === 'error')).toEqual([]);
    const now = [...(await processesOf(server, 'coordinator')), ...(await workersOf(server))];
    expect(now.map(({ pid }) => pid)).toEqual(starved.map(({ pid }) => pid));
  });
});
