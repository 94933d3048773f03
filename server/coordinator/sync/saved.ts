// The saved state in slices, each small enough to be packed and written in a part of a millisecond.
//
// A state may hold a hundred thousand items and objects. Packed in one step they would stop the
// event loop for hundreds of ms, so that owners and objects are packed in groups, and the long lists
// of one that is large follow it in pieces.
import { OVERHEAD_BYTES } from './limits.ts';
import type { ObjectSpec } from './messages.ts';
import type { SavedOwner } from './owner.ts';
import { fits, sizeOf } from './plain.ts';
import { Item } from './queue-items.ts';

export interface SavedObject {
  readonly name: string;
  readonly order: number;
  readonly spec: ObjectSpec;
  readonly state: unknown;
  /** Owners, and how often each has it open; those of `SavedOwner.opens` are not among them. */
  readonly openers: readonly (readonly [string, number])[];
}

/** What the state has beside owners and objects. */
export interface SavedRest {
  readonly now: number;
  readonly order: number;
  readonly fence: number;
  readonly reclaimsOnly: boolean;
  readonly grace: { readonly at: number; readonly order: number } | null;
}

/** All that is remembered: a plain value, the same after it was written and read as msgpack. */
export interface SavedSync extends SavedRest {
  readonly owners: readonly SavedOwner[];
  readonly objects: readonly SavedObject[];
}

type Group = 'owners' | 'objects';
type Path = readonly (string | number)[];

/** Owners or objects; or more members of a list of the one that the slices before ended with. */
export type SavedSlice =
  | readonly [Group, readonly unknown[]]
  | readonly [Group, readonly unknown[], Path];

/** About as many bytes are in a slice at most, or one value. */
const SLICE_BYTES = 65_536;
/** One whose lists have more members in all is cut up. */
const MEMBERS_MAX = 64;
/** Where long lists are, in owners and in the states of objects. */
const LISTS: Record<Group, readonly Path[]> = {
  owners: [['kept'], ['opens']],
  objects: [
    ['state', 'waiters'],
    ['state', 'putters'],
    ['state', 'getters'],
    ['state', 'joiners'],
    ['state', 'items', 'fresh'],
    ['state', 'items', 'returned'],
  ],
};
const TAKEN: Path = ['state', 'items', 'taken'];

/** @param all saved owners or objects, which are changed. */
export function* slicesOf(group: Group, all: Iterable<object>): Generator<SavedSlice, void> {
  let some: object[] = [];
  let bytes = 0;
  for (const one of all) {
    const lists = listsOf(group, one);
    const members = lists.reduce((sum, [, list]) => sum + list.length, 0);
    const isLong = members > MEMBERS_MAX || !fits(one, SLICE_BYTES);
    for (const [path, list] of lists) setAt(one, path, isLong ? [] : list.map(plainOf));
    some.push(one);
    bytes += OVERHEAD_BYTES + sizeOf(one);
    if (!isLong && bytes < SLICE_BYTES) continue;
    yield [group, some];
    some = [];
    bytes = 0;
    if (isLong) for (const [path, list] of lists) yield* piecesOf(group, path, list);
  }
  if (some.length > 0) yield [group, some];
}

/** The way back from `slicesOf`. */
export function joinSlices(rest: SavedRest, slices: Iterable<SavedSlice>): SavedSync {
  const joined = { owners: [] as unknown[], objects: [] as unknown[] };
  for (const [group, members, path] of slices) {
    const into = path ? (at(joined[group].at(-1), path) as unknown[]) : joined[group];
    for (const member of members) into.push(member);
  }
  const { now, order, fence, reclaimsOnly, grace } = rest;
  return { now, order, fence, reclaimsOnly, grace, ...joined } as unknown as SavedSync;
}

function* piecesOf(group: Group, path: Path, list: readonly unknown[]): Generator<SavedSlice> {
  let some: unknown[] = [];
  let bytes = 0;
  for (const one of list) {
    const plain = plainOf(one);
    some.push(plain);
    bytes += OVERHEAD_BYTES + sizeOf(plain);
    if (bytes < SLICE_BYTES) continue;
    yield [group, some, path];
    some = [];
    bytes = 0;
  }
  if (some.length > 0) yield [group, some, path];
}

function listsOf(group: Group, one: object): (readonly [Path, readonly unknown[]])[] {
  const taken = group === 'objects' ? ((at(one, TAKEN) as unknown[] | undefined) ?? []) : [];
  const ofTakers = taken.flatMap((_, i) => [
    [...TAKEN, i, 'auto'],
    [...TAKEN, i, 'manual'],
  ]);
  const found: (readonly [Path, readonly unknown[]])[] = [];
  for (const path of [...LISTS[group], ...ofTakers]) {
    const list = at(one, path) as readonly unknown[] | undefined;
    if (list && list.length > 0) found.push([path, list]);
  }
  return found;
}

/** An item that was captured before it was ever delivered may have been delivered since. */
const plainOf = (one: unknown): unknown => (one instanceof Item ? [one.at, one.value, 0] : one);

function at(value: unknown, path: Path): unknown {
  let found = value as Record<string | number, unknown> | undefined;
  for (const key of path) found = found?.[key] as typeof found;
  return found;
}

function setAt(value: unknown, path: Path, list: unknown[]): void {
  (at(value, path.slice(0, -1)) as Record<string | number, unknown>)[path.at(-1)!] = list;
}
