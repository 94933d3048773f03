// Which worker a connection gets where each client has a process of its own.
import { Socket } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ChildSpec, Supervisor } from '../multiprocessing/index.ts';
import type { ChildProcess } from './child-process.ts';
import { Connections, type KeptConnection } from './connections.ts';
import { WorkerPerClient } from './worker-per-client.ts';
import { slotOf } from './workers.ts';

const limits = {
  perClientMax: 4,
  perClientPerAddressMax: 2,
  perClientSpare: 1,
  exemptAddresses: ['127.0.0.0/8'],
};

let connections: Connections;
/** The processes that there are, by slot. */
let ready: Map<number, ChildProcess>;
let workers: WorkerPerClient;
/** Processes that are added are ready at once. */
let isQuick: boolean;

beforeEach(() => {
  isQuick = true;
  connections = new Connections();
  ready = new Map();
  const supervisor = {
    add: ({ id }: ChildSpec) => isQuick && ready.set(slotOf(id), worker(slotOf(id))),
    remove: (id: string) => {
      ready.delete(slotOf(id));
      workers.ended(slotOf(id));
    },
  } as unknown as Supervisor;
  const spec = (slot: number) => ({ id: `worker-${slot}` }) as ChildSpec;
  workers = new WorkerPerClient({ supervisor, connections, spec }, limits);
  workers.start();
});

const worker = (slot: number) =>
  ({
    identity: { role: 'worker', slot, worker: slot },
    sendSocket() {},
  }) as unknown as ChildProcess;

function connect(address: string): KeptConnection {
  const connection = connections.add(new Socket(), address);
  assign(connection);
  return connection;
}

/** @returns the slot of the worker that it gets. */
function assign(connection: KeptConnection): number {
  const picked = workers.pick(ready.values(), connection)!;
  connections.assign(connection, picked);
  connections.acknowledge(connection);
  return picked.identity.slot;
}

/** The hello was good: the connection is moved where it may be. */
function identify(connection: KeptConnection): void {
  workers.identified(connection);
  move();
}

function move(): void {
  for (const connection of workers.moves(ready.values())) {
    connections.takeBack(connection, connection.worker!);
    assign(connection);
  }
  workers.changed(ready.values());
}

function close(connection: KeptConnection): void {
  connections.remove(connection);
  workers.removed(connection);
  move();
}

const slotsOf = (...of: KeptConnection[]) => of.map((each) => each.worker?.identity.slot);

describe('A connection without a hello', () => {
  it('is served by the worker that all of them share, and starts no process', () => {
    const silent = Array.from({ length: 50 }, (_, i) => connect(`10.0.0.${i}`));
    expect(new Set(slotsOf(...silent))).toEqual(new Set([1]));
    expect(ready.size).toBe(2);
  });

  it('does not wait for one that has said hello and whose process starts', () => {
    const ada = connect('a');
    ready.delete(2);
    isQuick = false;
    identify(ada);
    const bob = connect('b');
    expect(slotsOf(ada, bob)).toEqual([1, 1]);
  });
});

describe('A client that has said hello', () => {
  it('is moved to a process of its own, which ends with it', () => {
    const [ada, bob] = [connect('a'), connect('b')];
    identify(ada);
    identify(bob);
    const [own, other] = slotsOf(ada, bob);
    expect(new Set([1, own, other]).size).toBe(3);
    close(ada);
    expect(ready.has(own!)).toBe(false);
    const carl = connect('c');
    identify(carl);
    expect(slotsOf(carl)).not.toEqual([other]);
  });

  it('beyond the limit of its address stays with the shared worker, until another one goes', () => {
    const [first, second, third] = [connect('a'), connect('a'), connect('a')];
    for (const each of [first, second, third]) identify(each);
    expect(slotsOf(third)).toEqual([1]);
    expect(slotsOf(first, second)).not.toContain(1);
    close(first);
    expect(slotsOf(third)).not.toEqual([1]);
  });

  it('beyond the limit of its address takes no place from clients of other addresses', () => {
    for (let i = 0; i < 20; i++) identify(connect('10.0.0.1'));
    expect(workers.hasRoom()).toBe(true);
    const bob = connect('10.0.0.2');
    identify(bob);
    expect(slotsOf(bob)).not.toEqual([1]);
  });

  it('shares the limit of its address with all of its network of 64 bits', () => {
    const three = ['2001:db8::1', '2001:db8::2', '2001:db8:0:0:3::3'].map(connect);
    for (const each of three) identify(each);
    expect(slotsOf(three[2]!)).toEqual([1]);
    close(three[0]!);
    expect(slotsOf(three[2]!)).not.toEqual([1]);
  });

  it('of an exempt address has no limit of its address', () => {
    const four = Array.from({ length: 4 }, () => connect('127.0.0.1'));
    for (const each of four) identify(each);
    expect(slotsOf(...four)).not.toContain(1);
  });

  it('whose process dies is served by a spare one, or by the shared worker until there is one', () => {
    const ada = connect('a');
    identify(ada);
    const [own] = slotsOf(ada);
    connections.takeFrom(ada.worker!);
    const spares = [...ready.keys()].filter((slot) => slot !== 1);
    for (const slot of spares) ready.delete(slot);
    expect(assign(ada)).toBe(1);
    ready.set(9, worker(9));
    move();
    expect(slotsOf(ada)).toEqual([9]);
    expect(own).not.toBe(9);
  });

  it('counts against the limit of all, and others are refused from there on', () => {
    const clients = ['a', 'a', 'b', 'b'].map(connect);
    for (const each of clients) identify(each);
    expect(workers.hasRoom()).toBe(false);
    close(clients[0]!);
    expect(workers.hasRoom()).toBe(true);
  });
});

describe('The shared worker', () => {
  it('is replaced by another that is shared', () => {
    const ada = connect('a');
    const [next] = workers.replace(1);
    const old = ready.get(1)!;
    ready.delete(1);
    connections.takeBack(ada, old);
    expect(assign(ada)).toBe(next);
    workers.ended(1);
    expect(slotsOf(connect('b'))).toEqual([next]);
  });
});
