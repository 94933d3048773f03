// For which processes players wait: those are started again without back-off.
import { Socket } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { defaults } from '../config.ts';
import type { Supervisor } from '../multiprocessing/index.ts';
import type { ChildProcess } from './child-process.ts';
import { Connections } from './connections.ts';
import { makeWorkers } from './make-workers.ts';
import { Urgency } from './urgency.ts';

let connections: Connections;
let living: ChildProcess[];
let hastened: string[];
beforeEach(() => {
  connections = new Connections();
  living = [];
  hastened = [];
});

const child = (role: 'worker' | 'coordinator', isEnding = false) =>
  ({
    identity: { role, slot: 1, worker: 1 },
    isEnding,
    sendSocket: () => {},
  }) as unknown as ChildProcess;

/** Two workers, or one for each client, whose specs have been added. */
function urgencyWith(workers: 2 | 'per-client'): Urgency {
  const supervisor = {
    add: () => {},
    hasten: (id: string) => hastened.push(id) > 0,
  } as unknown as Supervisor;
  const spec = (slot: number) => ({ id: `worker-${slot}` }) as never;
  const policy = makeWorkers({ ...defaults, workers }, { supervisor, connections, spec });
  policy.start();
  return new Urgency({ supervisor, connections, workers: policy, living: () => living });
}

const clientComes = () => void connections.add(new Socket(), 'here');

describe('A process that has ended is awaited', () => {
  it('by no one while there are no clients', () => {
    expect(urgencyWith(2).isAwaited('worker-1')).toBe(false);
    expect(urgencyWith(2).isAwaited('coordinator')).toBe(false);
  });

  it('where it was the last worker that clients had', () => {
    const urgency = urgencyWith(2);
    clientComes();
    expect(urgency.isAwaited('worker-1')).toBe(true);
    living = [child('coordinator'), child('worker', true)];
    expect(urgency.isAwaited('worker-1')).toBe(true);
    living = [child('worker')];
    expect(urgency.isAwaited('worker-1')).toBe(false);
  });

  it('where it was the coordinator', () => {
    const urgency = urgencyWith(2);
    clientComes();
    living = [child('worker')];
    expect(urgency.isAwaited('coordinator')).toBe(true);
  });

  it('where each client has a worker of its own, and clients wait while no worker takes them', () => {
    const urgency = urgencyWith('per-client');
    clientComes();
    living = [child('worker')];
    expect(urgency.isAwaited('worker-1')).toBe(false);
    living = [child('worker', true)];
    expect(urgency.isAwaited('worker-1')).toBe(true);
  });
});

describe('A client that comes', () => {
  it('has one process of each missing kind started that waits for its back-off', () => {
    urgencyWith(2).clientCame();
    expect(hastened).toEqual(['coordinator', 'worker-1']);
  });

  it('changes nothing where both kinds are there, or start', () => {
    living = [child('worker'), child('coordinator')];
    urgencyWith(2).clientCame();
    expect(hastened).toEqual([]);
  });
});
