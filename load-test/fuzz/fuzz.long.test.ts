// A longer run of the fuzzer than each change waits for.
import { expect, it } from 'vitest';
import type { FuzzReport } from './report.ts';
import { fuzz } from './test-fuzz.ts';

it('A server outlives 100,000 hostile frames, and its players play on', async () => {
  const { code, report } = await fuzz('--frames 100000 --players 10 --seed 11');
  const { problems, deaths } = report as FuzzReport;
  expect({ code, problems, deaths }).toEqual({ code: 0, problems: [], deaths: 0 });
});
