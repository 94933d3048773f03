// A room that another process runs, as far as that has applied it for certain. Changes nothing.
import type { Batch, InputCodec } from './batches.ts';
import type { Disk } from './disk.ts';
import { type KnownRoom, newestSnapshot } from './recover.ts';
import { filesOf } from './room-folder.ts';
import { readJournal } from './segments.ts';
import { readSetAside } from './set-aside.ts';
import type { Snapshot } from './snapshot-file.ts';
import { StoreError } from './store-error.ts';

/** @returns the newest snapshot, and what to go on from.
 *  @throws {StoreError} also for files that are removed meanwhile: look again. */
export function beginToFollow(
  disk: Disk,
  folder: string,
): { readonly snapshot: Snapshot; readonly known: KnownRoom } {
  try {
    const { snapshot } = newestSnapshot(disk, folder, disk.list(folder));
    const { tick } = snapshot;
    return { snapshot, known: { tick, setAside: readSetAside(disk, folder).length } };
  } catch (error) {
    throw StoreError.of(folder, error);
  }
}

/** What was written down since one tick. */
export interface Followed<I> {
  /** In order, without a gap. Without the last of the journal: it may be being applied, and be what ends
   *  the process that does. */
  readonly batches: readonly Batch<I>[];
  /** The tick of the newest snapshot. */
  readonly snapshotTick: number;
}

/** @returns what follows; undefined where an input was set aside meanwhile: begin anew.
 *  @throws {StoreError} also for files that are removed meanwhile, or were long since: begin anew. */
export function followOn<I>(
  disk: Disk,
  folder: string,
  codec: InputCodec<I>,
  { tick, setAside }: KnownRoom,
): Followed<I> | undefined {
  try {
    const names = disk.list(folder);
    const snapshotTick = filesOf('snapshot', folder, names).at(-1)?.tick ?? 0;
    const journal = readJournal(disk, folder, names, tick, codec);
    if (journal.setAside !== setAside) return undefined;
    const { batches } = journal;
    // What the snapshot has was applied.
    const isCertain = (batches.at(-1)?.tick ?? 0) <= snapshotTick;
    return { batches: isCertain ? batches : batches.slice(0, -1), snapshotTick };
  } catch (error) {
    throw StoreError.of(folder, error);
  }
}

/** The newest snapshot of a room that this process runs, and all that was written down since.
 *  @throws {StoreError} also for files that are removed meanwhile: look again. */
export function readNewest<I>(
  disk: Disk,
  folder: string,
  codec: InputCodec<I>,
): { readonly snapshot: Snapshot; readonly batches: readonly Batch<I>[] } {
  try {
    const names = disk.list(folder);
    const { snapshot } = newestSnapshot(disk, folder, names);
    const { batches } = readJournal(disk, folder, names, snapshot.tick, codec);
    return { snapshot, batches };
  } catch (error) {
    throw StoreError.of(folder, error);
  }
}
