// Sessions on disk: a log of what happened to them, begun anew and short at each start.
import { dirname } from 'node:path';
import { type Disk, systemDisk } from './disk.ts';
import { pack, unpack } from './msgpack.ts';
import { readIfThere } from './read-if-there.ts';
import { RecordFile, type SyncPolicy } from './record-file.ts';
import { decodeRecords, type FileFormat } from './record-format.ts';
import { TEMPORARY_SUFFIX } from './room-folder.ts';
import {
  type SavedSessions,
  type SessionEvent,
  SessionHistory,
  sessionCodec,
} from './session-events.ts';
import { StoreError } from './store-error.ts';

export const sessionsFormat: FileFormat = { magic: 'HFL1', version: 2 };

export interface SessionsFileOptions {
  readonly path: string;
  readonly policy: SyncPolicy;
  /** Answers of the lobby that are kept for each session. */
  readonly answersKept: number;
  readonly disk?: Disk;
}

export class SessionsFile {
  private readonly file: RecordFile;

  private constructor(file: RecordFile) {
    this.file = file;
  }

  /** Reads what there is, and begins a file that says the same in as few records as can be.
   *  @throws {StoreError} The file is as it was then. */
  static open(options: SessionsFileOptions): {
    file: SessionsFile;
    saved: SavedSessions;
    /** Cut off at the end: what was being written when the process or the machine died. */
    droppedBytes: number;
  } {
    const { path, policy, answersKept, disk = systemDisk } = options;
    try {
      disk.makeFolder(dirname(path));
      const { bodies, tornBytes } = decodeRecords(path, readIfThere(disk, path), sessionsFormat);
      const history = new SessionHistory(answersKept);
      for (const body of bodies) history.apply(sessionCodec.fromArray(unpack(body) as unknown[]));
      const temporary = path + TEMPORARY_SUFFIX;
      const fresh = RecordFile.create({ disk, path: temporary, format: sessionsFormat, policy });
      fresh.appendAll([...history.events()].map((event) => pack(sessionCodec.toArray(event))));
      fresh.syncAtOnce();
      disk.rename(temporary, path);
      disk.syncFolder(dirname(path));
      return { file: new SessionsFile(fresh), saved: history.saved(), droppedBytes: tornBytes };
    } catch (error) {
      throw StoreError.of(path, error);
    }
  }

  /** Returns when the event outlives this process; with `always`, the machine.
   *  @throws {StoreError} The event did not happen then: do not tell anyone that it did. */
  append(event: SessionEvent): void {
    this.file.append(pack(sessionCodec.toArray(event)));
  }

  /** For `everysecond`: call it once a second.
   *  @throws {StoreError} and so does every append after it. */
  sync(): Promise<void> {
    return this.file.sync();
  }

  async close(): Promise<void> {
    await this.file.syncNow().catch(() => {});
    this.file.close();
  }
}
