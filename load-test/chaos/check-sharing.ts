// What must hold of what processes share, however many of them and of the server's were killed.
import type { Hold, SharerRecord } from './sharer-record.ts';

/** What a run has found out about what was shared. */
export interface Sharing {
  readonly sharers: readonly SharerRecord[];
  /** At the end, when nobody else uses them any more. */
  readonly value: number;
  readonly items: readonly string[];
  /** Whether the lock could be had at once. */
  readonly isLockFree: boolean;
}

interface NamedHold extends Hold {
  readonly name: string;
}

export function wronglyHeld({ sharers, isLockFree }: Sharing): string[] {
  const holds = holdsOf(sharers);
  const found = holds.slice(1).flatMap((hold, i) => {
    const before = holds[i]!;
    const pair = `${textOf(before)} and ${textOf(hold)}`;
    if (before.fence === hold.fence) return [`the same fencing number was given to ${pair}`];
    if (before.to <= hold.from) return [];
    if (hold.to <= before.from) return [`fencing numbers have fallen from ${pair}`];
    return [`the lock was held at once by ${pair}`];
  });
  return isLockFree ? found : [...found, 'the lock is still held though nobody is left'];
}

export function wronglyRaised({ sharers, value }: Sharing): string[] {
  const sure = sharers.reduce((sum, { raised }) => sum + raised, 0);
  const unsure = sharers.filter(({ maybeRaised }) => maybeRaised).length;
  if (value >= sure && value <= sure + unsure) return [];
  return [`the value was raised ${sure} times, at most ${unsure} more, and is ${value}`];
}

export function wronglyPassed({ sharers, items }: Sharing): string[] {
  const confirmed = sharers.flatMap((sharer) => sharer.confirmed);
  const gone = new Set(confirmed);
  const left = new Set(items);
  const maybeGone = new Set(sharers.map(({ maybeConfirmed }) => maybeConfirmed));
  const known = new Set(sharers.flatMap(({ put, maybePut }) => [...put, maybePut]));
  return [
    ...twiceIn(confirmed).map((item) => `${item} was taken twice`),
    ...twiceIn(items).map((item) => `${item} is there twice`),
    ...items.filter((item) => gone.has(item)).map((item) => `${item} was taken and is there`),
    ...[...confirmed, ...items]
      .filter((item) => !known.has(item))
      .map((item) => `${item} was never put`),
    ...sharers
      .flatMap(({ put }) => put)
      .filter((item) => !gone.has(item) && !left.has(item) && !maybeGone.has(item))
      .map((item) => `${item} was put and is lost`),
  ];
}

/** For the report. */
export interface SharingTotals {
  readonly lockHandOvers: number;
  /** The longest time from one holder's beginning to the next one's. */
  readonly handOverMsMax: number;
  readonly holdersKilled: number;
  readonly itemsPassed: number;
}

export function sharingTotals({ sharers }: Sharing): SharingTotals {
  const holds = holdsOf(sharers);
  const after = holds.slice(1).map(({ from }, i) => from - holds[i]!.from);
  const longest = after.reduce((most, micros) => Math.max(most, micros), 0);
  return {
    lockHandOvers: holds.length,
    handOverMsMax: longest / 1000,
    holdersKilled: sharers.filter(({ killedHolding }) => killedHolding).length,
    itemsPassed: sharers.reduce((sum, { confirmed }) => sum + confirmed.length, 0),
  };
}

function holdsOf(sharers: readonly SharerRecord[]): NamedHold[] {
  return sharers
    .flatMap(({ name, holds }) => holds.map((hold) => ({ name, ...hold })))
    .toSorted((a, b) => a.fence - b.fence);
}

function twiceIn(items: readonly string[]): string[] {
  const seen = new Set<string>();
  const again = items.filter((item) => seen.has(item) || !seen.add(item));
  return [...new Set(again)];
}

const textOf = ({ name, fence }: NamedHold): string => `${name} (${fence})`;
