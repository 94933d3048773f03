import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetricsAggregate } from './aggregate.ts';
import { ProcessMetrics, type PushedMetrics } from './metrics.ts';

/** The samples of a page: name with labels in order of their names, to value. */
function samplesOf(page: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of page.split('\n')) {
    const match = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!match) continue;
    const labels = (match[2] ?? '').split(',').filter(Boolean).sort().join(',');
    const name = labels ? `${match[1]}{${labels}}` : match[1]!;
    expect(samples.has(name), `${name} twice`).toBe(false);
    samples.set(name, Number(match[3]));
  }
  return samples;
}

const primary = new ProcessMetrics('primary');
const samplesIn = async (aggregate: MetricsAggregate) => samplesOf(await aggregate.text(primary));

async function workerWith(framesSent: number, connections: number): Promise<PushedMetrics> {
  const metrics = new ProcessMetrics('worker');
  metrics.count('framesSent', framesSent);
  metrics.count('linkMessagesSent', framesSent);
  metrics.gauge('connections', connections);
  metrics.gauge('processResidentMemoryBytes', 1000 * framesSent);
  return JSON.parse(JSON.stringify(await metrics.snapshot()));
}

describe('the page of all processes', () => {
  it('sums counters and gauges over workers', async () => {
    const aggregate = new MetricsAggregate(() => 0);
    aggregate.report('a', 'worker', 1, await workerWith(10, 3));
    aggregate.report('b', 'worker', 2, await workerWith(20, 4));
    const samples = await samplesIn(aggregate);
    expect(samples.get('holdfast_frames_sent_total')).toBe(30);
    expect(samples.get('holdfast_connections')).toBe(7);
  });

  it('takes the newest report of a process in place of its former one', async () => {
    const aggregate = new MetricsAggregate(() => 0);
    aggregate.report('a', 'worker', 1, await workerWith(10, 3));
    aggregate.report('a', 'worker', 1, await workerWith(11, 2));
    const samples = await samplesIn(aggregate);
    expect(samples.get('holdfast_frames_sent_total')).toBe(11);
    expect(samples.get('holdfast_connections')).toBe(2);
  });

  it('tells roles apart where several report the same, and processes by their slot', async () => {
    const aggregate = new MetricsAggregate(() => 0);
    const coordinator = new ProcessMetrics('coordinator');
    coordinator.count('linkMessagesSent', 5);
    aggregate.report('a', 'worker', 1, await workerWith(10, 3));
    aggregate.report('b', 'worker', 2, await workerWith(20, 3));
    aggregate.report('c', 'coordinator', 1, await coordinator.snapshot());
    const samples = await samplesIn(aggregate);
    expect(samples.get('holdfast_link_messages_sent_total{role="worker"}')).toBe(30);
    expect(samples.get('holdfast_link_messages_sent_total{role="coordinator"}')).toBe(5);
    const memory = (slot: number) =>
      samples.get(`holdfast_process_resident_memory_bytes{role="worker",slot="${slot}"}`);
    expect([memory(1), memory(2)]).toEqual([10_000, 20_000]);
  });

  it('says how old the values of a process are, and which slots live', async () => {
    let now = 1000;
    const aggregate = new MetricsAggregate(() => now);
    aggregate.report('a', 'worker', 1, await workerWith(1, 1));
    now = 3500;
    aggregate.report('b', 'worker', 2, await workerWith(1, 1));
    aggregate.died('b');
    const samples = await samplesIn(aggregate);
    const age = 'holdfast_process_report_age_seconds';
    expect(samples.get(`${age}{role="worker",slot="1"}`)).toBe(2.5);
    expect(samples.has(`${age}{role="worker",slot="2"}`)).toBe(false);
    expect(samples.get('holdfast_process_up{role="primary",slot="0"}')).toBe(1);
    expect(samples.get('holdfast_process_up{role="worker",slot="1"}')).toBe(1);
    expect(samples.get('holdfast_process_up{role="worker",slot="2"}')).toBe(0);
    aggregate.forget('worker', 2);
    expect((await samplesIn(aggregate)).has('holdfast_process_up{role="worker",slot="2"}')).toBe(
      false,
    );
  });

  it('begins every counter at zero with each of its label values', async () => {
    const samples = await samplesIn(new MetricsAggregate(() => 0));
    expect(samples.get('holdfast_ticks_total')).toBe(0);
    expect(samples.get('holdfast_connections_refused_total{reason="per_client"}')).toBe(0);
    expect(samples.get('holdfast_process_restarts_total{role="worker"}')).toBe(0);
    expect(samples.get('holdfast_link_bytes_sent_total{role="coordinator"}')).toBe(0);
  });
});

