// What a room's folder says after any fault: the newest snapshot, and the batches that follow it.
import { type Batch, decodeBatch, type InputCodec, journalFormat } from './batches.ts';
import type { Disk } from './disk.ts';
import { decodeRecords } from './record-format.ts';
import { filesOf, neededSegments, type RoomFile, TEMPORARY_SUFFIX } from './room-folder.ts';
import { decodeSnapshot, type Snapshot, type SnapshotAbout } from './snapshot-file.ts';
import { StoreError } from './store-error.ts';

export interface Recovered<I> {
  readonly snapshot: Snapshot & SnapshotAbout;
  /** In order, without a gap; the first is the one after the snapshot. */
  readonly batches: readonly Batch<I>[];
  /** Cut off at the journal's end: what was being written when the process or the machine died. */
  readonly droppedBytes: number;
}

/** Reads a room's folder and changes nothing.
 *  @throws {StoreError} `NEWER_FORMAT`, `CORRUPT`, and what the system refuses. */
export function readRoom<I>(disk: Disk, folder: string, codec: InputCodec<I>): Recovered<I> {
  return read(disk, folder, codec).recovered;
}

/** Reads a room's folder, cuts a torn end off its journal, and returns when the disk has the rest.
 *  @throws {StoreError} `NEWER_FORMAT`, `CORRUPT`, and what the system refuses. Nothing is changed
 *  then. */
export function recover<I>(disk: Disk, folder: string, codec: InputCodec<I>): Recovered<I> {
  const { recovered, names, later, last } = read(disk, folder, codec);
  try {
    for (const { path } of later) disk.remove(path);
    if (last?.end === 0) disk.remove(last.path);
    else if (last) disk.cutFile(last.path, last.end);
    removeTemporary(disk, folder, names);
    disk.syncFolder(folder);
    return recovered;
  } catch (error) {
    throw StoreError.of(folder, error);
  }
}

interface Read<I> {
  readonly recovered: Recovered<I>;
  /** All names in the folder. */
  readonly names: readonly string[];
  /** Where the journal ends. */
  readonly last: Segment<I> | undefined;
  /** Segments after that, the last first: they go with what was torn before them. */
  readonly later: readonly Segment<I>[];
}

function read<I>(disk: Disk, folder: string, codec: InputCodec<I>): Read<I> {
  try {
    const names = disk.list(folder);
    const snapshot = newestSnapshot(disk, folder, filesOf('snapshot', folder, names));
    const segments = neededSegments(filesOf('journal', folder, names), snapshot.tick).map(
      ({ path }) => readSegment(disk, path, codec),
    );
    const { kept, later } = keptSegments(segments);
    const last = kept.at(-1);
    const batches = following(snapshot, kept);
    const droppedBytes = later.reduce(
      (sum, { end, tornBytes }) => sum + end + tornBytes,
      last?.tornBytes ?? 0,
    );
    return { recovered: { snapshot, batches, droppedBytes }, names, last, later };
  } catch (error) {
    throw StoreError.of(folder, error);
  }
}

/** An older one will do where the newest is damaged: its journal is kept until the newer is sure. */
function newestSnapshot(
  disk: Disk,
  folder: string,
  files: readonly RoomFile[],
): Snapshot & SnapshotAbout {
  let damage: unknown;
  for (const { path } of files.toReversed()) {
    try {
      return decodeSnapshot(path, disk.read(path));
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'CORRUPT') throw error;
      damage ??= error;
    }
  }
  throw damage ?? new StoreError('CORRUPT', folder, 'there is no snapshot');
}

interface Segment<I> {
  readonly path: string;
  readonly batches: Batch<I>[];
  /** The disk had all of the segment before this one. */
  readonly sealed: boolean;
  readonly end: number;
  readonly tornBytes: number;
}

function readSegment<I>(disk: Disk, path: string, codec: InputCodec<I>): Segment<I> {
  const { bodies, end, tornBytes } = decodeRecords(path, disk.read(path), journalFormat);
  const batches: Batch<I>[] = [];
  let sealed = false;
  for (const body of bodies) {
    const batch = decodeBatch(codec, body);
    if (batch) batches.push(batch);
    else sealed = true;
  }
  return { path, batches, sealed, end, tornBytes };
}

/** The journal up to its torn record. A segment is begun before the disk is known to have all of
 *  the one before, so when the machine dies then, it is the earlier that is torn and the later that
 *  goes with it; once sealed, a torn end before it is damage. */
function keptSegments<I>(segments: Segment<I>[]): { kept: Segment<I>[]; later: Segment<I>[] } {
  const torn = segments.findIndex(({ tornBytes }) => tornBytes > 0);
  if (torn < 0) return { kept: segments, later: [] };
  const later = segments.slice(torn + 1);
  if (later[0]?.sealed) {
    throw new StoreError('CORRUPT', segments[torn]!.path, 'its last record');
  }
  return { kept: segments.slice(0, torn + 1), later: later.reverse() };
}

function following<I>({ tick }: { tick: number }, segments: readonly Segment<I>[]): Batch<I>[] {
  const following: Batch<I>[] = [];
  for (const { path, batches } of segments) {
    for (const batch of batches) {
      if (batch.tick <= tick) continue;
      const expected = tick + following.length + 1;
      if (batch.tick !== expected) {
        throw new StoreError('CORRUPT', path, `tick ${batch.tick} follows, not ${expected}`);
      }
      following.push(batch);
    }
  }
  return following;
}

function removeTemporary(disk: Disk, folder: string, names: readonly string[]): void {
  for (const name of names) {
    if (name.endsWith(TEMPORARY_SUFFIX)) disk.remove(`${folder}/${name}`);
  }
}
