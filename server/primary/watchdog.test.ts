// Whom the watchdog kills from outside, by what it hears and how the system has scheduled the process.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Log } from '../observe/index.ts';
import type { ThreadTimes } from '../watch/index.ts';
import type { ChildProcess } from './child-process.ts';
import { Watchdog } from './watchdog.ts';

const CONFIG = { heartbeatMs: 250, hangMs: 2000, startMs: 15_000, workerMemoryMax: 1000 };

let times: ThreadTimes | undefined;
let lines: string[];
let watchdog: Watchdog;
const child = {
  identity: { role: 'worker', slot: 1, worker: 1 },
  name: 'worker 1',
  pid: 4711,
  beat: { eventLoopLagMs: 0, residentBytes: 0, clients: 0 },
  beatAt: 0,
  startedAt: 0,
  signs: 0,
  hasLoaded: true,
  isReady: true,
  isEnding: false,
  kill(): void {
    this.isEnding = true;
  },
};

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  times = { state: 'S', cpuMs: 0, waitMs: 0 };
  const now = performance.now();
  const fresh = { isEnding: false, hasLoaded: true, isReady: true, signs: 0 };
  Object.assign(child, fresh, { beatAt: now, startedAt: now });
  const log = (_fields: unknown, text: string) => lines.push(text);
  watchdog = new Watchdog({
    config: CONFIG,
    log: { warn: log, error: log } as unknown as Log,
    children: [child as unknown as ChildProcess],
    tooLarge: () => lines.push('too large'),
    times: () => times,
  });
});
afterEach(() => {
  watchdog.close();
  vi.useRealTimers();
});

/** Lets sweeps pass. @param each what the process does between two of them. */
function pass(ms: number, each: () => void = () => {}): void {
  for (let passed = 0; passed < ms; passed += CONFIG.heartbeatMs) {
    each();
    vi.advanceTimersByTime(CONFIG.heartbeatMs);
  }
}

/** The main thread's times after one more interval. */
function scheduled(state: string, cpuMs: number, waitMs: number): void {
  times = { state, cpuMs: times!.cpuMs + cpuMs, waitMs: times!.waitMs + waitMs };
}

describe('A process that is silent', () => {
  it('is killed within the limit where it is stopped', () => {
    times = { ...times!, state: 'T' };
    pass(1500);
    expect(child.isEnding).toBe(false);
    pass(750);
    expect(child.isEnding).toBe(true);
    expect(watchdog.hangOf(child as never)).toMatchObject({ cause: 'stopped' });
  });

  it('is left alone for as long as it waits for a processor', () => {
    pass(60_000, () => scheduled('R', 2, 248));
    expect(child.isEnding).toBe(false);
  });

  it('is killed where it computes all the time, and has no watch thread to tell', () => {
    pass(2250, () => scheduled('R', 250, 0));
    expect(watchdog.hangOf(child as never)).toMatchObject({ cause: 'loop', stack: null });
  });

  it('is killed by time alone where the system tells nothing', () => {
    times = undefined;
    pass(2250);
    expect(child.isEnding).toBe(true);
  });

  it('is waited for until --start-ms while it loads its code', () => {
    child.hasLoaded = false;
    pass(14_750, () => scheduled('R', 250, 0));
    expect(child.isEnding).toBe(false);
    pass(500);
    expect(lines).toEqual(['process killed: it has not loaded its code within --start-ms']);
  });
});

describe('A process that gives signs', () => {
  it('is left alone whatever it does: its watch thread would tell', () => {
    pass(60_000, () => {
      child.signs++;
      scheduled('R', 250, 0);
    });
    expect(child.isEnding).toBe(false);
  });

  it('is killed when its watch thread reports a hang, and the stack is kept', () => {
    const report = {
      kind: 'hang',
      cause: 'loop',
      heldMs: 1800,
      stack: 'at spin (x.js:1:1)',
    } as const;
    watchdog.reported(child as never, report);
    expect(child.isEnding).toBe(true);
    const hang = { hungMs: 1800, cause: 'loop', stack: report.stack };
    expect(watchdog.hangOf(child as never)).toEqual(hang);
  });

  it('is named in the log when it was late, and goes on', () => {
    watchdog.reported(child as never, { kind: 'late', cause: 'loop', heldMs: 900, stack: 'at x' });
    expect(lines).toEqual([
      'a single task held up the event loop of a process: `stack` has its code',
    ]);
    expect(child.isEnding).toBe(false);
  });
});

describe('A worker with too much memory', () => {
  it('is reported for replacement', () => {
    child.beat.residentBytes = 1001;
    pass(250);
    child.beat.residentBytes = 0;
    expect(lines).toEqual(['too large']);
  });
});
