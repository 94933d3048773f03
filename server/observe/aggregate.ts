// What all processes measured, as one page: last known values with their age, the dead included.
import { AggregatorRegistry, Registry } from 'prom-client';
import type { ProcessMetrics, PushedMetric, PushedMetrics, PushedValue } from './metrics.ts';
import {
  addedLabelsOf,
  type MetricKey,
  type MetricRow,
  metricKeys,
  nameOf,
  type Role,
  rowOf,
} from './metrics-table.ts';

/** The content type of the page. */
export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** Keys of dead processes that are remembered, so that a report still in their pipe is not counted
 *  a second time. It arrives within moments: a newer death never pushes it out. */
const DEAD_KEYS_MAX = 1024;

interface Reporter {
  readonly role: Role;
  readonly slot: number;
  readonly at: number;
  readonly metrics: PushedMetrics;
}

interface Slot {
  readonly role: Role;
  readonly slot: number;
  readonly processKey: string;
  readonly up: boolean;
}

const rowByName = new Map<string, MetricRow>(metricKeys.map((key) => [nameOf(key), rowOf(key)]));

/** The primary's collection of what the processes pushed. Memory is bounded by the living.
 *  Invariant: each counter and histogram is `ashes` plus the living; only a death moves between. */
export class MetricsAggregate {
  private readonly clockMs: () => number;
  private readonly living = new Map<string, Reporter>();
  private readonly slots = new Map<string, Slot>();
  private readonly dead = new Set<string>();
  private ashes: PushedMetrics = zeros();

  /** @param clockMs monotonic, in ms. */
  constructor(clockMs: () => number) {
    this.clockMs = clockMs;
  }

  /** Takes the newest values of a process in place of its former ones.
   *  @param processKey never used for another process, not even of the same slot.
   *  @param slot which of its role it is; its replacement has the same. */
  report(processKey: string, role: Role, slot: number, snapshot: PushedMetrics): void {
    if (this.dead.has(processKey)) return;
    const metrics = snapshot.map((metric) => labelled(metric, role, slot));
    this.living.set(processKey, { role, slot, at: this.clockMs(), metrics });
    this.slots.set(`${role} ${slot}`, { role, slot, processKey, up: true });
  }

  /** Keeps the counters and histograms of a process that has ended, drops its gauges. */
  died(processKey: string): void {
    if (this.dead.has(processKey)) return;
    this.dead.add(processKey);
    for (const oldest of this.dead) {
      if (this.dead.size <= DEAD_KEYS_MAX) break;
      this.dead.delete(oldest);
    }
    const reporter = this.living.get(processKey);
    if (!reporter) return;
    this.living.delete(processKey);
    const sums = reporter.metrics.filter((metric) => metric.type !== 'gauge');
    this.ashes = combined([this.ashes, sums]);
    const name = `${reporter.role} ${reporter.slot}`;
    const slot = this.slots.get(name);
    if (slot?.processKey === processKey) this.slots.set(name, { ...slot, up: false });
  }

  /** A slot that will not be filled again is shown no more; its process must have died. */
  forget(role: Role, slot: number): void {
    this.slots.delete(`${role} ${slot}`);
  }

  /** The page in Prometheus' text format.
   *  @param own what the primary itself measures. */
  async text(own: ProcessMetrics): Promise<string> {
    const ownMetrics = (await own.snapshot()).map((metric) => labelled(metric, own.role, 0));
    const pushed = [...this.living.values()].map((reporter) => reporter.metrics);
    const now = this.clockMs();
    return await AggregatorRegistry.aggregate([
      this.ashes,
      ...pushed,
      ownMetrics.filter((metric) => metric.values.length > 0),
      [this.upRows(own.role), this.ageRows(now)],
    ]).metrics();
  }

  private upRows(ownRole: Role): PushedMetric {
    const values: PushedValue[] = [{ value: 1, labels: { role: ownRole, slot: 0 } }];
    for (const { role, slot, up } of this.slots.values()) {
      values.push({ value: up ? 1 : 0, labels: { role, slot } });
    }
    return pushedMetric('processUp', values);
  }

  private ageRows(now: number): PushedMetric {
    const values: PushedValue[] = [];
    for (const { role, slot, at } of this.living.values()) {
      values.push({ value: (now - at) / 1000, labels: { role, slot } });
    }
    return pushedMetric('processReportAgeSeconds', values);
  }
}

function pushedMetric(key: MetricKey, values: PushedValue[]): PushedMetric {
  const { type, help, combine } = rowOf(key);
  const aggregator = combine === 'sum' ? 'sum' : 'max';
  return { name: nameOf(key), help, type, aggregator, values };
}

/** Adds the labels that tell its process apart from others, where the table asks for them. A metric
 *  that the table does not have is from newer code than the primary runs: it is summed. */
function labelled(metric: PushedMetric, role: Role, slot: number): PushedMetric {
  const row = rowByName.get(metric.name);
  const names = row ? addedLabelsOf(row) : [];
  if (names.length === 0) return metric;
  const added = names.includes('slot') ? { role, slot } : { role };
  const values = metric.values.map((value) => ({
    ...value,
    labels: { ...value.labels, ...added },
  }));
  return { ...metric, values };
}

/** Adds up what `parts` have of the same name and labels. */
function combined(parts: readonly PushedMetrics[]): PushedMetrics {
  const metrics = AggregatorRegistry.aggregate([...parts]).getMetricsAsArray();
  return metrics.map((metric) => {
    const { name, help, type, aggregator, values } = metric as unknown as PushedMetric;
    return { name, help, type, aggregator, values };
  });
}

/** Every counter at zero for every label value: a rate sees the first event only if it saw none. */
function zeros(): PushedMetrics {
  const counters = metricKeys.filter((key) => rowOf(key).type === 'counter');
  return counters.map((key) => {
    const row = rowOf(key);
    const added = addedLabelsOf(row).map((name) => [name, row.roles] as const);
    let rows: Record<string, string>[] = [{}];
    for (const [name, values] of [...Object.entries(row.labels), ...added]) {
      if (typeof values === 'string') return pushedMetric(key, []);
      rows = rows.flatMap((labels) => values.map((value) => ({ ...labels, [name]: value })));
    }
    return pushedMetric(
      key,
      rows.map((labels) => ({ value: 0, labels })),
    );
  });
}
