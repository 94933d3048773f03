// The result of a chaos run: the shape of the file that --json writes.
import { newHistogram, percentileMs, record } from '../latency.ts';
import type { SharingTotals } from './check-sharing.ts';
import { dropped, notRecovered, type Violation } from './checks.ts';
import type { Window } from './crowds.ts';
import type { Outcome } from './evidence.ts';
import { type FaultKind, rowOf } from './kinds.ts';

/** Of those clients that a fault interrupted and that see every tick, in ms; null where there was none. */
export interface Pauses {
  readonly clients: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What the clients of this machine cost. */
export interface ClientLoad {
  /** Of one core. */
  readonly cpuPercent: number;
  readonly bytesReceivedPerSecond: number;
  readonly bytesSentPerSecond: number;
}

export interface KindReport {
  /** One kind, or two with a plus between them that came at once. */
  readonly name: string;
  readonly faults: number;
  readonly pauses: Pauses | null;
  /** What p99 of the pauses should not exceed; null: no limit. */
  readonly pauseMsMax: number | null;
  readonly isSlow: boolean;
  /** Connections lost without being meant to. */
  readonly drops: number;
  readonly broken: boolean;
  readonly load: ClientLoad;
}

export interface ChaosReport {
  readonly seed: number;
  readonly clients: number;
  readonly seconds: number;
  readonly faults: number;
  readonly kinds: readonly KindReport[];
  /** Kinds that this server cannot be struck by, and why. */
  readonly leftOut: readonly string[];
  readonly additions: number;
  readonly askedAgain: number;
  /** Matches that were played to their end. */
  readonly games: number;
  readonly trades: number;
  readonly sharing: SharingTotals;
  /** Rooms whose replay was compared. */
  readonly roomsReplayed: number;
  /** Before the first fault. */
  readonly quiet: ClientLoad;
  readonly violations: readonly Violation[];
  /** How to run it again. */
  readonly again: string;
  /** The data of a run that failed. */
  readonly kept: string | null;
}

export function pausesOf(windows: readonly Window[]): Pauses | null {
  const histogram = newHistogram();
  for (const { handedOverMs, watchingMs } of windows) {
    // A fault that moves nobody interrupts whoever watches, if anyone.
    for (const ms of handedOverMs.length > 0 ? handedOverMs : watchingMs) record(histogram, ms);
  }
  if (histogram.totalCount === 0) return null;
  const [p50, p99, max] = [50, 99, 100].map((part) => percentileMs(histogram, part));
  return { clients: histogram.totalCount, p50: p50!, p99: p99!, max: max! };
}

export function loadOf(windows: readonly Window[]): ClientLoad {
  const sum = (name: 'seconds' | 'cpuSeconds' | 'bytesReceived' | 'bytesSent') =>
    windows.reduce((total, window) => total + window[name], 0);
  const seconds = sum('seconds');
  return {
    cpuPercent: (sum('cpuSeconds') / seconds) * 100,
    bytesReceivedPerSecond: sum('bytesReceived') / seconds,
    bytesSentPerSecond: sum('bytesSent') / seconds,
  };
}

/** The limit of two at once is the sum of both; none where one has none. */
export function pauseLimitOf(kinds: readonly FaultKind[]): number | null {
  let sum = 0;
  for (const kind of kinds) {
    const { pauseMsMax } = rowOf(kind);
    if (pauseMsMax === null) return null;
    sum += pauseMsMax;
  }
  return sum;
}

/** One row for each kind that came alone, and one for all that came in pairs.
 *  @param limited whether pauses are compared with their limits. */
export function kindReports(outcomes: readonly Outcome[], limited: boolean): KindReport[] {
  const byName = Map.groupBy(outcomes, ({ kinds }) => (kinds.length > 1 ? 'pairs' : kinds[0]!));
  return [...byName].map(([name, group]) => kindReport(name, group, limited));
}

function kindReport(name: string, group: readonly Outcome[], limited: boolean): KindReport {
  const windows = group.map(({ window }) => window);
  const pauses = pausesOf(windows);
  const pauseMsMax = name === 'pairs' || !limited ? null : pauseLimitOf(group[0]!.kinds);
  const lost = windows.reduce((sum, window) => sum + window.lost, 0);
  return {
    name,
    faults: group.length,
    pauses,
    pauseMsMax,
    isSlow: pauses !== null && pauseMsMax !== null && pauses.p99 > pauseMsMax,
    drops: lost,
    broken: group.some((outcome) => dropped(outcome).length + notRecovered(outcome).length > 0),
    load: loadOf(windows),
  };
}
