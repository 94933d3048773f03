// A state on disk that is a function of its inputs: what it was once, then what came since.
import { dirname } from 'node:path';
import { type Disk, systemDisk } from './disk.ts';
import { pack, unpack } from './msgpack.ts';
import { readIfThere } from './read-if-there.ts';
import { RecordFile, type SyncPolicy } from './record-file.ts';
import { decodeRecords, type FileFormat } from './record-format.ts';
import { TEMPORARY_SUFFIX } from './room-folder.ts';
import { StoreError } from './store-error.ts';

const format: FileFormat = { magic: 'HFT1', version: 1 };
/** A file is begun anew where what came since is both above this and above what it was. */
const SINCE_BYTES_MIN = 4_194_304;

export interface StateLogOptions {
  readonly path: string;
  readonly policy: SyncPolicy;
  readonly disk?: Disk;
}

export class StateLog {
  private readonly options: Required<StateLogOptions>;
  private file: RecordFile;
  private stateBytes: number;

  private constructor(options: Required<StateLogOptions>, file: RecordFile) {
    this.options = options;
    this.file = file;
    this.stateBytes = file.bytes;
  }

  /** What the file holds; undefined where there is none.
   *  @throws {StoreError} */
  static read({ path, disk = systemDisk }: StateLogOptions): StateHistory | undefined {
    try {
      const { bodies } = decodeRecords(path, readIfThere(disk, path), format);
      const [state, ...since] = bodies;
      return state && { state: unpack(state), since: unpacked(since) };
    } catch (error) {
      throw StoreError.of(path, error);
    }
  }

  /** Begins the file with a state; what it held is gone when it is on the disk. Does not hold up the
   *  event loop for that.
   *  @throws {StoreError} The file is as it was then. */
  static async begin(options: StateLogOptions, state: unknown): Promise<StateLog> {
    const all = { disk: systemDisk, ...options };
    const { path, disk } = all;
    let file: RecordFile | undefined;
    try {
      file = fileOf(all, state);
      await file.syncNow();
      disk.rename(path + TEMPORARY_SUFFIX, path);
      await disk.syncFolderLater(dirname(path));
      return new StateLog(all, file);
    } catch (error) {
      file?.close();
      throw StoreError.of(path, error);
    }
  }

  /** Whether it is time to `compact`. */
  get isLong(): boolean {
    const since = this.file.bytes - this.stateBytes;
    return since > Math.max(SINCE_BYTES_MIN, this.stateBytes);
  }

  /** Returns when it outlives this process.
   *  @throws {StoreError} It is not in the file then. */
  append(input: unknown): void {
    this.file.append(pack(input));
  }

  /** Replaces the file by one that begins with what the state is now.
   *  @throws {StoreError} The file is as it was then. */
  compact(state: unknown): void {
    const { path, disk } = this.options;
    let fresh: RecordFile | undefined;
    try {
      fresh = fileOf(this.options, state);
      fresh.syncAtOnce();
      disk.rename(path + TEMPORARY_SUFFIX, path);
      disk.syncFolder(dirname(path));
    } catch (error) {
      fresh?.close();
      throw StoreError.of(path, error);
    }
    this.file.close();
    this.file = fresh;
    this.stateBytes = fresh.bytes;
  }

  close(): void {
    this.file.close();
  }
}

function* unpacked(bodies: readonly Buffer[]): Generator<unknown> {
  for (const body of bodies) yield unpack(body);
}

/** The file under another name. */
function fileOf({ path, policy, disk }: Required<StateLogOptions>, state: unknown): RecordFile {
  disk.makeFolder(dirname(path));
  const file = RecordFile.create({ disk, path: path + TEMPORARY_SUFFIX, format, policy });
  try {
    file.append(pack(state), false);
  } catch (error) {
    file.close();
    throw error;
  }
  return file;
}

/** What was, and what was appended since, in order. */
export interface StateHistory {
  readonly state: unknown;
  /** Once: each is unpacked when it is asked for. */
  readonly since: Iterable<unknown>;
}
