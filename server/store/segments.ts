// What a room's journal has since one tick: batches without a gap, up to a torn record at its end.
import { type Batch, decodeBatch, type InputCodec, journalFormat, SEAL } from './batches.ts';
import type { Disk } from './disk.ts';
import { decodeRecords } from './record-format.ts';
import { filesOf, neededSegments, type RoomFile } from './room-folder.ts';
import { readSetAside, withoutSetAside } from './set-aside.ts';
import { StoreError } from './store-error.ts';

/** The journal since a snapshot, as it was read. */
export interface ReadJournal<I> {
  /** In order, without a gap; the first is the one after the snapshot. What was set aside is in
   *  them as the codec says. */
  readonly batches: readonly Batch<I>[];
  /** How many inputs of the room were set aside, there or before. */
  readonly setAside: number;
  /** What was being written at its end when the process or the machine died. */
  readonly droppedBytes: number;
  /** The segments that it has, in order. */
  readonly kept: readonly Segment[];
  /** Segments after that, the last first: they go with what was torn before them. */
  readonly later: readonly Segment[];
}

/** @param names all names in the folder.
 *  @param tick of the snapshot.
 *  @param after only the batches after this tick are wanted, which is not before the snapshot's.
 *  @throws {StoreError} */
export function readJournal<I>(
  disk: Disk,
  folder: string,
  names: readonly string[],
  tick: number,
  codec: InputCodec<I>,
  after = tick,
): ReadJournal<I> {
  const segments = neededSegments(filesOf('journal', folder, names), tick).map((file) =>
    readSegment(disk, file),
  );
  const { kept, later } = keptSegments(segments);
  const last = kept.at(-1);
  const droppedBytes = later.reduce(
    (sum, { end, tornBytes }) => sum + end + tornBytes,
    last?.tornBytes ?? 0,
  );
  const places = readSetAside(disk, folder);
  const batches = withoutSetAside(following(after, kept, codec), places, codec);
  return { batches, droppedBytes, kept, later, setAside: places.length };
}

export interface Segment {
  readonly path: string;
  /** The first of its ticks. */
  readonly tick: number;
  /** Of its batches. */
  readonly bodies: readonly Buffer[];
  /** The disk had all of the segment before this one. */
  readonly sealed: boolean;
  readonly end: number;
  readonly tornBytes: number;
}

function readSegment(disk: Disk, { path, tick }: RoomFile): Segment {
  const { bodies, end, tornBytes } = decodeRecords(path, disk.read(path), journalFormat);
  const batches = bodies.filter((body) => !body.equals(SEAL));
  return { path, tick, bodies: batches, sealed: batches.length < bodies.length, end, tornBytes };
}

/** The journal up to where it was torn, within a record or between two. A segment is begun before the
 *  disk is known to have all of the one before, so when the machine dies then, it is the earlier that
 *  is torn and the later that goes with it; once sealed, a torn end before it is damage. */
function keptSegments(segments: Segment[]): { kept: Segment[]; later: Segment[] } {
  const torn = segments.findIndex(({ tornBytes, tick, bodies }, i) => {
    const next = segments[i + 1];
    return tornBytes > 0 || (next && !next.sealed && next.tick > tick + bodies.length);
  });
  if (torn < 0) return { kept: segments, later: [] };
  const later = segments.slice(torn + 1);
  if (later[0]?.sealed) {
    throw new StoreError('CORRUPT', segments[torn]!.path, 'its last record');
  }
  return { kept: segments.slice(0, torn + 1), later: later.reverse() };
}

/** Reads from the end: what the snapshot has need not be decoded while players wait. */
function following<I>(
  tick: number,
  segments: readonly Segment[],
  codec: InputCodec<I>,
): Batch<I>[] {
  const found: Batch<I>[] = [];
  const mustFollow = (before: number, path: string): void => {
    const expected = before + 1;
    const first = found.at(-1)?.tick ?? expected;
    if (first === expected) return;
    throw new StoreError('CORRUPT', path, `tick ${first} follows, not ${expected}`);
  };
  for (const { path, bodies } of segments.toReversed()) {
    for (const body of bodies.toReversed()) {
      const batch = decodeBatch(codec, body);
      if (batch.tick <= tick) {
        mustFollow(tick, path);
        return found.reverse();
      }
      mustFollow(batch.tick, path);
      found.push(batch);
    }
  }
  if (segments[0]) mustFollow(tick, segments[0].path);
  return found.reverse();
}
