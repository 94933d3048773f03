// The names in the folder of rooms: which rooms there are, and which files one of them has.
import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { StoreError } from './store-error.ts';

const TICK_DIGITS = 12;

/** The kinds of files in a room's folder. */
const kinds = {
  journal: { prefix: 'journal-', suffix: '.log' },
  snapshot: { prefix: 'snapshot-', suffix: '.bin' },
} as const;
type FileKind = keyof typeof kinds;

/** What is not complete yet: a snapshot, or the folder of a room that is being opened. */
export const TEMPORARY_SUFFIX = '.part';
/** A room that has ended and is being removed. */
const ENDED_SUFFIX = '.ended';
const LEFTOVERS = [TEMPORARY_SUFFIX, ENDED_SUFFIX];

export const roomFolder = (data: string, room: number): string => join(data, 'rooms', String(room));
export const endedFolder = (folder: string): string => `${folder}${ENDED_SUFFIX}`;

/** @param tick of a snapshot; the first of a journal's segment. */
export function fileName(kind: FileKind, tick: number): string {
  const { prefix, suffix } = kinds[kind];
  return `${prefix}${String(tick).padStart(TICK_DIGITS, '0')}${suffix}`;
}

export interface RoomFile {
  readonly path: string;
  readonly tick: number;
}

/** The files of a kind, by rising tick. */
export function filesOf(
  kind: FileKind,
  folder: string,
  names: readonly string[],
): readonly RoomFile[] {
  return names
    .map((name) => ({ name, tick: Number.parseInt(name.slice(kinds[kind].prefix.length), 10) }))
    .filter(({ name, tick }) => tick >= 0 && name === fileName(kind, tick))
    .map(({ name, tick }) => ({ path: join(folder, name), tick }))
    .sort((a, b) => a.tick - b.tick);
}

/** The segments that have what follows a snapshot at `tick`. A segment begins after each snapshot,
 *  so the others are those with one after them that begins no later. */
export function neededSegments(segments: readonly RoomFile[], tick: number): readonly RoomFile[] {
  return segments.filter((_, i) => (segments[i + 1]?.tick ?? Number.POSITIVE_INFINITY) > tick + 1);
}

const SNAPSHOTS_KEPT = 2;

/** The files that nobody needs when there is a snapshot at `tick`. Needed is what can stand in for that
 *  one where it is damaged, and be compared with it by a replay: the snapshot before it, and the
 *  journal since then. */
export function outdatedFiles(folder: string, names: readonly string[], tick: number): string[] {
  const snapshots = filesOf('snapshot', folder, names).filter((of) => of.tick <= tick);
  const outdated = snapshots.slice(0, -SNAPSHOTS_KEPT);
  const oldest = snapshots[outdated.length]?.tick ?? tick;
  const segments = filesOf('journal', folder, names);
  const needed = neededSegments(segments, oldest);
  return [...outdated, ...segments.filter((of) => !needed.includes(of))].map(({ path }) => path);
}

/** The numbers of the rooms that have a folder, rising. Changes nothing.
 *  @throws {StoreError} */
export function roomNumbers(disk: Disk, data: string): number[] {
  const folder = join(data, 'rooms');
  try {
    return disk
      .list(folder)
      .filter((name) => /^[1-9]\d*$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  } catch (error) {
    throw StoreError.of(folder, error);
  }
}

/** The rooms of which there are files under any name, as that of a room which was set aside and may be
 *  moved back. Changes nothing.
 *  @throws {StoreError} */
export function existingRooms(disk: Disk, data: string): Set<number> {
  const folder = join(data, 'rooms');
  try {
    const names = disk.list(folder).filter((name) => !LEFTOVERS.some((of) => name.endsWith(of)));
    return new Set(names.map((name) => Number.parseInt(name, 10)));
  } catch (error) {
    throw StoreError.of(folder, error);
  }
}

/** As `roomNumbers`. Removes what is left of rooms that ended, and of those that were being opened when
 *  their process died. While rooms are opened, do not call it.
 *  @throws {StoreError} */
export function listRooms(disk: Disk, data: string): number[] {
  const folder = join(data, 'rooms');
  try {
    disk.makeFolder(folder);
    for (const name of disk.list(folder)) {
      if (LEFTOVERS.some((suffix) => name.endsWith(suffix))) disk.remove(join(folder, name));
    }
  } catch (error) {
    throw StoreError.of(folder, error);
  }
  return roomNumbers(disk, data);
}
