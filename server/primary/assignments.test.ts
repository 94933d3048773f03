// Which worker gets a connection, and what the words of one that has died are worth.
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Supervisor } from '../multiprocessing/index.ts';
import { Assignments } from './assignments.ts';
import { Connections } from './connections.ts';
import { Holding } from './holding.ts';
import { TestWorker } from './test-worker.ts';
import { SharedWorkers } from './workers.ts';

let connections: Connections;
let ready: TestWorker[];
let isServing: boolean;
let holding: Holding;
let assignments: Assignments;
let first: TestWorker;
let second: TestWorker;
beforeEach(() => {
  vi.useFakeTimers();
  connections = new Connections();
  first = new TestWorker();
  second = new TestWorker();
  ready = [first];
  isServing = true;
  const supervisor = {} as Supervisor;
  const spec = () => expect.unreachable();
  holding = new Holding({ connections, ready: asChildren, mayMove: () => true });
  assignments = new Assignments({
    connections,
    holding,
    workers: new SharedWorkers({ supervisor, connections, spec }, 2),
    ready: asChildren,
    acknowledged: () => {},
    isServing: () => isServing,
  });
});
const asChildren = () => ready.map(({ asChild }) => asChild);
afterEach(() => {
  vi.useRealTimers();
});

const accepted = (worker: TestWorker, connection: number) =>
  assignments.heard(worker.asChild, { type: 'accepted', connection });

/** `first` has died with a connection, and `second` is sent it. */
function dieWithConnection(): void {
  assignments.add(new Socket(), 'here');
  ready = [second];
  assignments.takeFrom(first.asChild);
  assignments.assign();
  expect(second.received).toEqual([1]);
}

describe('What a worker has said before it died', () => {
  it('does not count as what the next one says that has the connection', () => {
    dieWithConnection();
    accepted(first, 1);
    const [token, name] = ['t', 'ada'];
    assignments.heard(first.asChild, { type: 'identified', connection: 1, token, name });
    expect(connections.get(1)).toMatchObject({ acknowledged: false, identified: false });
    expect(connections.underWayTo(second.asChild)).toBe(1);
    accepted(second, 1);
    assignments.heard(second.asChild, { type: 'identified', connection: 1, token, name });
    expect(connections.get(1)).toMatchObject({ acknowledged: true, identified: true });
  });
});

describe('Moving all connections of a worker', () => {
  it('asks again for what was not let go', async () => {
    for (let i = 0; i < 2; i++) {
      assignments.add(new Socket(), 'here');
      accepted(first, i + 1);
    }
    ready = [second];
    const moved = assignments.moveAll(first.asChild);
    assignments.heard(first.asChild, { type: 'released', connection: 1 });
    accepted(second, 1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(first.released).toEqual([[1, 2], [2], [2]]);
    assignments.heard(first.asChild, { type: 'released', connection: 2 });
    accepted(second, 2);
    await moved;
  });

  it('is given up when the server stops', async () => {
    assignments.add(new Socket(), 'here');
    accepted(first, 1);
    const moved = assignments.moveAll(first.asChild);
    isServing = false;
    await vi.advanceTimersByTimeAsync(1000);
    await moved;
    expect(first.released).toEqual([[1]]);
  });
});
