// Brings a room's folder in order after any fault: the newest snapshot, and the batches after it.
import type { Batch, InputCodec } from './batches.ts';
import type { Disk } from './disk.ts';
import { filesOf, type RoomFile, TEMPORARY_SUFFIX } from './room-folder.ts';
import { type ReadJournal, readJournal } from './segments.ts';
import { decodeSnapshot, type Snapshot, type SnapshotAbout } from './snapshot-file.ts';
import { StoreError } from './store-error.ts';

/** A snapshot that could not be read, kept for people to look at. */
const DAMAGED_SUFFIX = '.damaged';

export interface Recovered<I> {
  readonly snapshot: Snapshot & SnapshotAbout;
  /** In order, without a gap; the first is the one after the snapshot. What was set aside is in
   *  them as the codec says. */
  readonly batches: readonly Batch<I>[];
  /** Cut off at the journal's end: what was being written when the process or the machine died. */
  readonly droppedBytes: number;
  /** What is wrong with newer snapshots, in whose place an older one was taken. */
  readonly damaged: readonly StoreError[];
  /** Files, and the folder, that earlier processes may have left to this one before the disk had
   *  them. */
  readonly unsynced: readonly string[];
}

/** Reads a room's folder and cuts a torn end off its journal.
 *  A damaged newest snapshot loses nothing: the one before it is there, with the journal since.
 *  @throws {StoreError} `NEWER_FORMAT`, `OLDER_FORMAT`, `CORRUPT`, and what the system refuses.
 *  Nothing is changed then. */
export function recover<I>(disk: Disk, folder: string, codec: InputCodec<I>): Recovered<I> {
  try {
    const names = disk.list(folder);
    const { snapshot, damaged, path } = newestSnapshot(disk, folder, names);
    const journal = readJournal(disk, folder, names, snapshot.tick, codec);
    const { batches, droppedBytes } = journal;
    const segments = putInOrder(disk, folder, names, journal);
    // Else it would count as one of the two that are kept.
    for (const { path } of damaged) disk.rename(path, path + DAMAGED_SUFFIX);
    return { snapshot, batches, droppedBytes, damaged, unsynced: [...segments, path, folder] };
  } catch (error) {
    throw StoreError.of(folder, error);
  }
}

/** How a process knows a room. */
export interface KnownRoom {
  /** The last that it has applied. */
  readonly tick: number;
  /** How many inputs of the room were set aside then. */
  readonly setAside: number;
}

/** A room for a process that knew it already as it was at one tick. */
export interface RecoveredSince<I> extends Pick<Recovered<I>, 'droppedBytes' | 'unsynced'> {
  /** Of the newest snapshot. */
  readonly snapshotTick: number;
  /** Those after the tick: at least one. */
  readonly batches: readonly Batch<I>[];
}

/** As `recover`, by a process that has followed the room up to what is `known`.
 *  @returns undefined where the room is to be recovered from its newest snapshot: that has all there is,
 *  or the journal does not go on from what is known.
 *  @throws {StoreError} as `recover` does. */
export function recoverSince<I>(
  disk: Disk,
  folder: string,
  codec: InputCodec<I>,
  known: KnownRoom,
): RecoveredSince<I> | undefined {
  try {
    const names = disk.list(folder);
    const found = readSince(disk, folder, names, codec, known);
    if (!found) return undefined;
    const { batches, snapshot, journal } = found;
    const segments = putInOrder(disk, folder, names, journal);
    const { droppedBytes } = journal;
    const unsynced = [...segments, snapshot.path, folder];
    return { snapshotTick: snapshot.tick, batches, droppedBytes, unsynced };
  } catch (error) {
    throw StoreError.of(folder, error);
  }
}

function readSince<I>(
  disk: Disk,
  folder: string,
  names: readonly string[],
  codec: InputCodec<I>,
  known: KnownRoom,
): { batches: readonly Batch<I>[]; snapshot: RoomFile; journal: ReadJournal<I> } | undefined {
  const snapshot = filesOf('snapshot', folder, names).at(-1);
  if (!snapshot) return undefined;
  const { tick } = known;
  const after = Math.max(tick, snapshot.tick);
  const journal = readJournal(disk, folder, names, snapshot.tick, codec, after);
  const { batches, setAside } = journal;
  // The snapshot has all: it may be of a process that has left its place to newer code.
  if (batches.length === 0 || setAside !== known.setAside) return undefined;
  if (tick >= snapshot.tick) return { batches, snapshot, journal };
  const { batches: all } = readJournal(disk, folder, names, tick, codec);
  return all.at(-1)?.tick === batches.at(-1)?.tick
    ? { batches: all, snapshot, journal }
    : undefined;
}

/** Cuts a torn end off, and removes what no process will go on with.
 *  @returns the paths of the segments that stay. */
function putInOrder<I>(
  disk: Disk,
  folder: string,
  names: readonly string[],
  { kept, later }: ReadJournal<I>,
): string[] {
  const last = kept.at(-1);
  for (const { path } of later) disk.remove(path);
  if (last?.end === 0) disk.remove(last.path);
  else if (last && last.tornBytes > 0) disk.cutFile(last.path, last.end);
  removeTemporary(disk, folder, names);
  return kept.filter(({ end }) => end > 0).map(({ path }) => path);
}

/** The newest that can be read. Changes nothing.
 *  @param names all names in the folder.
 *  @throws {StoreError} */
export function newestSnapshot(
  disk: Disk,
  folder: string,
  names: readonly string[],
): { snapshot: Snapshot & SnapshotAbout; damaged: StoreError[]; path: string } {
  const damaged: StoreError[] = [];
  for (const { path } of filesOf('snapshot', folder, names).toReversed()) {
    try {
      return { snapshot: decodeSnapshot(path, disk.read(path)), damaged, path };
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'CORRUPT') throw error;
      damaged.push(error);
    }
  }
  throw damaged[0] ?? new StoreError('CORRUPT', folder, 'there is no snapshot');
}

function removeTemporary(disk: Disk, folder: string, names: readonly string[]): void {
  for (const name of names) {
    if (name.endsWith(TEMPORARY_SUFFIX)) disk.remove(`${folder}/${name}`);
  }
}
