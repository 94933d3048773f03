// Prints what shared locks, queues and values cost, beside a bare round trip of a Unix socket.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Group, runTask } from './index.ts';
import { SyncServer } from './sync-server.ts';

const ROUNDS = 20_000;
const RUNS = 5;
const IN_FLIGHT = 64;
/** About what an acquire takes on the wire. */
const PING_BYTES = 32;

const key = Buffer.alloc(32, 7);
const me = import.meta.filename;

if (process.argv[2]) {
  const [, , role, path = ''] = process.argv;
  if (role === 'echo') {
    createServer((socket) => socket.on('data', (data) => socket.write(data))).listen(path);
  } else {
    await SyncServer.listen({ path, key });
  }
  process.on('message', () => process.send!(process.cpuUsage()));
  process.on('disconnect', () => process.exit());
  process.send!('ready');
} else {
  await main();
}

interface Peer {
  readonly path: string;
  cpuMicros(): Promise<number>;
  end(): void;
}

async function peer(role: string): Promise<Peer> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const path = join(directory, 'socket');
  const child = fork(me, [role, path], { execArgv: [] });
  await once(child, 'message');
  return {
    path,
    async cpuMicros() {
      child.send('cpu');
      const [{ user, system }] = await once(child, 'message');
      return user + system;
    },
    end() {
      child.kill();
      rmSync(directory, { recursive: true });
    },
  };
}

interface Cost {
  readonly micros: number;
  readonly cpuHere: number;
  readonly cpuThere: number;
}

/** Of one operation, in the fastest of some runs. */
async function measure(there: Peer, count: number, work: () => Promise<void>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let run = 0; run < RUNS; run++) {
    const cpuThere = await there.cpuMicros();
    const cpu = process.cpuUsage();
    const begun = performance.now();
    await work();
    const micros = (1000 * (performance.now() - begun)) / count;
    const { user, system } = process.cpuUsage(cpu);
    const spentThere = (await there.cpuMicros()) - cpuThere;
    costs.push({ micros, cpuHere: (user + system) / count, cpuThere: spentThere / count });
  }
  return costs.reduce((best, cost) => (cost.micros < best.micros ? cost : best));
}

async function bare(): Promise<Cost> {
  const echo = await peer('echo');
  const socket = connect(echo.path);
  await once(socket, 'connect');
  const ping = Buffer.alloc(PING_BYTES);
  const cost = await measure(echo, ROUNDS, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let left = ROUNDS;
    const pong = () => {
      if (--left > 0) socket.write(ping);
      else {
        socket.off('data', pong);
        resolve();
      }
    };
    socket.on('data', pong);
    socket.write(ping);
    return promise;
  });
  socket.destroy();
  echo.end();
  return cost;
}

async function repeat(times: number, step: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < times; i++) await step();
}

/** As many at a time as are in flight, each a task of its own. */
async function inFlight(step: (flow: number) => Promise<unknown>): Promise<void> {
  const each = (_: unknown, flow: number) =>
    runTask(() => repeat((5 * ROUNDS) / IN_FLIGHT, () => step(flow)));
  await Promise.all(Array.from({ length: IN_FLIGHT }, each));
}

async function main(): Promise<void> {
  const first = await bare();
  const server = await peer('serve');
  const group = await Group.join({
    HOLDFAST_GROUP: server.path,
    HOLDFAST_GROUP_KEY: key.toString('hex'),
  });
  const lock = await group.lock('lock');
  const locks = await Promise.all(Array.from({ length: IN_FLIGHT }, (_, i) => group.lock(`${i}`)));
  const queue = await group.queue<number>('queue');
  const value = await group.value('value', 0);
  const many = 5 * ROUNDS;
  const measured: [string, Cost][] = [
    [
      'acquire + release',
      await measure(server, ROUNDS, () =>
        repeat(ROUNDS, async () => (await lock.acquire()).release()),
      ),
    ],
    [
      'put + get',
      await measure(server, ROUNDS, () =>
        repeat(ROUNDS, async () => {
          await queue.put(1);
          await queue.get();
        }),
      ),
    ],
    ['Value add', await measure(server, ROUNDS, () => repeat(ROUNDS, () => value.add(1)))],
    [
      `acquire + release, ${IN_FLIGHT} in flight, a lock each`,
      await measure(server, many, () =>
        inFlight(async (flow) => (await locks[flow]!.acquire()).release()),
      ),
    ],
    [
      `acquire + release, ${IN_FLIGHT} in flight, one lock`,
      await measure(server, many, () => inFlight(async () => (await lock.acquire()).release())),
    ],
    [
      `put + get, ${IN_FLIGHT} in flight`,
      await measure(server, many, () =>
        inFlight(async () => {
          const put = queue.put(1);
          await queue.get();
          await put;
        }),
      ),
    ],
  ];
  await group.close();
  server.end();
  const last = await bare();
  const base = Math.min(first.micros, last.micros);
  print([['bare round trip', first], ['bare round trip, again', last], ...measured], base);
}

function print(rows: readonly (readonly [string, Cost])[], base: number): void {
  const line = (...cells: readonly string[]) => {
    const [title = '', ...rest] = cells;
    process.stdout.write(`${title.padEnd(48)}${rest.map((cell) => cell.padStart(12)).join('')}\n`);
  };
  line('', 'µs', '/s', '× bare', 'cpu here', 'cpu there');
  for (const [title, { micros, cpuHere, cpuThere }] of rows) {
    const perSecond = Math.round(1_000_000 / micros).toLocaleString('en');
    const ratio = (micros / base).toFixed(2);
    line(title, micros.toFixed(1), perSecond, ratio, cpuHere.toFixed(1), cpuThere.toFixed(1));
  }
}
