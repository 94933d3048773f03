// Workers that have too many connections give some to those that have too few, and then rest.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Balance, GENTLE } from './balance.ts';
import { Crowd } from './test-crowd.ts';

const LONG_MS = 60_000;

let said: unknown[];
let rebalanced: number;
let mayMove: boolean;
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function begin(workers: number) {
  [said, rebalanced, mayMove] = [[], 0, true];
  const crowd = new Crowd(workers);
  const asked: number[] = [];
  crowd.asked = (_worker, connections) => void asked.push(...connections);
  const count = (_key: string, n = 0) => {
    rebalanced += n;
  };
  const balance = new Balance({
    connections: crowd.connections,
    log: { debug: (fields: object, text: string) => said.push({ ...fields, text }) } as never,
    metrics: { count },
    ready: crowd.ready,
    mayMove: () => mayMove,
  });
  balance.start();
  crowd.holding.start();
  return { crowd, balance, asked };
}

const pass = (ms: number) => vi.advanceTimersByTime(ms);

/** Two workers, of which the second has died while each had half of the connections. */
function lopsided(connections: number) {
  const made = begin(2);
  made.crowd.connect(connections);
  pass(LONG_MS);
  made.crowd.kill(made.crowd.workers[1]!);
  pass(1000);
  expect(made.crowd.counts).toEqual([connections]);
  made.crowd.addWorker();
  return made;
}

describe('When one of two workers has all connections', () => {
  it('they are evened out, a few at a time, and nobody is moved twice', () => {
    const { crowd, asked } = lopsided(1000);
    pass(1000);
    expect(crowd.workers[0]!.released.map(({ length }) => length)).toEqual(Array(6).fill(16));
    pass(LONG_MS);
    expect(crowd.difference).toBeLessThanOrEqual(50);
    expect(new Set(asked).size).toBe(asked.length);
    expect(rebalanced).toBe(asked.length);
    expect(said).toEqual([
      { from: 'worker', difference: 1000, text: 'connections are evened out' },
      { moved: asked.length, text: 'connections are even' },
    ]);
    pass(LONG_MS);
    expect(rebalanced).toBe(asked.length);
  });

  it('those who were handed over just before are left alone for a while', () => {
    const { crowd, asked } = lopsided(1000);
    for (const worker of [...crowd.workers]) crowd.kill(worker);
    crowd.addWorker();
    pass(1000);
    crowd.addWorker();
    pass(GENTLE.restMs - 1500);
    expect([crowd.counts, asked]).toEqual([[1000, 0], []]);
    pass(LONG_MS);
    expect(crowd.difference).toBeLessThanOrEqual(50);
  });

  it('nobody is moved while that is not wanted, or a socket is under way', () => {
    const { crowd, asked } = lopsided(1000);
    mayMove = false;
    pass(LONG_MS);
    expect(asked).toEqual([]);
    mayMove = true;
    crowd.workers[1]!.isStopped = true;
    crowd.connect(1);
    pass(LONG_MS);
    expect(asked).toEqual([]);
  });

  it('no more are asked for than those that were not yet let go', () => {
    const { crowd, asked } = lopsided(1000);
    crowd.workers[0]!.isStopped = true;
    pass(LONG_MS);
    expect([asked.length, rebalanced]).toEqual([16, 0]);
    crowd.kill(crowd.workers[0]!);
    pass(LONG_MS);
    expect(crowd.counts).toEqual([1000]);
    crowd.addWorker();
    pass(LONG_MS);
    expect(crowd.difference).toBeLessThanOrEqual(50);
  });

  it('nobody is moved of whom the coordinator does not know', () => {
    const { crowd, asked } = lopsided(100);
    for (let id = 1; id <= 100; id++) crowd.connections.get(id)!.identified = id > 95;
    pass(LONG_MS);
    expect(asked).toEqual([97, 99, 96, 98, 100]);
  });

  it('nobody is moved once it is closed', () => {
    const { balance, asked } = lopsided(1000);
    balance.close();
    pass(LONG_MS);
    expect(asked).toEqual([]);
  });
});

