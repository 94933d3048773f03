// docs/METRICS.md, from the table of metrics.
import {
  addedLabelsOf,
  type MetricKey,
  type MetricRow,
  metricKeys,
  nameOf,
  rowOf,
} from './metrics-table.ts';

const intro = `# Metrics

Generated from \`server/observe/metrics-table.ts\` by \`npm run generate\`: change it there.

\`GET /metrics\` on the admin address (\`http://127.0.0.1:9464/metrics\` by default) answers in
Prometheus' text format. \`deploy/prometheus.yml\` scrapes it, \`deploy/alerts.yml\` has alerts.

The processes push their metrics to the primary; the page shows the last that each has sent, and
\`${nameOf('processReportAgeSeconds')}\` says how old that is. So a process that hangs holds up no
scrape. Counters and histograms of a process that has ended stay in the sums, and never go backwards
while the primary lives; its gauges vanish. A counter is shown from the start, at zero, with every
value that its labels can have.
`;

function metricText(key: MetricKey): string {
  const row = rowOf(key);
  const lines = [
    `### \`${nameOf(key)}\``,
    '',
    row.help,
    '',
    `- Type: ${row.type}${combineText(row)}`,
    `- From: ${row.roles.join(', ')}`,
  ];
  const labels = [
    ...Object.entries(row.labels).map(([name, bound]) => labelText(name, bound)),
    ...addedLabelsOf(row).map((name) =>
      labelText(name, name === 'role' ? row.roles : 'the number of processes of that role'),
    ),
  ];
  if (labels.length > 0) lines.push('- Labels:', ...labels);
  if (row.buckets) lines.push(`- Buckets, in seconds: ${row.buckets.join(', ')}`);
  return `${lines.join('\n')}\n`;
}

function combineText({ type, combine }: MetricRow): string {
  if (type !== 'gauge') return '';
  const texts = {
    sum: '; the sum over processes',
    max: '',
    each: '; a row for each process',
  } as const;
  return texts[combine];
}

function labelText(name: string, bound: readonly string[] | string): string {
  if (typeof bound === 'string') return `  - \`${name}\`, values: ${bound}`;
  return `  - \`${name}\`: ${bound.map((value) => `\`${value}\``).join(', ')}`;
}

/** The documents that derive from the metrics; paths are below the root of the repository. */
export function metricsFiles(): { path: string; content: string }[] {
  const content = [intro, ...metricKeys.map(metricText)].join('\n');
  return [{ path: 'docs/METRICS.md', content }];
}
