import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { metricKeys, nameOf, rowOf } from './metrics-table.ts';

const alerts = readFileSync(new URL('../../deploy/alerts.yml', import.meta.url), 'utf8');

describe('deploy/alerts.yml', () => {
  it('asks only for metrics that the server has', () => {
    const names = metricKeys.flatMap((key) =>
      rowOf(key).type === 'histogram' ? [`${nameOf(key)}_bucket`] : [nameOf(key)],
    );
    const asked = alerts.match(/\bholdfast_\w+/g) ?? [];
    expect(asked.length).toBeGreaterThan(5);
    for (const name of asked) expect(names).toContain(name);
  });
});
