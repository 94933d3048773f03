import { describe, expect, it } from 'vitest';
import { metricsFiles } from './document-metrics.ts';
import { ProcessMetrics, type PushedMetrics } from './metrics.ts';
import { metricKeys, nameOf, rejectionCode, roles, rowOf } from './metrics-table.ts';
import { ProcessSampler } from './process-sampler.ts';

function sampleOf(snapshot: PushedMetrics, name: string, labels = {}): number | undefined {
  const values = snapshot.flatMap((metric) =>
    metric.values.map((value) => ({ ...value, name: value.metricName ?? metric.name })),
  );
  const same = (other: object) => JSON.stringify(other) === JSON.stringify(labels);
  return values.find((value) => value.name === name && same(value.labels))?.value;
}

describe('the table of metrics', () => {
  it.each(metricKeys)('names %s after the conventions of Prometheus', (key) => {
    const { type, help, combine, buckets = [] } = rowOf(key);
    expect(nameOf(key)).toMatch(/^holdfast_[a-z]+(_[a-z]+)*$/);
    expect(nameOf(key).endsWith('_total')).toBe(type === 'counter');
    expect(nameOf(key)).not.toMatch(/_(ms|count|sum|bucket|milliseconds|kilobytes)(_|$)/);
    if (type === 'histogram') expect(nameOf(key)).toMatch(/_seconds$/);
    if (type !== 'gauge') expect(combine).toBe('sum');
    expect([...buckets].sort((a, b) => a - b)).toEqual(buckets);
    expect(help).toMatch(/^[A-Z].*\.$/);
  });

  it('counts the codes that games define as one', () => {
    expect(rejectionCode('UNKNOWN_ROOM')).toBe('UNKNOWN_ROOM');
    expect(rejectionCode('NO_ARROWS_LEFT')).toBe('GAME');
    expect(rejectionCode('toString')).toBe('GAME');
  });

  it('is in docs/METRICS.md with every name, sentence and label value', () => {
    const [file] = metricsFiles();
    expect(file!.path).toBe('docs/METRICS.md');
    for (const key of metricKeys) {
      const { help, labels } = rowOf(key);
      const part = file!.content.split(`### \`${nameOf(key)}\`\n`)[1]?.split('\n###')[0];
      expect(part).toContain(help);
      for (const value of Object.values(labels).flat()) expect(part).toContain(value);
    }
  });
});

describe('the metrics of a process', () => {
  it.each(roles)('hold what the table lists for the %s, and nothing else', async (role) => {
    const names = (await new ProcessMetrics(role).snapshot()).map((metric) => metric.name);
    const listed = metricKeys.filter((key) => rowOf(key).roles.includes(role));
    expect(names).toEqual(listed.map(nameOf));
  });

  it('count, hold the last value, and sort times into buckets', async () => {
    const worker = new ProcessMetrics('worker');
    worker.count('framesSent');
    worker.count('framesSent', 41);
    worker.count('protocolErrors', 2, { code: 'BAD_FRAME' });
    worker.gauge('connections', 7);
    worker.gauge('connections', 5);
    const found = await worker.snapshot();
    expect(sampleOf(found, 'holdfast_frames_sent_total')).toBe(42);
    expect(sampleOf(found, 'holdfast_protocol_errors_total', { code: 'BAD_FRAME' })).toBe(2);
    expect(sampleOf(found, 'holdfast_connections')).toBe(5);

    const coordinator = new ProcessMetrics('coordinator');
    coordinator.observe('tickSeconds', 0.0015);
    coordinator.observe('tickSeconds', 2);
    const times = await coordinator.snapshot();
    const bucket = (le: number | string) => sampleOf(times, 'holdfast_tick_seconds_bucket', { le });
    expect([bucket(0.001), bucket(0.0025), bucket(1), bucket('+Inf')]).toEqual([0, 1, 1, 2]);
    expect(sampleOf(times, 'holdfast_tick_seconds_count')).toBe(2);
    expect(sampleOf(times, 'holdfast_tick_seconds_sum')).toBeCloseTo(2.0015, 6);
  });

  it('are plain JSON in a snapshot that later reports do not change', async () => {
    const worker = new ProcessMetrics('worker');
    worker.count('framesSent', 1);
    const before = await worker.snapshot();
    const text = JSON.stringify(before);
    worker.count('framesSent', 1);
    expect(JSON.stringify(before)).toBe(text);
    expect(JSON.parse(text)).toEqual(before.map((metric) => JSON.parse(JSON.stringify(metric))));
  });

  it('refuse a metric of another role: by its type, and by an assertion', () => {
    const worker = new ProcessMetrics('worker');
    // @ts-expect-error ticks belong to the coordinator
    expect(() => worker.count('ticks')).toThrow('worker has no counter ticks');
    // @ts-expect-error a gauge is not counted
    expect(() => worker.count('connections')).toThrow();
    // @ts-expect-error the label is missing
    expect(() => worker.count('protocolErrors')).not.toThrow();
    const anyRole: ProcessMetrics = worker;
    expect(() => anyRole.gauge('sessions', 1)).toThrow('worker has no gauge sessions');
    expect(() => anyRole.observe('tickSeconds', 1)).toThrow('worker has no histogram tickSeconds');
  });
});

describe('what a process measures of itself', () => {
  it('is its memory, CPU time without a gap, and the longest delay of its event loop', async () => {
    const metrics = new ProcessMetrics('worker');
    const sampler = new ProcessSampler(metrics, () => performance.now());
    const turns = async (count: number) => {
      for (let i = 0; i < count; i++) await new Promise((turned) => setTimeout(turned, 10));
    };
    await turns(5);
    const until = performance.now() + 150;
    while (performance.now() < until);
    await turns(5);
    const { eventLoopLagMs, residentBytes } = sampler.sample();
    expect(eventLoopLagMs).toBeGreaterThan(100);
    expect(residentBytes).toBeGreaterThan(1e6);
    // The delay stays visible until every scraper has seen it.
    expect(sampler.sample().eventLoopLagMs).toBe(eventLoopLagMs);

    const { user, system } = process.cpuUsage();
    const counted = sampleOf(await metrics.snapshot(), 'holdfast_process_cpu_seconds_total')!;
    const used = (user + system) / 1e6;
    expect(counted).toBeLessThanOrEqual(used);
    expect(counted).toBeGreaterThan(used - 0.1);
    sampler.close();
  });

  it('forgets a delay after the window that follows it', async () => {
    let now = 0;
    const sampler = new ProcessSampler(new ProcessMetrics('worker'), () => now);
    await new Promise((turned) => setTimeout(turned, 60));
    const until = performance.now() + 150;
    while (performance.now() < until);
    await new Promise((turned) => setTimeout(turned, 60));
    now = 15_000;
    const { eventLoopLagMs } = sampler.sample();
    expect(eventLoopLagMs).toBeGreaterThan(100);
    expect(sampler.sample().eventLoopLagMs).toBe(eventLoopLagMs);
    now = 30_000;
    sampler.sample();
    expect(sampler.sample().eventLoopLagMs).toBeLessThan(eventLoopLagMs);
    sampler.close();
  });
});