describe('A difference', () => {
  it('of 32 connections is left as it is, a greater one is not', () => {
    const few = lopsided(32);
    pass(LONG_MS);
    expect([few.crowd.counts, few.asked, said]).toEqual([[32, 0], [], []]);
    const more = lopsided(33);
    pass(LONG_MS);
    expect([more.crowd.counts, more.asked.length]).toEqual([[17, 16], 16]);
  });

  it('of a tenth is left as it is, a greater one is halved at least', () => {
    const { crowd, asked } = begin(2);
    const [first, second] = crowd.workers;
    crowd.connect(2000);
    pass(LONG_MS);
    let leaving = 95;
    crowd.disconnect(({ worker }) => worker === second!.asChild && leaving-- > 0);
    pass(LONG_MS);
    expect([crowd.counts, asked]).toEqual([[1000, 905], []]);
    leaving = 1;
    crowd.disconnect(({ worker }) => worker === second!.asChild && leaving-- > 0);
    pass(LONG_MS);
    expect(first!.released.map(({ length }) => length)).toEqual([16, 16]);
    expect(crowd.counts).toEqual([968, 936]);
  });
});

const event = fc.oneof(
  { weight: 3, arbitrary: fc.record({ connect: fc.nat(150) }) },
  fc.record({ disconnectFrom: fc.nat(3), every: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kill: fc.nat(3) }),
  fc.record({ stop: fc.nat(3) }),
  fc.constant({ restart: true } as const),
  { weight: 3, arbitrary: fc.record({ passMs: fc.nat(15_000) }) },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

function happen(crowd: Crowd, happening: Event, workersMax: number): void {
  const { workers } = crowd;
  const at = (index: number) => workers[index % workers.length];
  if ('connect' in happening) crowd.connect(happening.connect);
  else if ('passMs' in happening) pass(happening.passMs);
  else if ('restart' in happening) {
    if (workers.length < workersMax) crowd.addWorker();
  } else if ('disconnectFrom' in happening) {
    const from = at(happening.disconnectFrom)?.asChild;
    crowd.disconnect(({ id, worker }) => worker === from && id % happening.every === 0);
  } else if ('kill' in happening) {
    const victim = at(happening.kill);
    if (victim) crowd.kill(victim);
  } else {
    const victim = at(happening.stop);
    if (victim) victim.isStopped = true;
  }
}

describe('Whatever comes, goes and dies', () => {
  it('the load is even some time later, then nobody is moved, and nobody twice soon', () => {
    const events = fc.array(event, { minLength: 1, maxLength: 14 });
    const schedule = (workers: number, happenings: Event[]) => {
      const { crowd, asked, balance } = begin(workers);
      crowd.asked = (worker, connections) => {
        asked.push(...connections);
        expect(connections.length).toBeLessThanOrEqual(GENTLE.movedAtOnce);
        expect(crowd.countAt(worker)).toBe(Math.max(...crowd.counts));
        expect(crowd.difference).toBeGreaterThanOrEqual(2 * connections.length);
        expect(crowd.connections.waitingCount).toBe(0);
        for (const id of connections) {
          expect(performance.now() - crowd.handedOverAt(id)).toBeGreaterThanOrEqual(GENTLE.restMs);
        }
      };
      for (const happening of happenings) happen(crowd, happening, workers);
      for (const worker of [...crowd.workers]) if (worker.isStopped) crowd.kill(worker);
      while (crowd.workers.length < workers) crowd.addWorker();
      pass(LONG_MS);
      const { size } = crowd.connections;
      expect(crowd.counts.reduce((sum, count) => sum + count)).toBe(size);
      expect(crowd.difference).toBeLessThanOrEqual(Math.max(32, size / workers / 10));
      const { length } = asked;
      pass(LONG_MS);
      expect(asked).toHaveLength(length);
      balance.close();
      crowd.holding.close();
      vi.clearAllTimers();
    };
    const waitsForAWorker: [number, Event[]] = [
      2,
      [{ connect: 33 }, { kill: 0 }, { stop: 0 }, { passMs: 81 }, { restart: true }, { passMs: 5 }],
    ];
    const property = fc.property(fc.integer({ min: 2, max: 4 }), events, schedule);
    fc.assert(property, { numRuns: 200, examples: [waitsForAWorker] });
  });
});
