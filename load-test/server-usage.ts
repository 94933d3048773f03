// What the server's processes have used between two readings.
import type { AdminApi, ServerProcessInfo } from './admin-api.ts';
import { type MetricRow, quantileOf, sumOf } from './metrics-text.ts';
import { cpuSecondsOf, machineCpuSeconds, pssBytesOf } from './process-usage.ts';
import type { ServerProcessReport, ServerReport } from './report.ts';

export interface Reading {
  /** By `performance.now()`. */
  readonly at: number;
  readonly processes: readonly ProcessReading[];
  readonly metrics: readonly MetricRow[];
  /** Processes that have died since the server's start, as far as it remembers. */
  readonly deaths: number;
  /** Of all programs on this machine. */
  readonly machineCpuSeconds: number | undefined;
}

export interface ProcessReading {
  readonly info: Pick<ServerProcessInfo, 'role' | 'slot' | 'pid'>;
  readonly cpuSeconds: number | undefined;
  readonly pssBytes: number | undefined;
}

/** Asks the server for its processes and its metrics, and /proc for what they used. */
export async function takeReading(admin: AdminApi): Promise<Reading> {
  const [infos, metrics, deaths] = await Promise.all([
    admin.processes(),
    admin.metricRows(),
    admin.deaths(),
  ]);
  const at = performance.now();
  const processes = infos.map((info) => ({
    info,
    cpuSeconds: cpuSecondsOf(info.pid),
    pssBytes: pssBytesOf(info.pid),
  }));
  return { at, processes, metrics, deaths, machineCpuSeconds: machineCpuSeconds() };
}

export interface Readings {
  /** Before anybody connected. */
  readonly base: Reading;
  /** When the window began, and when it ended. */
  readonly begin: Reading;
  readonly end: Reading;
}

/** What the clients saw in the window, and what CPU time they and the load-test used. */
export interface Counted {
  readonly states: number;
  readonly connected: number;
  readonly cpuSeconds: number;
}

/** A process that has ended within the window is not in the result. */
export function serverReport({ base, begin, end }: Readings, counted: Counted): ServerReport {
  const processes = end.processes.map((process) => processReport(process, begin, end));
  const cpuSeconds = processes.reduce((sum, process) => sum + (process.cpuSeconds ?? 0), 0);
  const pssBytes = pssOf(end);
  const pssBytesBefore = pssOf(base);
  const growth = pssBytes === null || pssBytesBefore === null ? null : pssBytes - pssBytesBefore;
  const { states, connected } = counted;
  const skipped = 'holdfast_ticks_skipped_total';
  return {
    processes,
    cpuSeconds,
    cpuMicrosPerState: states === 0 ? null : (cpuSeconds * 1e6) / states,
    pssBytes,
    pssBytesBefore,
    pssBytesPerConnection: growth === null || connected === 0 ? null : growth / connected,
    tickLagMs: tickLag(begin, end),
    othersCpuPercent: othersPercent(begin, end, cpuSeconds + counted.cpuSeconds),
    ticksSkipped: numberOrNull(sumOf(end.metrics, skipped) - sumOf(begin.metrics, skipped)),
    deaths: end.deaths - base.deaths,
  };
}

function processReport(
  { info, cpuSeconds, pssBytes }: ProcessReading,
  begin: Reading,
  end: Reading,
): ServerProcessReport {
  const before = begin.processes.find((process) => process.info.pid === info.pid);
  // One that began within the window has used all its time within it.
  const used = cpuSeconds === undefined ? null : cpuSeconds - (before?.cpuSeconds ?? 0);
  return {
    role: info.role,
    slot: info.slot,
    pid: info.pid,
    cpuSeconds: used,
    cpuPercent: used === null ? null : (used * 100_000) / (end.at - begin.at),
    pssBytes: pssBytes ?? null,
  };
}

function pssOf({ processes }: Reading): number | null {
  let sum = 0;
  for (const { pssBytes } of processes) {
    if (pssBytes === undefined) return null;
    sum += pssBytes;
  }
  return sum;
}

function othersPercent(begin: Reading, end: Reading, ours: number): number | null {
  if (begin.machineCpuSeconds === undefined || end.machineCpuSeconds === undefined) return null;
  const all = end.machineCpuSeconds - begin.machineCpuSeconds;
  return (Math.max(0, all - ours) * 100_000) / (end.at - begin.at);
}

function tickLag(begin: Reading, end: Reading): ServerReport['tickLagMs'] {
  const [p50, p99] = [0.5, 0.99].map(
    (part) => quantileOf(begin.metrics, end.metrics, 'holdfast_tick_lag_seconds', part) * 1000,
  );
  return Number.isNaN(p99) ? null : { p50: p50!, p99: p99! };
}

const numberOrNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
