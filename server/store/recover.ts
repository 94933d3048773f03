// Brings a room's folder in order after any fault: the newest snapshot, and the batches after it.
import type { Batch, InputCodec } from './batches.ts';
import type { Disk } from './disk.ts';
import { filesOf, type RoomFile, TEMPORARY_SUFFIX } from './room-folder.ts';
import { readJournal } from './segments.ts';
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
    const files = filesOf('snapshot', folder, names);
    const { snapshot, damaged, path: snapshotPath } = newestSnapshot(disk, folder, files);
    const journal = readJournal(disk, folder, names, snapshot.tick, codec);
    const { batches, droppedBytes, kept, later } = journal;
    const last = kept.at(-1);
    for (const { path } of later) disk.remove(path);
    if (last?.end === 0) disk.remove(last.path);
    else if (last && last.tornBytes > 0) disk.cutFile(last.path, last.end);
    // Else it would count as one of the two that are kept.
    for (const { path } of damaged) disk.rename(path, path + DAMAGED_SUFFIX);
    removeTemporary(disk, folder, names);
    const segments = kept.filter(({ end }) => end > 0).map(({ path }) => path);
    const unsynced = [...segments, snapshotPath, folder];
    return { snapshot, batches, droppedBytes, damaged, unsynced };
  } catch (error) {
    throw StoreError.of(folder, error);
  }
}

function newestSnapshot(
  disk: Disk,
  folder: string,
  files: readonly RoomFile[],
): { snapshot: Snapshot & SnapshotAbout; damaged: StoreError[]; path: string } {
  const damaged: StoreError[] = [];
  for (const { path } of files.toReversed()) {
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
