// A snapshot as a file: the slices of the saved state, then a record that says of what they are.
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { pack, unpack } from './msgpack.ts';
import {
  decodeRecords,
  encodeHeader,
  encodeRecord,
  type FileFormat,
  isOlder,
} from './record-format.ts';
import { joinSlices, packSlice, type Saved, slicesOf } from './saved-slices.ts';
import { stateHash } from './state-hash.ts';
import { StoreError } from './store-error.ts';

export const snapshotFormat: FileFormat = { magic: 'HFS1', version: 3, versionMin: 2 };

/** How long an encoding keeps other work waiting, at least. */
const TURN_MS = 1;

/** A room at one tick. */
export interface Snapshot {
  /** The room's number, which game code can see. */
  readonly room: number;
  readonly game: string;
  /** The version that the game gives its state. */
  readonly stateVersion: number;
  readonly tick: number;
  /** The last tick before that has changed what copies of the room show; not in older files. */
  readonly changedTick?: number;
  /** What `RoomState.save` gave. */
  readonly saved: Saved;
}

/** What can be said of a snapshot without its state. */
export type SnapshotAbout = Omit<Snapshot, 'saved'> & {
  /** As `stateHash` counts; undefined where it is of an older format, which counted otherwise. */
  readonly hash: string | undefined;
};

/** @returns the file's bytes. */
export function encodeSnapshot(snapshot: Snapshot): Buffer {
  const steps = encoding(snapshot);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same in small steps beside the event loop; the first of them is done before this returns.
 *  @returns the bytes, and how many ms the steps took; rejects as `packSlice` throws. */
export async function encodeSnapshotLater(
  snapshot: Snapshot,
): Promise<{ bytes: Buffer; ms: number }> {
  const steps = encoding(snapshot);
  let ms = 0;
  for (;;) {
    const turnAt = performance.now();
    for (let spent = 0; spent < TURN_MS; spent = performance.now() - turnAt) {
      const { done, value } = steps.next();
      if (done) return { bytes: value, ms: ms + performance.now() - turnAt };
    }
    ms += performance.now() - turnAt;
    await setImmediate();
  }
}

function* encoding({ saved, ...about }: Snapshot): Generator<void, Buffer> {
  const parts = [encodeHeader(snapshotFormat)];
  const hash = createHash('sha256');
  for (const slice of slicesOf(saved)) {
    const { bytes, hashed } = packSlice(slice);
    hash.update(hashed);
    parts.push(encodeRecord(bytes));
    yield;
  }
  parts.push(encodeRecord(pack({ ...about, hash: hash.digest('hex') })));
  return Buffer.concat(parts);
}

/** Does not compare the hash, which takes as long as all the rest: `checked` does.
 *  @throws {StoreError} `NEWER_FORMAT`, `OLDER_FORMAT`; `CORRUPT` where a byte is not as it was. */
export function decodeSnapshot(path: string, bytes: Buffer): Snapshot & SnapshotAbout {
  const { bodies, tornBytes } = decodeRecords(path, bytes, snapshotFormat);
  const last = bodies.at(-1);
  if (!last || tornBytes > 0) throw new StoreError('CORRUPT', path, 'it is not complete');
  const about = unpack(last) as SnapshotAbout;
  if (bodies.length < 2 || typeof about.hash !== 'string') {
    throw new StoreError('CORRUPT', path, 'its end is missing');
  }
  const hash = isOlder(bytes, snapshotFormat) ? undefined : about.hash;
  return { ...about, hash, saved: joinSlices(bodies.slice(0, -1).map(unpack)) };
}

/** @throws {StoreError} `CORRUPT` where the state is not the one that was written down. */
export function checked<S extends Snapshot & SnapshotAbout>(path: string, snapshot: S): S {
  const { hash, saved } = snapshot;
  if (hash === undefined || hash === stateHash(saved)) return snapshot;
  throw new StoreError('CORRUPT', path, 'its state has not the hash that it had');
}
