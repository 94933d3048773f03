// The table of connections: in which order hand-overs happened, whatever the time of day is set to.
import type { Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import type { Assignment } from '../link/index.ts';
import type { ChildProcess } from './child-process.ts';
import { Connections } from './connections.ts';

afterEach(() => void vi.restoreAllMocks());

/** A worker that notes what it is given. */
function newWorker() {
  const given: Assignment[] = [];
  const child = { sendSocket: (assignment: Assignment) => given.push(assignment) };
  return { given, child: child as unknown as ChildProcess };
}

it('A later hand-over counts as later although the clock was set back in between', () => {
  const hour = 3_600_000;
  let time = 10 * hour;
  vi.spyOn(Date, 'now').mockImplementation(() => time);
  const connections = new Connections();
  const connection = connections.add({ destroy() {} } as Socket, '10.0.0.1');
  const workers = [newWorker(), newWorker(), newWorker()];
  for (const { child } of workers) {
    connections.assign(connection, child);
    connections.takeFrom(child);
    time -= hour;
  }
  const [first, second, third] = workers.map(({ given }) => given[0]!.handover?.lostAt);
  expect(first).toBe(undefined);
  expect(third).toBeGreaterThan(second!);
});

it('A worker that had hung served its connections until then', () => {
  const connections = new Connections();
  const connection = connections.add({ destroy() {} } as Socket, '10.0.0.1');
  const [hung, next, last] = [newWorker(), newWorker(), newWorker()];
  connections.assign(connection, hung.child);
  connections.takeFrom(hung.child, 2500);
  connections.assign(connection, next.child);
  const { lostAt, servedAt } = next.given[0]!.handover!;
  expect(lostAt - servedAt).toBe(2500);
  connection.identified = true;
  connections.takeBack(connection, next.child);
  connections.assign(connection, last.child);
  const { handover } = last.given[0]!;
  expect(handover!.servedAt).toBe(handover!.lostAt);
});

it('A worker that is lost before it serves a connection does not shorten the pause', () => {
  const connections = new Connections();
  const connection = connections.add({ destroy() {} } as Socket, '10.0.0.1');
  const [hung, killed, last] = [newWorker(), newWorker(), newWorker()];
  connections.assign(connection, hung.child);
  connection.identified = true;
  connections.takeFrom(hung.child, 2500);
  const { servedAt } = connection;
  connections.assign(connection, killed.child);
  connections.takeFrom(killed.child);
  connections.assign(connection, last.child);
  expect(last.given[0]!.handover).toMatchObject({ servedAt });
});
