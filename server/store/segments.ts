// What a room's journal has since one tick: batches without a gap, up to a torn record at its end.
import { type Batch, decodeBatch, type InputCodec, journalFormat } from './batches.ts';
import type { Disk } from './disk.ts';
import { decodeRecords } from './record-format.ts';
import { filesOf, neededSegments } from './room-folder.ts';
import { readSetAside, withoutSetAside } from './set-aside.ts';
import { StoreError } from './store-error.ts';

/** The journal since a snapshot, as it was read. */
export interface ReadJournal<I> {
  /** In order, without a gap; the first is the one after the snapshot. What was set aside is in
   *  them as the codec says. */
  readonly batches: readonly Batch<I>[];
  /** What was being written at its end when the process or the machine died. */
  readonly droppedBytes: number;
  /** Where the journal ends. */
  readonly last: Segment<I> | undefined;
  /** Segments after that, the last first: they go with what was torn before them. */
  readonly later: readonly Segment<I>[];
}

/** @param names all names in the folder.
 *  @param tick of the snapshot.
 *  @throws {StoreError} */
export function readJournal<I>(
  disk: Disk,
  folder: string,
  names: readonly string[],
  tick: number,
  codec: InputCodec<I>,
): ReadJournal<I> {
  const segments = neededSegments(filesOf('journal', folder, names), tick).map(({ path }) =>
    readSegment(disk, path, codec),
  );
  const { kept, later } = keptSegments(segments);
  const last = kept.at(-1);
  const droppedBytes = later.reduce(
    (sum, { end, tornBytes }) => sum + end + tornBytes,
    last?.tornBytes ?? 0,
  );
  const places = readSetAside(disk, folder);
  const batches = withoutSetAside(following(tick, kept), places, codec);
  return { batches, droppedBytes, last, later };
}

export interface Segment<I> {
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

function following<I>(tick: number, segments: readonly Segment<I>[]): Batch<I>[] {
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
