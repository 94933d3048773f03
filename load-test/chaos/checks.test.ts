import { describe, expect, it } from 'vitest';
import { invariants, violationsOf } from './checks.ts';
import type { Window } from './crowds.ts';
import type { Evidence, Outcome } from './evidence.ts';
import { Handovers } from './handovers.ts';
import type { FaultKind } from './kinds.ts';
import { PauseMeter } from './pause-meter.ts';
import { kindReports, pauseLimitOf, pausesOf } from './report.ts';
import type { SharerRecord } from './sharer-record.ts';

const quiet: Window = {
  handedOver: 0,
  handedOverMs: [],
  watchingMs: [50],
  lostBefore: 0,
  lost: 0,
  vanished: 0,
  reasons: [],
  stuck: [],
  seconds: 2,
  cpuSeconds: 1,
  bytesReceived: 2000,
  bytesSent: 200,
};

const outcome = (
  kind: FaultKind,
  window: Partial<Window> = {},
  failures: string[] = [],
): Outcome => ({
  atMs: 0,
  kinds: [kind],
  text: '',
  failures,
  window: { ...quiet, ...window },
});

const sharer = (name: string, more: Partial<SharerRecord>): SharerRecord => ({
  name,
  holds: [],
  raised: 0,
  maybeRaised: false,
  put: [],
  maybePut: undefined,
  confirmed: [],
  maybeConfirmed: undefined,
  killedHolding: false,
  ...more,
});

const ann = sharer('ann', {
  holds: [
    { fence: 1, from: 0, to: 10 },
    { fence: 3, from: 30, to: 40 },
  ],
  raised: 2,
  put: ['a1', 'a2', 'a3'],
  confirmed: ['b1', 'a1'],
});

/** Was killed while it raised the value, and took what ann had put last. */
const bob = sharer('bob', {
  holds: [{ fence: 2, from: 15, to: 30 }],
  maybeRaised: true,
  put: ['b1'],
  maybePut: 'b2',
  maybeConfirmed: 'a3',
  killedHolding: true,
});

const sharing: Evidence['sharing'] = {
  sharers: [ann, bob],
  value: 3,
  items: ['a2', 'b2'],
  isLockFree: true,
};
const shared = (more: Partial<SharerRecord>) => ({
  sharing: { ...sharing, sharers: [{ ...ann, ...more }, bob] },
});

/** A run in which nothing went wrong. */
const sound: Evidence = {
  outcomes: [
    outcome('kill-worker', { handedOverMs: [80, 90] }),
    outcome('vanish', { vanished: 5 }),
    outcome('kill-everything', { lost: 7 }),
  ],
  problems: [],
  couples: [],
  records: [
    { name: 'a', sent: 10, acknowledged: 10, applied: 10, askedAgain: 0 },
    { name: 'b', sent: 5, acknowledged: 4, applied: 5, askedAgain: 3 },
  ],
  sharing,
  tally: { total: 15, violations: 0, firstViolation: null },
  audits: [{ total: 6000, expected: 6000 }],
  accounts: [{ item: 'gold', accounts: 700, rooms: 700 }],
  descriptors: { before: 30, after: 30, connected: 45, connections: 15 },
  quarantined: [3],
  sabotaged: [3, 4],
  replays: [{ room: 1, tick: 9, verdict: 'equal' }],
  exitCode: 0,
  processesLeft: [],
  filesLeft: [],
};

const a = sound.records[0]!;
const records = (more: Partial<typeof a>) => [{ ...a, ...more }, sound.records[1]!];

