import { describe, expect, it } from 'vitest';
import { encode, newHistogram, percentileMs, record } from './latency.ts';
import type { Sample } from './messages.ts';
import { parseMetrics, quantileOf, sumOf } from './metrics-text.ts';
import { parseMachineStat, parsePss, parseStat } from './process-usage.ts';
import { type Reading, serverReport } from './server-usage.ts';
import { sharesOf } from './swarms.ts';
import { Totals } from './totals.ts';

const sampleOf = (latenciesMs: readonly number[], more: Partial<Sample> = {}): Sample => {
  const histogram = newHistogram();
  for (const ms of latenciesMs) record(histogram, ms);
  return {
    measuring: true,
    seconds: 2,
    ready: 0,
    drops: 0,
    lastError: undefined,
    commandsSent: 0,
    commandsAcknowledged: 0,
    commandsRejected: 0,
    statesReceived: 0,
    fewestStates: null,
    longestGapMs: null,
    bytesReceived: 0,
    bytesSent: 0,
    ticks: 0,
    tickSeconds: 0,
    tickGapMs: 0,
    latencyMicros: encode(histogram),
    lagP99Ms: 0,
    cpuSeconds: 0,
    ...more,
  };
};

describe('Latencies', () => {
  it('keep three digits through recording, sending and adding up', () => {
    const totals = new Totals(2);
    totals.add(0, sampleOf(Array.from({ length: 990 }, (_, i) => (i + 1) / 10)));
    totals.add(1, sampleOf(Array.from({ length: 10 }, () => 1234)));
    expect(totals.latency.totalCount).toBe(1000);
    expect(percentileMs(totals.latency, 50)).toBeCloseTo(50, 0);
    expect(percentileMs(totals.latency, 99)).toBeCloseTo(99, 0);
    expect(percentileMs(totals.latency, 99.9) / 1234).toBeCloseTo(1, 2);
  });

  it('of none are no number, and those beyond a minute count as a minute', () => {
    const histogram = newHistogram();
    expect(percentileMs(histogram, 99)).toBeNaN();
    record(histogram, 1e9);
    expect(percentileMs(histogram, 100) / 60_000).toBeCloseTo(1, 2);
  });

  it('from before the window are shown but not kept', () => {
    const totals = new Totals(1);
    totals.add(0, sampleOf([5], { measuring: false }));
    totals.add(0, sampleOf([7]));
    expect(totals.latency.totalCount).toBe(1);
    expect(totals.takeRecent().totalCount).toBe(2);
    expect(totals.takeRecent().totalCount).toBe(0);
  });
});

describe('Totals', () => {
  it('add up the newest sample of each swarm, and take the mean of their times', () => {
    const totals = new Totals(3);
    totals.add(0, sampleOf([], { statesReceived: 1, ready: 1 }));
    totals.add(0, sampleOf([], { statesReceived: 10, ready: 2, seconds: 4 }));
    totals.add(1, sampleOf([], { statesReceived: 5, ready: 3, lastError: 'lost' }));
    expect(totals.sums()).toMatchObject({ statesReceived: 15, ready: 5, seconds: 3 });
    expect(totals.lastError).toBe('lost');
  });

  it('have the tick rate of the slowest room, if any was watched', () => {
    const totals = new Totals(3);
    expect(totals.ticksPerSecond()).toBeUndefined();
    totals.add(0, sampleOf([], { ticks: 40, tickSeconds: 2 }));
    totals.add(1, sampleOf([], { ticks: 30, tickSeconds: 2 }));
    totals.add(2, sampleOf([]));
    expect(totals.ticksPerSecond()).toBe(15);
  });

  it('are of swarms that share the clients evenly', () => {
    expect(sharesOf(1000, 3)).toEqual([334, 333, 333]);
    expect(sharesOf(2, 2)).toEqual([1, 1]);
  });
});

const page = (fast: number, slow: number) =>
  parseMetrics(`# HELP holdfast_lag_seconds Text with {braces} and 1.
# TYPE holdfast_lag_seconds histogram
holdfast_lag_seconds_bucket{le="0.001"} ${fast}
holdfast_lag_seconds_bucket{le="0.1"} ${fast + slow}
holdfast_lag_seconds_bucket{le="+Inf"} ${fast + slow}
holdfast_up{role="worker",slot="1"} 1
holdfast_up{role="worker",slot="2"} 1
holdfast_up{role="primary",text="a \\"b\\", c}"} 0.5 1700000000000
`);

describe('Metrics', () => {
  it('are read with their labels and summed over those that are not asked for', () => {
    expect(sumOf(page(1, 0), 'holdfast_up')).toBe(2.5);
    expect(sumOf(page(1, 0), 'holdfast_up', { role: 'worker' })).toBe(2);
    expect(sumOf(page(1, 0), 'holdfast_up', { text: 'a "b", c}' })).toBe(0.5);
    expect(sumOf(page(1, 0), 'holdfast_gone')).toBeNaN();
  });

  it('give quantiles of what a histogram counted between two readings', () => {
    const quantile = (part: number) =>
      quantileOf(page(1000, 0), page(1098, 2), 'holdfast_lag_seconds', part);
    expect(quantile(0.5)).toBe(0.001);
    expect(quantile(0.99)).toBe(0.1);
    expect(quantileOf(page(5, 0), page(5, 0), 'holdfast_lag_seconds', 0.5)).toBeNaN();
  });
});

describe('What processes use', () => {
  it('is read from /proc, whatever their name is', () => {
    const stat = '7 (a b) (c) S 1 7 7 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 11 0 99 1 1';
    expect(parseStat(stat)).toBe(3);
    expect(parseStat('')).toBeUndefined();
    expect(parsePss('Rss:  900 kB\nPss:    12 kB\nPss_Anon: 7 kB\n')).toBe(12_288);
    expect(parseMachineStat('cpu  100 20 70 500 900 4 6 0\ncpu0 1 1 1')).toBe(2);
    expect(parseMachineStat('')).toBeUndefined();
  });

  it('is the difference of two readings, also for processes that began in between', () => {
    const reading = (at: number, pids: Record<number, [cpu: number, pss: number]>): Reading => ({
      at,
      metrics: [],
      deaths: 0,
      machineCpuSeconds: at / 1000,
      processes: Object.entries(pids).map(([pid, [cpuSeconds, pssBytes]]) => ({
        info: { role: 'worker', slot: 1, pid: Number(pid) },
        cpuSeconds,
        pssBytes,
      })),
    });
    const report = serverReport(
      {
        base: reading(0, { 1: [1, 1000], 2: [1, 1000] }),
        begin: reading(10_000, { 1: [2, 5000], 2: [2, 5000] }),
        end: reading(20_000, { 1: [4, 5000], 3: [1, 7000] }),
      },
      { states: 100_000, connected: 10, cpuSeconds: 5 },
    );
    expect(report).toMatchObject({
      cpuSeconds: 3,
      cpuMicrosPerState: 30,
      pssBytes: 12_000,
      pssBytesPerConnection: 1000,
      othersCpuPercent: 20,
      tickLagMs: null,
      ticksSkipped: null,
    });
    expect(report.processes.map((process) => process.cpuPercent)).toEqual([20, 10]);
  });
});
