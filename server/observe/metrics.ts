// What one process measures: its own registry, typed by the table of metrics.
import assert from 'node:assert/strict';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import {
  type LabelledKeyOf,
  type LabelsOf,
  metricKeys,
  nameOf,
  type PlainKeyOf,
  type Role,
  rowOf,
} from './metrics-table.ts';

/** One sample; `metricName` where it is not the metric's (`…_bucket`, `…_sum`, `…_count`). */
export interface PushedValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

export interface PushedMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: string;
  readonly values: readonly PushedValue[];
}

/** All metrics of one process at one time, as plain JSON. */
export type PushedMetrics = readonly PushedMetric[];

type AnyLabels = Record<string, string | number>;

/** Parts of a second that a sum is counted in: a power of two, so that sums of them are exact and do
 *  not depend on their order. Otherwise a total of seconds could fall by its last bit when the parts
 *  of a dead process are added earlier, and Prometheus takes any fall for a restart from zero. */
const PARTS_PER_SECOND = 2 ** 20;
const exact = (amount: number): number => Math.round(amount * PARTS_PER_SECOND) / PARTS_PER_SECOND;

/** The metrics that processes of role `R` report. Counters without labels begin at zero. To report
 *  what the table does not list for the role is a type error; where the type does not say which role
 *  it is, an assertion. */
export class ProcessMetrics<R extends Role = never> {
  readonly role: Role;
  private readonly registry = new Registry();
  private readonly counters = new Map<string, Counter>();
  private readonly gauges = new Map<string, Gauge>();
  private readonly histograms = new Map<string, Histogram>();
  private readonly totals = new Map<string, number>();

  constructor(role: R) {
    this.role = role;
    for (const key of metricKeys) {
      const row = rowOf(key);
      if (!row.roles.includes(role)) continue;
      const options = {
        name: nameOf(key),
        help: row.help,
        labelNames: Object.keys(row.labels),
        aggregator: row.combine === 'sum' ? ('sum' as const) : ('max' as const),
        registers: [this.registry],
      };
      if (row.type === 'counter') this.counters.set(key, new Counter(options));
      else if (row.type === 'gauge') this.gauges.set(key, new Gauge(options));
      else {
        const buckets = [...(row.buckets ?? [])];
        this.histograms.set(key, new Histogram({ ...options, buckets }));
      }
    }
  }

  /** Adds `n` (at least 0) to a counter. */
  count(key: PlainKeyOf<R, 'counter'>, n?: number): void;
  count<K extends LabelledKeyOf<R, 'counter'>>(key: K, n: number, labels: LabelsOf<K>): void;
  count(key: string, n = 1, labels?: AnyLabels): void {
    const counter = this.counters.get(key);
    assert(counter, `${this.role} has no counter ${key}`);
    if (labels) counter.inc(labels, exact(n));
    else {
      counter.inc(exact(n));
      this.totals.set(key, (this.totals.get(key) ?? 0) + n);
    }
  }

  /** What a counter without labels has counted. */
  total(key: PlainKeyOf<R, 'counter'>): number;
  total(key: string): number {
    return this.totals.get(key) ?? 0;
  }

  /** Sets a gauge. */
  gauge(key: PlainKeyOf<R, 'gauge'>, value: number): void;
  gauge<K extends LabelledKeyOf<R, 'gauge'>>(key: K, value: number, labels: LabelsOf<K>): void;
  gauge(key: string, value: number, labels?: AnyLabels): void {
    const gauge = this.gauges.get(key);
    assert(gauge, `${this.role} has no gauge ${key}`);
    if (labels) gauge.set(labels, value);
    else gauge.set(value);
  }

  /** Adds one time to a histogram. */
  observe(key: PlainKeyOf<R, 'histogram'>, seconds: number): void {
    const histogram = this.histograms.get(key);
    assert(histogram, `${this.role} has no histogram ${key}`);
    histogram.observe(exact(seconds));
  }

  /** What is true now; later reports do not change it. */
  async snapshot(): Promise<PushedMetrics> {
    const found = await this.registry.getMetricsAsJSON();
    return found.map(({ name, help, type, aggregator, values }) => ({
      name,
      help,
      type: String(type),
      aggregator,
      // prom-client hands out its live counters.
      values: values.map((value) => ({ ...value }) as PushedValue),
    }));
  }
}
