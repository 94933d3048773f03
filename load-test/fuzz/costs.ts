// Measures what one message of each kind costs the server: processor time, bytes sent and written.
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSecondsOf } from '../process-usage.ts';
import { ServerProcess } from '../server-process.ts';
import { CostClient } from './cost-client.ts';
import { type CostRow, costRows } from './cost-table.ts';

export interface Cost {
  readonly name: string;
  /** Processor time of all of the server's processes; what an idle server takes is subtracted. */
  readonly serverMicros: number;
  /** The same in pings. */
  readonly pings: number;
  /** Of the client that sent it, decoding of the answers included. */
  readonly clientMicros: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** By how much the data directory has grown. */
  readonly diskBytes: number;
}

export interface Costs {
  readonly rows: readonly Cost[];
}

/** The limits of rates are raised: their purpose is to prevent what is measured here. */
const RATES = '100000';
const SERVER_FLAGS = [
  ...['--workers', '1', '--commands-per-second', RATES, '--in-flight-max', '1024'],
  ...['--joins-per-second', '10000', '--lobby-commands-per-second', RATES],
  ...['--rooms-max', '2000', '--rooms-per-account-max', '2000', '--sessions-max', '100000'],
  ...['--room-empty-ms', '500'],
  // Journals only grow while no room is written down whole.
  ...['--snapshot-ms', '3600000'],
];
const SETTLE_MS = 1500;
const IDLE_MS = 2000;
/** Clients that do it at one time, so that what is measured is not the waiting. */
const AT_ONCE = 16;

/** @param share 1, or less for a quick look. */
export async function measureCosts(say: (line: string) => void, share = 1): Promise<Costs> {
  const rows: Cost[] = [];
  for (const row of costRows) {
    const cost = await measure(row, Math.ceil(row.times * share));
    say(`${row.name}: ${Math.round(cost.serverMicros)} µs`);
    const ping = rows[0]?.serverMicros ?? cost.serverMicros;
    rows.push({ ...cost, pings: cost.serverMicros / ping });
  }
  return { rows };
}

/** On a server of its own: rooms and sessions of the row before are no part of it. */
async function measure({ name, prepare }: CostRow, times: number): Promise<Omit<Cost, 'pings'>> {
  const data = await mkdtemp(join(tmpdir(), 'holdfast-costs-'));
  try {
    const args = [...SERVER_FLAGS, '--data', data];
    await using server = await ServerProcess.start({ args, env: { HOLDFAST_SPARES: '0' } });
    const connecting = Array.from({ length: AT_ONCE }, () => CostClient.connect(server.port));
    const clients = await Promise.all(connecting);
    using _clients = closing(clients);
    const acts = await Promise.all(clients.map(prepare));
    await repeat(acts, Math.ceil(times / 10));
    await sleep(SETTLE_MS);
    const pids = (await server.processes()).map(({ pid }) => pid);
    const idle = await idleShare(pids);
    const before = reading(pids, data, clients);
    await repeat(acts, times);
    // What it has begun besides is paid for as well.
    await sleep(SETTLE_MS);
    const after = reading(pids, data, clients);
    const seconds = (after.at - before.at) / 1000;
    const cpu = after.cpuSeconds - before.cpuSeconds - idle * seconds;
    return {
      name,
      serverMicros: Math.max(0, cpu / times) * 1e6,
      clientMicros: ((after.own - before.own) / times) * 1e6,
      bytesIn: (after.sent - before.sent) / times,
      bytesOut: (after.received - before.received) / times,
      diskBytes: (after.diskBytes - before.diskBytes) / times,
    };
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

/** Each client does it again and again, until it was done so often in all. */
async function repeat(acts: readonly (() => Promise<unknown>)[], times: number): Promise<void> {
  let left = times;
  const repeatOne = async (act: () => Promise<unknown>) => {
    while (left-- > 0) await act();
  };
  await Promise.all(acts.map(repeatOne));
}

const closing = (clients: readonly CostClient[]): Disposable => ({
  [Symbol.dispose]: () => {
    for (const client of clients) client[Symbol.dispose]();
  },
});

/** How many processors the server takes while nothing is asked of it: rooms tick. */
async function idleShare(pids: readonly number[]): Promise<number> {
  const [at, before] = [performance.now(), cpuOf(pids)];
  await sleep(IDLE_MS);
  return ((cpuOf(pids) - before) * 1000) / (performance.now() - at);
}

function reading(pids: readonly number[], data: string, clients: readonly CostClient[]) {
  const { user, system } = process.cpuUsage();
  let [sent, received] = [0, 0];
  for (const client of clients) {
    sent += client.sent;
    received += client.received;
  }
  const own = (user + system) / 1e6;
  const at = performance.now();
  return { at, cpuSeconds: cpuOf(pids), own, diskBytes: bytesIn(data), sent, received };
}

const cpuOf = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + (cpuSecondsOf(pid) ?? 0), 0);

function bytesIn(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    // Code that was compiled is no cost of a message.
    if (!name.startsWith('compiled'))
      bytes += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

export function costsText({ rows }: Costs): string {
  const heads = ['', 'server µs', 'pings', 'client µs', 'bytes in', 'bytes out', 'disk bytes'];
  const lines = rows.map((row) => [
    row.name,
    row.serverMicros.toFixed(0),
    row.pings.toFixed(1),
    row.clientMicros.toFixed(0),
    row.bytesIn.toFixed(0),
    row.bytesOut.toFixed(0),
    row.diskBytes.toFixed(0),
  ]);
  const widths = heads.map((head, i) =>
    Math.max(head.length, ...lines.map((line) => line[i]!.length)),
  );
  const text = [heads, ...lines].map((line) =>
    line
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  '),
  );
  return `${text.join('\n')}\n`;
}
