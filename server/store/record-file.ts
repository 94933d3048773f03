// A file that records are appended to: a record is in it wholly, or not at all.
import type { Disk } from './disk.ts';
import { encodeHeader, encodeRecord, type FileFormat } from './record-format.ts';
import { StoreError } from './store-error.ts';

/** When what was appended is sure to outlive the machine, not only the process. */
export type SyncPolicy = 'never' | 'everysecond' | 'always';

export interface RecordFileOptions {
  readonly disk: Disk;
  readonly path: string;
  readonly format: FileFormat;
  readonly policy: SyncPolicy;
}

export class RecordFile {
  readonly path: string;
  private readonly disk: Disk;
  private readonly policy: SyncPolicy;
  private readonly fd: number;
  /** Where the last whole record ends. */
  private end = 0;
  /** Bytes of a record that failed may lie behind `end`. */
  private hasRest = false;
  private unsynced = false;
  private syncing: Promise<void> | undefined;
  private failure: StoreError | undefined;
  private isOpen = true;

  private constructor({ disk, path, policy }: RecordFileOptions, fd: number) {
    this.disk = disk;
    this.path = path;
    this.policy = policy;
    this.fd = fd;
  }

  /** Begins a file; one of the same name is lost.
   *  @throws {StoreError} */
  static create(options: RecordFileOptions): RecordFile {
    const { disk, path } = options;
    return RecordFile.begin(
      options,
      attempt(path, () => disk.create(path)),
    );
  }

  /** The same; it is opened beside the event loop. */
  static async createLater(options: RecordFileOptions): Promise<RecordFile> {
    const { disk, path } = options;
    try {
      return RecordFile.begin(options, await disk.createLater(path));
    } catch (error) {
      throw StoreError.of(path, error);
    }
  }

  /** Goes on with a file of which the first `end` bytes are good; with `always`, when the disk has them.
   *  @param isOlder it is of an older version, and from now on of this one.
   *  @throws {StoreError} The file is as it was then. */
  static open(options: RecordFileOptions, end: number, isOlder: boolean): RecordFile {
    const { disk, path, format, policy } = options;
    const fd = attempt(path, () => disk.open(path));
    const file = new RecordFile(options, fd);
    file.end = end;
    file.hasRest = true;
    file.unsynced = true;
    try {
      if (isOlder) attempt(path, () => disk.write(fd, encodeHeader(format), 0, 0));
      if (policy === 'always') file.syncAtOnce();
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  }

  private static begin(options: RecordFileOptions, fd: number): RecordFile {
    const file = new RecordFile(options, fd);
    try {
      file.write(encodeHeader(options.format));
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  }

  get bytes(): number {
    return this.end;
  }

  /** Returns when the disk has all that was appended.
   *  @throws {StoreError} as `sync` does. */
  syncAtOnce(): void {
    try {
      this.disk.sync(this.fd);
      this.unsynced = false;
    } catch (error) {
      this.failure = StoreError.of(this.path, error);
      throw this.failure;
    }
  }

  /** Returns when the system has the record; with `always` and `matters`, when the disk has it.
   *  @param matters whether somebody will be told that this was done.
   *  @throws {StoreError} The file is then as before, and the next append may succeed; but once the
   *  disk has failed to sync, nobody knows what it holds, and every append is refused. */
  append(body: Uint8Array, matters = true): void {
    this.appendRecord(encodeRecord(body), matters);
  }

  /** The same, of a record that is whole with its prefix. */
  appendRecord(record: Uint8Array, matters: boolean): void {
    if (this.failure) throw this.failure;
    const before = this.end;
    this.write(record);
    this.unsynced = true;
    if (this.policy !== 'always' || !matters) return;
    try {
      this.syncAtOnce();
    } catch (error) {
      this.end = before;
      this.dropRest();
      throw error;
    }
  }

  /** Returns when the system has all of the records, which are in the file wholly or not at all: far
   *  quicker than one by one.
   *  @throws {StoreError} */
  appendAll(bodies: Iterable<Uint8Array>): void {
    if (this.failure) throw this.failure;
    this.write(Buffer.concat(Array.from(bodies, encodeRecord)));
    this.unsynced = true;
  }

  /** Has the disk take what was appended, beside the event loop; for `everysecond`, call it once a
   *  second.
   *  @throws {StoreError} and so does every append after it. */
  async sync(): Promise<void> {
    if (this.policy !== 'everysecond' || !this.isOpen) return;
    await this.syncNow();
  }

  /** The same, whatever the policy. */
  async syncNow(): Promise<void> {
    // One that runs may have begun before the last append; whose it is, it hears what came of it.
    while (this.syncing) await this.syncing.catch(() => {});
    if (this.failure) throw this.failure;
    if (!this.unsynced) return;
    this.unsynced = false;
    this.syncing = this.disk.syncLater(this.fd);
    try {
      await this.syncing;
    } catch (error) {
      this.failure = StoreError.of(this.path, error);
      throw this.failure;
    } finally {
      this.syncing = undefined;
    }
  }

  /** Does not sync. The number of the file is let go when no sync uses it any more. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const { disk, fd } = this;
    if (this.syncing) this.syncing.catch(() => {}).then(() => disk.close(fd));
    else disk.close(fd);
  }

  /** The same, of a large file that another has replaced: freeing 64 MB takes some 15 ms. */
  async closeLater(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    await this.syncing?.catch(() => {});
    await this.disk.closeLater(this.fd);
  }

  private write(bytes: Uint8Array): void {
    attempt(this.path, () => {
      if (this.hasRest) {
        this.disk.truncate(this.fd, this.end);
        this.hasRest = false;
      }
      try {
        for (let done = 0; done < bytes.length; ) {
          const wrote = this.disk.write(this.fd, bytes, done, this.end + done);
          if (wrote === 0) throw new StoreError('IO', this.path, 'nothing could be written');
          done += wrote;
        }
      } catch (error) {
        this.dropRest();
        throw error;
      }
    });
    this.end += bytes.length;
  }

  /** If this fails too it is tried again before the next record. */
  private dropRest(): void {
    this.hasRest = true;
    try {
      this.disk.truncate(this.fd, this.end);
      this.hasRest = false;
    } catch {}
  }
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw StoreError.of(path, error);
  }
}
