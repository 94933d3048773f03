// Connections that are served by one worker are held by another, which serves them when that dies.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AnsweringWorker, Crowd } from './test-crowd.ts';

const LONG_MS = 30_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTime(ms);

function begin(workers: number, connections: number) {
  const crowd = new Crowd(workers);
  crowd.holding.start();
  crowd.connect(connections);
  const [first, second] = crowd.workers as [AnsweringWorker, AnsweringWorker];
  return { crowd, first, second };
}

/** Until everything is held that can be. */
function settled(workers: number, connections: number) {
  const made = begin(workers, connections);
  pass(LONG_MS);
  return made;
}

const idsAt = (crowd: Crowd, worker: AnsweringWorker): number[] =>
  crowd.connections
    .servedBy(worker.asChild, Number.POSITIVE_INFINITY)
    .map(({ id }) => id)
    .sort((a, b) => a - b);

const heldBy = ({ holds }: AnsweringWorker): number[] => [...holds.values()].sort((a, b) => a - b);

describe('Of two workers', () => {
  it('each holds what the other serves, of which few are sent at a time', () => {
    const { crowd, first, second } = begin(2, 100);
    for (let ms = 0; ms < LONG_MS; ms += 5) {
      pass(5);
      for (const { held, holds } of crowd.workers) {
        expect(held.length - holds.size).toBeLessThanOrEqual(8);
      }
    }
    expect(heldBy(first)).toEqual(idsAt(crowd, second));
    expect(heldBy(second)).toEqual(idsAt(crowd, first));
    expect(crowd.holding.count).toBe(100);
    expect([...first.dropped, ...second.dropped]).toEqual([]);
  });

  it('one that dies leaves its connections to the other, which needs no socket for that', () => {
    const { crowd, first, second } = settled(2, 100);
    const [orphans, received] = [idsAt(crowd, first), second.received.length];
    crowd.addWorker();
    crowd.kill(first);
    pass(100);
    expect([second.served, second.received.length]).toEqual([orphans, received]);
    expect([crowd.counts, crowd.connections.waitingCount]).toEqual([[100, 0], 0]);
    expect(crowd.workers[1]!.received).toEqual([]);
    pass(LONG_MS);
    expect(crowd.workers[1]!.holds.size).toBe(100);
  });

  it('a new one holds what one that has died has held', () => {
    const { crowd, first, second } = settled(2, 2);
    crowd.kill(first);
    pass(LONG_MS);
    expect([crowd.counts, crowd.holding.count]).toEqual([[2], 0]);
    crowd.addWorker();
    pass(LONG_MS);
    expect([second.holds.size, crowd.workers[1]!.holds.size]).toEqual([0, 2]);
  });

  it('one is sent the socket where it was still on its way to be held', () => {
    const { crowd, first, second } = begin(2, 2);
    while (second.held.length === 0) pass(1);
    expect(second.holds.size).toBe(0);
    crowd.kill(first);
    pass(LONG_MS);
    expect([second.held, second.served, second.dropped]).toEqual([[1], [], [1]]);
    expect(second.received).toEqual([2, 1]);
    expect(crowd.counts).toEqual([2]);
  });

  it('one is told when a connection that it holds has closed', () => {
    const { crowd, first, second } = settled(2, 2);
    crowd.disconnect(({ worker }) => worker === first.asChild);
    expect([second.dropped, second.holds.size, crowd.holding.count]).toEqual([[1], 0, 1]);
  });

  it('one serves what it is given to even out, without a socket where it holds it', () => {
    const { crowd, first, second } = settled(2, 4);
    crowd.disconnect(({ worker }) => worker === second.asChild);
    first.release(idsAt(crowd, first).slice(0, 1));
    pass(100);
    expect([second.served, crowd.counts]).toEqual([[1], [1, 1]]);
    pass(LONG_MS);
    expect([heldBy(first), heldBy(second)]).toEqual([[1], [3]]);
  });
});

