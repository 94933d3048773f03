import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { brokenText, checkLimits } from './limits.ts';
import { readOptions, UsageError } from './options.ts';
import type { Report } from './report.ts';

describe('The command line', () => {
  beforeEach(() => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('without arguments is the canonical run', () => {
    expect(readOptions([])).toMatchObject({
      target: undefined,
      mode: 'bots',
      clients: 1000,
      seconds: 30,
      commandsPerSecond: 5,
      processes: 2,
      game: 'goldrush',
      limits: {},
    });
  });

  it('takes a target, idle connections and limits', () => {
    const line = '--target [::1]:8000 --admin ::1:9 --idle 7000 --p99-max-ms 1.5 --drops-max 0';
    expect(readOptions(line.split(' '))).toMatchObject({
      target: { host: '::1', port: 8000 },
      mode: 'idle',
      clients: 7000,
      processes: 2,
      limits: { p99MaxMs: 1.5, dropsMax: 0 },
    });
  });

  it('for overload is a crowd of 1.5 times as many clients for a minute, with limits of its own', () => {
    const limits = { deathsMax: 0, dropsMax: 0, slowestMin: 0.8, gapMaxMs: 1000 };
    const expected = {
      mode: 'crowd',
      clients: 3000,
      seconds: 60,
      processes: 1,
      game: 'crowd',
      limits,
    };
    expect(readOptions('--overload 2000'.split(' '))).toMatchObject(expected);
    const less = readOptions('--overload 2000 --seconds 5 --gap-max-ms 2000'.split(' '));
    expect(less).toMatchObject({ seconds: 5, limits: { ...limits, gapMaxMs: 2000 } });
    const elsewhere = readOptions('--crowd 10 --target a:1'.split(' '));
    expect(elsewhere).toMatchObject({ mode: 'crowd', clients: 10, game: 'goldrush', limits: {} });
  });

  it('that is wrong ends with exit code 2, and a request for help with 0', () => {
    const exitCode = (line: string): number => {
      try {
        readOptions(line.split(' '));
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        return (error as UsageError).exitCode;
      }
      return Number.NaN;
    };
    const wrong = ['--bots x', '--bots 0', '--nothing', '--target here', '--admin a:1', 'word'];
    expect(wrong.map(exitCode)).toEqual(wrong.map(() => 2));
    expect(exitCode('--help')).toBe(0);
  });
});

describe('Limits', () => {
  const report = {
    clients: 10,
    connected: 9,
    drops: 1,
    latencyMs: { p50: 1, p90: 2, p99: 120.5, p999: 200, max: 300 },
    states: { received: 1, perSecond: 1, perSecondPerClient: 19.5 },
    ticksPerSecond: null,
    server: { pssBytesPerConnection: 10_240, cpuMicrosPerState: 30 },
  } as unknown as Report;

  it('are compared only where they were asked for', () => {
    expect(checkLimits({}, report)).toEqual([]);
    const limits = checkLimits({ statesMin: 19, cpuMaxUs: 30, memoryMaxKb: 10 }, report);
    expect(limits.map(({ kept }) => kept)).toEqual([true, true, true]);
  });

  it('that are not kept say which and by how much', () => {
    const limits = checkLimits({ p99MaxMs: 100, dropsMax: 0, statesMin: 20 }, report);
    expect(limits.map(brokenText)).toEqual([
      '--p99-max-ms 100: was 120.5 ms, 20.5 more than the limit',
      '--drops-max 0: was 2 clients, 2 more than the limit',
      '--states-min 20: was 19.5 states/s, 0.5 less than the limit',
    ]);
  });

  it('of what could not be measured are not kept', () => {
    const [limit] = checkLimits({ ticksMin: 19 }, report);
    expect(limit?.kept).toBe(false);
    expect(brokenText(limit!)).toBe('--ticks-min 19: not measured');
  });
});