describe('a process that has died', () => {
  it('leaves its counters in the sums and takes its gauges with it', async () => {
    const aggregate = new MetricsAggregate(() => 0);
    aggregate.report('a', 'worker', 1, await workerWith(10, 3));
    aggregate.died('a');
    aggregate.report('b', 'worker', 1, await workerWith(1, 2));
    const samples = await samplesIn(aggregate);
    expect(samples.get('holdfast_frames_sent_total')).toBe(11);
    expect(samples.get('holdfast_connections')).toBe(2);
    expect(samples.get('holdfast_process_up{role="worker",slot="1"}')).toBe(1);
  });

  it('is not counted again when it is told twice, or its last report comes late', async () => {
    const aggregate = new MetricsAggregate(() => 0);
    aggregate.report('a', 'worker', 1, await workerWith(10, 3));
    aggregate.died('a');
    aggregate.died('a');
    aggregate.report('a', 'worker', 1, await workerWith(12, 3));
    aggregate.died('never reported');
    const samples = await samplesIn(aggregate);
    expect(samples.get('holdfast_frames_sent_total')).toBe(10);
    expect(samples.has('holdfast_connections')).toBe(false);
  });

  it('does not mark its slot as dead when its replacement has reported before', async () => {
    const aggregate = new MetricsAggregate(() => 0);
    aggregate.report('a', 'worker', 1, await workerWith(1, 1));
    aggregate.report('b', 'worker', 1, await workerWith(1, 1));
    aggregate.died('a');
    const samples = await samplesIn(aggregate);
    expect(samples.get('holdfast_process_up{role="worker",slot="1"}')).toBe(1);
  });
});

describe('counters and histograms, whatever happens to processes', () => {
  const SLOTS = 4;
  const step = fc.record({
    slot: fc.nat(SLOTS - 1),
    kind: fc.constantFrom('work', 'report', 'die', 'report late'),
    frames: fc.nat(1000),
    seconds: fc.integer({ min: 0, max: 3000 }).map((ms) => ms / 1000),
    code: fc.constantFrom('BAD_FRAME' as const, 'INTERNAL' as const),
  });

  const isMonotone = (name: string) => /(_total|_bucket|_sum|_count)(\{|$)/.test(name);

  it('never go backwards, and count everything that was reported once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const aggregate = new MetricsAggregate(() => 0);
        let started = 0;
        const start = (role: 'worker' | 'coordinator') => ({
          key: `process ${started++}`,
          role,
          worker: new ProcessMetrics('worker'),
          coordinator: new ProcessMetrics('coordinator'),
          frames: 0,
          reported: 0,
        });
        const roleOf = (slot: number) => (slot === 0 ? 'coordinator' : 'worker');
        const slots = Array.from({ length: SLOTS }, (_, slot) => start(roleOf(slot)));
        let reportedByDead = 0;
        let before = await samplesIn(aggregate);
        for (const { slot, kind, frames, seconds, code } of steps) {
          const living = slots[slot]!;
          const snapshot = () => living[living.role].snapshot();
          if (kind === 'work') {
            living.frames += frames;
            living.worker.count('framesSent', frames);
            living.worker.count('protocolErrors', 1, { code });
            living.worker.count('processCpuSeconds', seconds);
            living.coordinator.observe('tickSeconds', seconds);
            living.coordinator.count('processCpuSeconds', seconds);
          } else if (kind === 'report') {
            aggregate.report(living.key, living.role, slot, await snapshot());
            living.reported = living.frames;
          } else {
            aggregate.died(living.key);
            if (kind === 'report late') {
              aggregate.report(living.key, living.role, slot, await snapshot());
            }
            if (living.role === 'worker') reportedByDead += living.reported;
            slots[slot] = start(roleOf(slot));
          }
          const after = await samplesIn(aggregate);
          for (const [name, value] of before) {
            if (isMonotone(name)) expect(after.get(name), name).toBeGreaterThanOrEqual(value);
          }
          before = after;
        }
        const reported = slots
          .filter((process) => process.role === 'worker')
          .reduce((sum, process) => sum + process.reported, reportedByDead);
        expect(before.get('holdfast_frames_sent_total')).toBe(reported);
      }),
      { numRuns: 60 },
    );
  });

  it('keep their sums to the last bit, in whatever order processes die', async () => {
    const times = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(times, fc.infiniteStream(fc.nat()), async (ms, choices) => {
        const aggregate = new MetricsAggregate(() => 0);
        const living = ms.map((_, slot) => `process ${slot}`);
        for (const [slot, key] of living.entries()) {
          const coordinator = new ProcessMetrics('coordinator');
          coordinator.observe('tickSeconds', ms[slot]! / 1000);
          aggregate.report(key, 'coordinator', slot, await coordinator.snapshot());
        }
        const sum = async () => (await samplesIn(aggregate)).get('holdfast_tick_seconds_sum');
        const before = await sum();
        while (living.length > 0) {
          const [key] = living.splice(choices.next().value % living.length, 1);
          aggregate.died(key!);
          expect(await sum()).toBe(before);
        }
      }),
    );
  });

  it('take no more memory for each process that has died', async () => {
    const aggregate = new MetricsAggregate(() => 0);
    const sizes = new Set<number>();
    for (let i = 0; i < 50; i++) {
      aggregate.report(`worker ${i}`, 'worker', 1, await workerWith(1, 1));
      aggregate.died(`worker ${i}`);
      sizes.add((await samplesIn(aggregate)).size);
    }
    expect(sizes.size).toBe(1);
  });
});
