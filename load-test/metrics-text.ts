// Reads Prometheus' text format, as far as the server's page uses it.

export type Labels = Readonly<Record<string, string>>;

export interface MetricRow {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** Rows that do not look like one are left out. */
export function parseMetrics(text: string): MetricRow[] {
  const rows: MetricRow[] = [];
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (name && value) rows.push({ name, labels: parseLabels(labels), value: numberOf(value) });
  }
  return rows;
}

/** @returns the sum of the rows of this name that have these labels; NaN where there is none. */
export function sumOf(rows: readonly MetricRow[], name: string, labels: Labels = {}): number {
  let sum = Number.NaN;
  for (const row of rows) {
    if (row.name !== name || !hasLabels(row, labels)) continue;
    sum = Number.isNaN(sum) ? row.value : sum + row.value;
  }
  return sum;
}

/** The value below which a part of what a histogram has counted between two readings lies.
 *  @param part 0 to 1.
 *  @returns a bucket's upper bound: the smallest of which it is certain. NaN where nothing was
 *  counted, Infinity beyond the last bucket. */
export function quantileOf(
  before: readonly MetricRow[],
  after: readonly MetricRow[],
  name: string,
  part: number,
): number {
  const counts = new Map<number, number>();
  const add = (rows: readonly MetricRow[], sign: number) => {
    for (const row of rows) {
      if (row.name !== `${name}_bucket`) continue;
      const bound = numberOf(row.labels.le ?? '+Inf');
      counts.set(bound, (counts.get(bound) ?? 0) + sign * row.value);
    }
  };
  add(before, -1);
  add(after, 1);
  const total = counts.get(Number.POSITIVE_INFINITY) ?? 0;
  if (total <= 0) return Number.NaN;
  const bounds = [...counts.keys()].sort((a, b) => a - b);
  return bounds.find((bound) => counts.get(bound)! >= part * total) ?? Number.POSITIVE_INFINITY;
}

function parseLabels(text: string): Labels {
  const labels: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
    labels[name!] = value!.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
  }
  return labels;
}

function hasLabels(row: MetricRow, labels: Labels): boolean {
  return Object.entries(labels).every(([name, value]) => row.labels[name] === value);
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}
