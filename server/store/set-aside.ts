// The inputs of a room that are not applied, because they end the process that does: a list in its
// folder, which counts for whoever replays the journal.
import { join } from 'node:path';
import type { Batch, InputCodec } from './batches.ts';
import type { Disk } from './disk.ts';
import { pack, unpack } from './msgpack.ts';
import { RecordFile } from './record-file.ts';
import { decodeRecords, type FileFormat } from './record-format.ts';
import { TEMPORARY_SUFFIX } from './room-folder.ts';
import { StoreError } from './store-error.ts';

export const setAsideFormat: FileFormat = { magic: 'HFA1', version: 1 };

const FILE = 'set-aside.log';

/** Where an input is in a room's journal. */
export interface InputPlace {
  readonly tick: number;
  /** In its batch. */
  readonly index: number;
}

/** @throws {StoreError} `NEWER_FORMAT`, `CORRUPT`, and what the system refuses. */
export function readSetAside(disk: Disk, folder: string): InputPlace[] {
  const path = join(folder, FILE);
  try {
    if (!disk.list(folder).includes(FILE)) return [];
    const { bodies } = decodeRecords(path, disk.read(path), setAsideFormat);
    return bodies.map((body) => {
      const [tick, index] = unpack(body) as [number, number];
      return { tick, index };
    });
  } catch (error) {
    throw StoreError.of(path, error);
  }
}

/** Returns when the disk has the whole list.
 *  @throws {StoreError} The list is as it was then. */
export function writeSetAside(disk: Disk, folder: string, places: readonly InputPlace[]): void {
  const path = join(folder, FILE);
  const temporary = path + TEMPORARY_SUFFIX;
  const options = { disk, path: temporary, format: setAsideFormat, policy: 'never' as const };
  try {
    const file = RecordFile.create(options);
    try {
      for (const { tick, index } of places) file.append(pack([tick, index]));
      file.syncAtOnce();
    } finally {
      file.close();
    }
    disk.rename(temporary, path);
    disk.syncFolder(folder);
  } catch (error) {
    throw StoreError.of(path, error);
  }
}

/** @returns the batches as they are to be applied. */
export function withoutSetAside<I>(
  batches: readonly Batch<I>[],
  places: readonly InputPlace[],
  codec: InputCodec<I>,
): readonly Batch<I>[] {
  if (places.length === 0) return batches;
  return batches.map((batch) => {
    const indexes = places.filter(({ tick }) => tick === batch.tick).map(({ index }) => index);
    if (indexes.length === 0) return batch;
    const inputs = batch.inputs.map((input, i) =>
      indexes.includes(i) ? codec.setAside(input) : input,
    );
    return { ...batch, inputs };
  });
}