describe('Nothing is held', () => {
  const heldAfterLong = ({ crowd }: { crowd: Crowd }) => {
    pass(LONG_MS);
    return crowd.workers.map(({ held }) => held.length);
  };

  it('by the only worker', () => {
    expect(heldAfterLong(begin(1, 10))).toEqual([0]);
  });

  it('while connections are moved, and it is afterwards', () => {
    const made = begin(2, 10);
    made.crowd.mayHold = false;
    expect(heldAfterLong(made)).toEqual([0, 0]);
    made.crowd.mayHold = true;
    expect(heldAfterLong(made)).toEqual([5, 5]);
  });

  it('before it is known whose the connection is', () => {
    const made = begin(2, 10);
    made.crowd.neverIdentifies = true;
    expect(heldAfterLong(made)).toEqual([0, 0]);
  });

  it('while the next to hold one hangs: only what was on its way, until it is replaced', () => {
    const { crowd, first, second } = begin(2, 100);
    pass(170);
    second.isStopped = true;
    pass(LONG_MS);
    expect(second.held.length - second.holds.size).toBe(8);
    expect(first.holds.size).toBeLessThan(50);
    crowd.kill(second);
    crowd.addWorker();
    pass(LONG_MS);
    expect(crowd.holding.count).toBe(100);
  });
});

const event = fc.oneof(
  { weight: 2, arbitrary: fc.record({ connect: fc.nat(40) }) },
  fc.record({ disconnectFrom: fc.nat(3), every: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kill: fc.nat(3) }),
  fc.record({ stop: fc.nat(3) }),
  fc.record({ release: fc.nat(3), every: fc.integer({ min: 1, max: 4 }) }),
  fc.constant({ restart: true } as const),
  { weight: 3, arbitrary: fc.record({ passMs: fc.nat(400) }) },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

function happen(crowd: Crowd, happening: Event): void {
  const { workers } = crowd;
  const at = (index: number) => workers[index % workers.length];
  if ('connect' in happening) crowd.connect(happening.connect);
  else if ('passMs' in happening) pass(happening.passMs);
  else if ('restart' in happening) {
    if (workers.length < 4) crowd.addWorker();
  } else if ('kill' in happening) {
    const victim = at(happening.kill);
    if (victim) crowd.kill(victim);
  } else if ('stop' in happening) {
    const victim = at(happening.stop);
    if (victim) victim.isStopped = true;
  } else if ('release' in happening) {
    const worker = at(happening.release);
    if (worker) worker.release(idsAt(crowd, worker).filter((id) => id % happening.every === 0));
  } else {
    const from = at(happening.disconnectFrom)?.asChild;
    crowd.disconnect(({ id, worker }) => worker === from && id % happening.every === 0);
  }
}

describe('Whatever comes, goes and dies', () => {
  it('some time later each connection is served by one worker and held by one other', () => {
    const schedule = (happenings: Event[]) => {
      const { crowd } = begin(2, 20);
      for (const happening of happenings) happen(crowd, happening);
      for (const worker of [...crowd.workers]) if (worker.isStopped) crowd.kill(worker);
      while (crowd.workers.length < 2) crowd.addWorker();
      pass(LONG_MS);
      const ids = (of: (worker: AnsweringWorker) => Iterable<number>) =>
        crowd.workers.flatMap((worker) => [...of(worker)]).sort((a, b) => a - b);
      const served = ids((worker) => idsAt(crowd, worker));
      expect(served).toHaveLength(crowd.connections.size);
      expect(ids(heldBy)).toEqual(served);
      expect(crowd.holding.count).toBe(served.length);
      for (const worker of crowd.workers) {
        for (const id of idsAt(crowd, worker)) expect(heldBy(worker)).not.toContain(id);
      }
      crowd.holding.close();
      vi.clearAllTimers();
    };
    const property = fc.property(fc.array(event, { minLength: 1, maxLength: 16 }), schedule);
    fc.assert(property, { numRuns: 200 });
  });
});
