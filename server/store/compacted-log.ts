// A file of records that goes on where it ended, and is made short again beside the event loop.
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Disk, systemDisk } from './disk.ts';
import { readIfThere } from './read-if-there.ts';
import { RecordFile, type RecordFileOptions } from './record-file.ts';
import { isOlder } from './record-format.ts';
import { RecordReader } from './record-reader.ts';
import { TEMPORARY_SUFFIX } from './room-folder.ts';
import { StoreError } from './store-error.ts';
import { Tenure } from './tenure.ts';

export interface CompactedLogOptions extends Omit<RecordFileOptions, 'disk'> {
  readonly disk?: Disk | undefined;
  /** How long the file is this process'. */
  readonly tenure?: Tenure | undefined;
  /** Has read the file already, as far as it went then. */
  readonly reader?: RecordReader | undefined;
}

/** What a log holds when it is opened. */
export interface OpenedLog {
  readonly log: CompactedLog;
  /** In order; those that `reader` has given before are left out. */
  readonly bodies: readonly Buffer[];
  /** Whether the file goes on from those. */
  readonly isContinued: boolean;
  /** Cut off at the end: what was being written when the process or the machine died. */
  readonly droppedBytes: number;
}

/** It is made short where so many bytes came since it was, and as many as it had then. */
const SINCE_BYTES_MIN = 131_072;
/** How long what is written anew keeps other work waiting, and how much of it is written at a time. */
const TURN_MS = 5;
const WRITE_BYTES = 262_144;

export class CompactedLog {
  private readonly options: RecordFileOptions;
  private readonly tenure: Tenure;
  private file: RecordFile;
  /** The file is long when it has more bytes. What it had when it was made short is not known at first:
   *  at worst that is done once more. */
  private longBytes = SINCE_BYTES_MIN;
  /** What is appended while the file is made short: the new one is to have it, too. */
  private meanwhile: Uint8Array[] | undefined;
  private compacting: Promise<void> = Promise.resolve();

  private constructor(options: RecordFileOptions, tenure: Tenure, file: RecordFile) {
    this.options = options;
    this.tenure = tenure;
    this.file = file;
  }

  /** Reads the file, or begins one.
   *  @throws {StoreError} The file is as it was then. */
  static open({
    tenure = new Tenure(),
    reader = new RecordReader(),
    ...of
  }: CompactedLogOptions): OpenedLog {
    const { path, format, disk = systemDisk } = of;
    const options = { ...of, disk };
    try {
      const bytes = readIfThere(disk, path);
      const { bodies, isContinued, end, tornBytes } = reader.read(path, bytes, format);
      const file =
        end === 0 ? begin(options) : RecordFile.open(options, end, isOlder(bytes, format));
      const log = new CompactedLog(options, tenure, file);
      return { log, bodies, isContinued, droppedBytes: tornBytes };
    } catch (error) {
      throw StoreError.of(path, error);
    }
  }

  /** Returns when it outlives this process; with `always`, the machine.
   *  @throws {StoreError} It is not in the file then; so after the tenure. */
  append(body: Uint8Array): void {
    this.mustBeOurs();
    this.file.append(body);
    this.meanwhile?.push(body);
  }

  /** Compacts the file whatever its length: it has data that must not be kept. */
  compactSoon(): void {
    this.longBytes = 0;
  }

  /** Where the file has become long, replaces it by one with these records instead, and all that is
   *  appended from now on. They are taken bit by bit: where they are not what was at the call,
   *  records appended during the compaction must be harmless when they come twice. They are disposed of when they
   *  are needed no longer. One that cannot be
   *  written leaves the file as it is, and is tried again when that has become longer. */
  compactIfLong(bodies: () => Iterable<Uint8Array> & Partial<Disposable>): void {
    if (this.meanwhile || this.tenure.isOver || this.file.bytes <= this.longBytes) return;
    this.meanwhile = [];
    this.longBytes = this.file.bytes + SINCE_BYTES_MIN;
    const taken = bodies();
    const compact = this.tenure.during(() => this.compact(taken));
    this.compacting = compact
      .catch(() => {})
      .finally(() => {
        this.meanwhile = undefined;
        taken[Symbol.dispose]?.();
      });
  }

  /** For `everysecond`: call it once a second.
   *  @throws {StoreError} and so does every append after it. */
  sync(): Promise<void> {
    return this.file.sync();
  }

  /** Lets go of the file, when the disk has it. */
  async close(): Promise<void> {
    await this.compacting;
    if (this.options.policy !== 'never') await this.file.syncNow().catch(() => {});
    this.file.close();
  }

  private async compact(bodies: Iterable<Uint8Array>): Promise<void> {
    const { disk, path, policy } = this.options;
    const temporary = path + TEMPORARY_SUFFIX;
    const fresh = await RecordFile.createLater({ ...this.options, path: temporary });
    try {
      await write(fresh, bodies);
      // Twice: what comes while the disk takes much is little, and what comes then next to nothing.
      for (let i = 0; i < 2; i++) {
        // The next process waits for this to end.
        this.mustBeOurs();
        await write(fresh, this.takeMeanwhile());
        await fresh.syncNow();
      }
      fresh.appendAll(this.takeMeanwhile());
      if (policy === 'always') fresh.syncAtOnce();
      disk.rename(temporary, path);
    } catch (error) {
      fresh.close();
      disk.remove(temporary);
      throw error;
    }
    const replaced = this.file;
    this.file = fresh;
    this.longBytes = fresh.bytes + Math.max(SINCE_BYTES_MIN, fresh.bytes);
    await replaced.closeLater().catch(() => {});
    await disk.syncFolderLater(dirname(path));
  }

  private mustBeOurs(): void {
    if (!this.tenure.isOver) return;
    throw new StoreError('IO', this.options.path, 'it is another process’ by now');
  }

  private takeMeanwhile(): Uint8Array[] {
    return this.meanwhile!.splice(0);
  }
}

/** Nothing is lost where the machine dies before the disk has the name of the file: it was empty. */
function begin(options: RecordFileOptions): RecordFile {
  const { disk, path } = options;
  disk.makeFolder(dirname(path));
  const file = RecordFile.create(options);
  disk.syncFolder(dirname(path));
  return file;
}

async function write(file: RecordFile, bodies: Iterable<Uint8Array>): Promise<void> {
  let some: Uint8Array[] = [];
  let bytes = 0;
  let turnAt = performance.now();
  for (const body of bodies) {
    some.push(body);
    bytes += body.length;
    if (bytes < WRITE_BYTES && performance.now() - turnAt < TURN_MS) continue;
    file.appendAll(some);
    some = [];
    bytes = 0;
    if (performance.now() - turnAt < TURN_MS) continue;
    await setImmediate();
    turnAt = performance.now();
  }
  file.appendAll(some);
}
