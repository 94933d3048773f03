// All that a room's folder holds, for who wants to look and not to go on with it.
import type { Batch, InputCodec } from './batches.ts';
import type { Disk } from './disk.ts';
import { filesOf } from './room-folder.ts';
import { readJournal } from './segments.ts';
import { checked, decodeSnapshot, type Snapshot, type SnapshotAbout } from './snapshot-file.ts';
import { StoreError } from './store-error.ts';

/** A room's past, as far as it is kept. */
export interface RoomHistory<I> {
  /** At least one, by rising tick. */
  readonly snapshots: readonly (Snapshot & SnapshotAbout)[];
  /** In order, without a gap; the first is the one after the first snapshot. */
  readonly batches: readonly Batch<I>[];
  /** What is being written at the journal's end, or was when its process died. */
  readonly droppedBytes: number;
  /** Why snapshots are left out: they are damaged, or the journal after them is. */
  readonly damaged: readonly StoreError[];
}

/** A server that runs removes files between the look into its folder and the reading of them. */
const TRIES_MAX = 5;

/** Reads a room's folder and changes nothing; a server may be at work in it.
 *  @throws {StoreError} `NEWER_FORMAT`, `OLDER_FORMAT`, `CORRUPT` where nothing can be read,
 *  `MISSING`, and what the system refuses. */
export function readRoom<I>(disk: Disk, folder: string, codec: InputCodec<I>): RoomHistory<I> {
  for (let tries = 1; ; tries++) {
    const names = listed(disk, folder);
    try {
      return read(disk, folder, names, codec);
    } catch (error) {
      const failure = StoreError.of(folder, error);
      if (failure.code !== 'MISSING' || tries === TRIES_MAX) throw failure;
    }
  }
}

function listed(disk: Disk, folder: string): readonly string[] {
  try {
    return disk.list(folder);
  } catch (error) {
    throw StoreError.of(folder, error);
  }
}

function read<I>(
  disk: Disk,
  folder: string,
  names: readonly string[],
  codec: InputCodec<I>,
): RoomHistory<I> {
  const damaged: StoreError[] = [];
  /** @returns undefined for what is damaged. */
  const whole = <T>(act: () => T): T | undefined => {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'CORRUPT') throw error;
      damaged.push(error);
      return undefined;
    }
  };
  const snapshots = filesOf('snapshot', folder, names)
    .map(({ path }) => whole(() => checked(path, decodeSnapshot(path, disk.read(path)))))
    .filter((snapshot) => snapshot !== undefined);
  const newest = snapshots.at(-1)?.tick ?? 0;
  for (const [i, { tick }] of snapshots.entries()) {
    const journal = whole(() => {
      const { batches, droppedBytes } = readJournal(disk, folder, names, tick, codec);
      const end = tick + batches.length;
      // The disk never had the rest; the snapshot after that is what counts.
      if (end < newest) throw new StoreError('CORRUPT', folder, `the journal ends at tick ${end}`);
      return { batches, droppedBytes };
    });
    if (journal) return { snapshots: snapshots.slice(i), damaged, ...journal };
  }
  throw damaged.at(-1) ?? new StoreError('CORRUPT', folder, 'there is no snapshot');
}
