// Overload is reported once when it begins and once when it ends, and hiccups are not.
import { beforeEach, expect, it } from 'vitest';
import { OverloadWatch } from './overload-watch.ts';

let late: number;
let now: number;
let lines: string[];
let gauges: number[];
let watch: OverloadWatch<'deltasMerged'>;

beforeEach(() => {
  late = 0;
  now = 0;
  lines = [];
  gauges = [];
  const options = {
    log: {
      info: (fields: object, text: string) => lines.push(`${text} ${JSON.stringify(fields)}`),
      warn: (_fields: object, text: string) => lines.push(text),
    } as never,
    metrics: { total: () => late, gauge: (_key: string, value: number) => gauges.push(value) },
  };
  watch = new OverloadWatch(options, 'deltasMerged', 'overloaded: do this', () => now);
});

/** Seconds with `late` late ticks each. */
function pass(seconds: number, lateTicks: number): void {
  for (let i = 0; i < seconds; i++) {
    now += 1000;
    late += lateTicks;
    watch.check();
  }
}

it('Late ticks for three seconds in a row are reported as overload', () => {
  pass(2, 20);
  expect([lines, gauges]).toEqual([[], [0, 0]]);
  pass(1, 20);
  expect([lines, gauges.at(-1)]).toEqual([['overloaded: do this'], 1]);
});

it('The end of overload is reported with its length after five seconds without late ticks', () => {
  pass(10, 20);
  pass(4, 0);
  expect(gauges.at(-1)).toBe(1);
  pass(1, 0);
  expect(gauges.at(-1)).toBe(0);
  expect(lines.slice(1)).toEqual([
    'overload is over: all ticks are delivered in time again {"seconds":12}',
  ]);
});

it('Overload that lasts is repeated in the log once a minute', () => {
  pass(183, 20);
  expect(lines).toEqual(Array(4).fill('overloaded: do this'));
});

it('Hiccups and single late ticks are not overload', () => {
  for (let i = 0; i < 20; i++) {
    pass(2, 100);
    pass(1, 0);
    pass(5, 2);
  }
  expect([lines, new Set(gauges)]).toEqual([[], new Set([0])]);
});

it('A calm second does not end overload', () => {
  pass(3, 20);
  for (let i = 0; i < 5; i++) {
    pass(4, 0);
    pass(1, 20);
  }
  expect([lines.length, gauges.at(-1)]).toEqual([1, 1]);
});
