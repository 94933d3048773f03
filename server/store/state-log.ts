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

  private constructor(options: Required<StateLogOptions>, state: unknown) {
    this.options = options;
    this.file = this.fileOf(state);
    this.stateBytes = this.file.bytes;
  }

  /** What the file holds; undefined where there is none.
   *  @throws {StoreError} */
  static read({ path, disk = systemDisk }: StateLogOptions): StateHistory | undefined {
    try {
      const { bodies } = decodeRecords(path, readIfThere(disk, path), format);
      const [state, ...since] = bodies.map(unpack);
      return state === undefined ? undefined : { state, since };
    } catch (error) {
      throw StoreError.of(path, error);
    }
  }

  /** Begins the file with a state; what it held is gone when it is on the disk.
   *  @throws {StoreError} The file is as it was then. */
  static begin(options: StateLogOptions, state: unknown): StateLog {
    return new StateLog({ disk: systemDisk, ...options }, state);
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
    const fresh = this.fileOf(state);
    this.file.close();
    this.file = fresh;
    this.stateBytes = fresh.bytes;
  }

  close(): void {
    this.file.close();
  }

  private fileOf(state: unknown): RecordFile {
    const { path, policy, disk } = this.options;
    try {
      disk.makeFolder(dirname(path));
      const file = RecordFile.create({ disk, path: path + TEMPORARY_SUFFIX, format, policy });
      file.append(pack(state), false);
      file.syncAtOnce();
      disk.rename(path + TEMPORARY_SUFFIX, path);
      disk.syncFolder(dirname(path));
      return file;
    } catch (error) {
      throw StoreError.of(path, error);
    }
  }
}

/** What was, and what was appended since, in order. */
export interface StateHistory {
  readonly state: unknown;
  readonly since: readonly unknown[];
}
