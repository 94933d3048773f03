// The alerts ask for what there is, and each has a test for promtool.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { metricKeys, nameOf, rowOf } from './metrics-table.ts';

const read = (name: string) =>
  readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');
const alerts = read('alerts.yml');
const tests = read('alerts.test.yml');

describe('deploy/alerts.yml', () => {
  it('asks only for metrics that the server has', () => {
    const names = metricKeys.flatMap((key) =>
      rowOf(key).type === 'histogram' ? [`${nameOf(key)}_bucket`] : [nameOf(key)],
    );
    const asked = alerts.match(/\bholdfast_\w+/g) ?? [];
    expect(asked.length).toBeGreaterThan(5);
    for (const name of asked) expect(names).toContain(name);
  });

  it('has a test of each alert, with every metric that the alert asks for', () => {
    const [, ...rules] = alerts.split('- alert: ');
    expect(rules.length).toBeGreaterThan(10);
    for (const rule of rules) {
      const name = rule.split('\n', 1)[0]!;
      expect(tests).toContain(`alertname="${name}"`);
      const [, expression = ''] = /expr:([\s\S]*?)\n {8}\w/.exec(rule) ?? [];
      for (const metric of expression.match(/\bholdfast_\w+/g) ?? []) {
        expect(tests.split(`'${metric}{`).length, metric).toBeGreaterThanOrEqual(3);
      }
    }
  });
});