/** One flaw each, and the invariant that must notice it. */
const flaws: [string, Partial<Evidence>, text: string][] = [
  ['recovery', { outcomes: [outcome('kill-worker', {}, ['not whole'])] }, 'not whole'],
  ['recovery', { outcomes: [outcome('kill-worker', { stuck: ['miner 3'] })] }, 'miner 3'],
  [
    'connections',
    { outcomes: [outcome('kill-worker', { lost: 1, reasons: ['miner 3: why'] })] },
    'kill-worker: 1 connections were dropped, the first: miner 3: why',
  ],
  ['connections', { outcomes: [outcome('vanish', { lost: 1, vanished: 1 })] }, 'dropped'],
  ['connections', { outcomes: [outcome('kill-everything', { lostBefore: 1 })] }, 'before kill-'],
  ['meanwhile', { problems: ['a place is lost'] }, 'a place is lost'],
  ['exactlyOnce', { records: records({ applied: 9 }) }, 'a was told of 10'],
  ['exactlyOnce', { records: records({ applied: 11 }) }, 'a made 10'],
  ['exactlyOnce', { tally: { ...sound.tally, total: 16 } }, 'has 16 in all'],
  [
    'exactlyOnce',
    { tally: { total: 15, violations: 1, firstViolation: 'player 1 adds 3' } },
    'player 1 adds 3',
  ],
  ['gold', { audits: [{ total: 5999, expected: 6000 }] }, '5999'],
  ['accounts', { accounts: [{ item: 'gold', accounts: 7, rooms: 8 }] }, 'accounts hold 7 gold'],
  ['locks', shared({ holds: [{ fence: 3, from: 20, to: 40 }] }), 'at once by bob (2) and ann (3)'],
  ['locks', shared({ holds: [{ fence: 9, from: 0, to: 10 }] }), 'have fallen from bob (2)'],
  ['locks', shared({ holds: [{ fence: 2, from: 40, to: 50 }] }), 'the same fencing number'],
  ['locks', { sharing: { ...sharing, isLockFree: false } }, 'still held'],
  ['values', { sharing: { ...sharing, value: 1 } }, 'raised 2 times, at most 1 more, and is 1'],
  ['values', { sharing: { ...sharing, value: 4 } }, 'and is 4'],
  ['queues', shared({ confirmed: ['b1', 'a1', 'b1'] }), 'b1 was taken twice'],
  ['queues', shared({ confirmed: ['b1', 'a1', 'a2'] }), 'a2 was taken and is there'],
  ['queues', shared({ confirmed: ['b1', 'a1', 'x'] }), 'x was never put'],
  ['queues', shared({ confirmed: ['b1'] }), 'a1 was put and is lost'],
  ['queues', { sharing: { ...sharing, items: ['a2', 'a2'] } }, 'a2 is there twice'],
  ['quarantine', { quarantined: [1] }, 'room 1'],
  ['replay', { replays: [{ room: 1, tick: 9, verdict: 'differs' }] }, 'tick 9'],
  ['leftovers', { descriptors: { ...sound.descriptors!, after: 40 } }, 'now it has 40'],
  ['leftovers', { descriptors: { ...sound.descriptors!, connected: 60 } }, '60 descriptors'],
  ['leftovers', { exitCode: 1 }, 'exit code 1'],
  ['leftovers', { processesLeft: [7] }, 'processes are left: 7'],
  ['leftovers', { filesLeft: ['holdfast-x'] }, 'holdfast-x'],
];

describe('The checks', () => {
  it('find nothing in a sound run', () => {
    expect(violationsOf(sound)).toEqual([]);
  });

  it.each(flaws)('of %s find %j', (invariant, flaw, text) => {
    const found = violationsOf({ ...sound, ...flaw });
    expect(found.map((violation) => violation.invariant)).toContain(invariant);
    expect(found.map((violation) => violation.text).join('\n')).toContain(text);
  });

  it('have a flaw each that they find', () => {
    const found = new Set(flaws.map(([invariant]) => invariant));
    expect([...found].sort()).toEqual(Object.keys(invariants).sort());
  });
});

describe('A pause', () => {
  it('is the longest time between two states since the fault', () => {
    const meter = new PauseMeter(0);
    meter.state(400);
    meter.begin(1000);
    meter.state(1200);
    meter.state(1250);
    expect(meter.end(1260)).toBe(250);
  });

  it('goes on while no state comes', () => {
    const meter = new PauseMeter(0);
    meter.state(990);
    meter.begin(1000);
    expect(meter.end(3000)).toBe(2010);
  });

  it('is of those who were handed over, where anyone was, and else of those who watch', () => {
    expect(pausesOf([{ ...quiet, handedOverMs: [100, 300] }])).toMatchObject({ clients: 2 });
    expect(pausesOf([quiet])).toMatchObject({ clients: 1 });
    expect(pausesOf([])).toBeNull();
  });

  it('is not of those who were only moved from a worker that lives', () => {
    const handovers = new Handovers();
    handovers.welcomed({ worker: 1 }, 0);
    handovers.begin();
    expect(handovers.times([1, 2])).toEqual([]);
    handovers.welcomed({ worker: 2, pauseMs: 5 }, 10);
    handovers.welcomed({ worker: 3, pauseMs: 5 }, 20);
    expect(handovers.times([1, 3])).toEqual([20]);
    // The coordinator was replaced; all of the server was.
    handovers.welcomed({ worker: 3, pauseMs: 300 }, 30);
    handovers.welcomed({ worker: 1 }, 40);
    expect(handovers.times([1, 2, 3])).toEqual([30, 40]);
  });

  it('is slow where its p99 exceeds the limit of its kind', () => {
    const slow = outcome('kill-worker', { handedOverMs: [700] });
    const [report] = kindReports([slow], true);
    expect(report).toMatchObject({ name: 'kill-worker', isSlow: true, broken: false });
    expect(kindReports([slow], false)).toMatchObject([{ isSlow: false, pauseMsMax: null }]);
    expect(pauseLimitOf(['kill-worker', 'kill-coordinator'])).toBe(1000);
    expect(pauseLimitOf(['kill-worker', 'vanish'])).toBeNull();
  });
});
