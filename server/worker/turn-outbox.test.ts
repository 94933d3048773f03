// The order in which a worker passes messages on, against the numbers that clients give their commands.
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Place, TurnPath } from './test-turn-path.ts';

const RUNS = 1000;
/** Rounds in which all that is under way arrives, and what is missing is sent again. */
const ROUNDS_MAX = 60;
/** Longer than the client waits before it sends everything again once more. */
const AGAIN_MS = 60;

const step = fc.record({
  kind: fc.nat(99),
  player: fc.nat(1),
  count: fc.integer({ min: 1, max: 6 }),
  flag: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

let waiting: (() => void)[] = [];

beforeEach(() => {
  waiting = [];
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  vi.stubGlobal('setImmediate', (run: () => void) => {
    waiting.push(run);
    return run;
  });
  vi.stubGlobal('clearImmediate', (run: () => void) => {
    waiting = waiting.filter((one) => one !== run);
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function nextTurn(): void {
  for (const run of waiting.splice(0)) run();
}

function take(path: TurnPath, { kind, player: which, count, flag }: Step): void {
  const player = path.players[which]!;
  if (kind < 15) (flag ? player.lobby : player.room).send(count % 2 === 0);
  else if (kind < 27) path.read(player, count);
  else if (kind < 39) path.take(count);
  else if (kind < 45) path.step();
  else if (kind < 62) path.deliver(count);
  else if (kind < 82) path.loop();
  else if (kind < 91) path.hear(player, count);
  else if (kind < 93) vi.advanceTimersByTime(count * 10);
  else if (kind < 96) path.replaceCoordinator(count, flag);
  else if (kind < 98) path.replaceWorker();
  else if (kind < 99) path.cut(player);
  else path.restart(count);
}

function settle(path: TurnPath): void {
  const all = Number.POSITIVE_INFINITY;
  for (let round = 0; !path.isIdle || waiting.length > 0; round++) {
    if (round === ROUNDS_MAX) throw new Error('a command is never settled');
    for (const player of path.players) path.read(player, all);
    path.take(all);
    path.step();
    path.deliver(all);
    for (let turn = 0; turn < 6; turn++) nextTurn();
    for (const player of path.players) path.hear(player, all);
    vi.advanceTimersByTime(AGAIN_MS);
  }
}

function check({ sent, applied, rolledBack, wrong }: Place): void {
  expect(wrong).toEqual([]);
  expect(sent.filter((name) => !applied.includes(name) && !rolledBack.has(name))).toEqual([]);
  expect(applied).toEqual(sent.filter((name) => applied.includes(name)));
}

it('Clients of a worker have each command applied once, and each call answered by its own value, whichever process is replaced', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 100, maxLength: 400, size: 'max' }),
      async (steps) => {
        waiting = [];
        const path = new TurnPath(nextTurn);
        for (const one of steps) take(path, one);
        settle(path);
        await Promise.resolve();
        for (const { lobby, room } of path.players) [lobby, room].forEach(check);
      },
    ),
    { numRuns: RUNS },
  );
});
