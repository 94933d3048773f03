// The toolkit's own part of the benchmark, and a bare round trip to hold it against.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Group, Pipe, Pool, Process, runTask, target } from '../toolkit.ts';
import { type Cost, costOf } from './measure.ts';
import type { Report } from './report.ts';
import { IN_FLIGHT, ITEMS, inFlight, PROCESSES, repeat, SINGLE_TASKS } from './sizes.ts';
import { echo, produce, square } from './tasks.ts';

const NAME = 'Holdfast';
const tasks = new URL(import.meta.resolve('./tasks.js'));
/** About what an acquire takes on the wire. */
const PING_BYTES = 32;

export async function ours(report: Report): Promise<void> {
  report.add('there and back', 'a bare Unix socket', await roundTrip());
  await using group = await Group.start();
  await locks(group, report);
  await queues(group, report);
  const value = await group.value('value', 0);
  report.add('Value add, one at a time', NAME, await one(5_000, () => value.add(1)));
  report.add('Value add, 64 in flight', NAME, await many(64_000, () => value.add(1)));
  await pools(report);
}

async function locks(group: Group, report: Report): Promise<void> {
  const lock = await group.lock('lock');
  const cycle = async () => (await lock.acquire()).release();
  report.add('lock and unlock, one at a time', NAME, await one(5_000, cycle));
  const all = await Promise.all(Array.from({ length: IN_FLIGHT }, (_, i) => group.lock(`${i}`)));
  const each = async (flow: number) => (await all[flow]!.acquire()).release();
  report.add('lock and unlock, 64 in flight', NAME, await many(64_000, each));
  const operations = 64_000;
  const contended = () =>
    Promise.all(
      Array.from({ length: IN_FLIGHT }, () => runTask(() => repeat(operations / IN_FLIGHT, cycle))),
    );
  const cost = await costOf({ operations, run: contended });
  report.add('lock and unlock, 64 in flight', `${NAME}, all for one lock`, cost);
}

async function queues(group: Group, report: Report): Promise<void> {
  const single = await group.queue<number>('single');
  const cycle = async () => {
    await single.put(1);
    await single.get();
  };
  report.add('put and get, one at a time', NAME, await one(3_000, cycle));
  const queue = await group.queue<string>('queue');
  const [here, there] = Pipe.ends();
  await using pipe = Pipe.open<number>(here);
  const producer = new Process({ target: target(tasks, produce), args: ['queue', there] }).start();
  const operations = 64_000;
  const run = async () => {
    await pipe.send(operations);
    await inFlight(operations, () => queue.get());
  };
  report.add('from a process to another by a queue', NAME, await costOf({ operations, run }));
  pipe.close();
  await producer.join();
}

async function pools(report: Report): Promise<void> {
  await using pool = new Pool({ processes: PROCESSES });
  const of = target(tasks, square);
  const run = () => pool.run(of, [3]);
  report.add('Pool task, one at a time', NAME, await one(SINGLE_TASKS, run));
  report.add('Pool task, 64 in flight', NAME, await many(64_000, run));
  const items = Array.from({ length: ITEMS }, (_, index) => index);
  const map = { operations: ITEMS, run: () => pool.map(of, items) };
  report.add('map of trivial tasks, default chunks', NAME, await costOf(map));
}

const one = (operations: number, step: () => Promise<unknown>): Promise<Cost> =>
  costOf({ operations, run: () => repeat(operations, step) });
const many = (operations: number, step: (flow: number) => Promise<unknown>): Promise<Cost> =>
  costOf({ operations, run: () => inFlight(operations, step) });

async function roundTrip(): Promise<Cost> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const path = join(directory, 'socket');
  const [here, there] = Pipe.ends();
  using ready = Pipe.open(here);
  await using _server = new Process({ target: target(tasks, echo), args: [path, there] }).start();
  await ready.recv();
  const socket = connect(path);
  await once(socket, 'connect');
  const ping = Buffer.alloc(PING_BYTES);
  let answered = () => {};
  socket.on('data', () => answered());
  const step = () =>
    new Promise<void>((resolve) => {
      answered = resolve;
      socket.write(ping);
    });
  const cost = await one(5_000, step);
  socket.destroy();
  rmSync(directory, { recursive: true });
  return cost;
}
