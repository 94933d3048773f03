// Sessions on disk: a log of what happened to them.
import { CompactedLog } from './compacted-log.ts';
import type { Disk } from './disk.ts';
import { pack, unpack } from './msgpack.ts';
import type { SyncPolicy } from './record-file.ts';
import type { FileFormat } from './record-format.ts';
import {
  type SavedSessions,
  type SessionEvent,
  SessionHistory,
  sessionCodec,
} from './session-events.ts';
import type { Tenure } from './tenure.ts';

export const sessionsFormat: FileFormat = { magic: 'HFL1', version: 2 };

export interface SessionsFileOptions {
  readonly path: string;
  readonly policy: SyncPolicy;
  /** Answers of the lobby that are kept for each session. */
  readonly answersKept: number;
  readonly disk?: Disk | undefined;
  /** How long the file is this process'. */
  readonly tenure?: Tenure | undefined;
}

export class SessionsFile {
  private readonly log: CompactedLog;
  private readonly history: SessionHistory;

  private constructor(log: CompactedLog, history: SessionHistory) {
    this.log = log;
    this.history = history;
  }

  /** @throws {StoreError} The file is as it was then. */
  static open({ answersKept, ...of }: SessionsFileOptions): {
    file: SessionsFile;
    saved: SavedSessions;
    /** Cut off at the end: what was being written when the process or the machine died. */
    droppedBytes: number;
  } {
    const { log, bodies, droppedBytes } = CompactedLog.open({ ...of, format: sessionsFormat });
    const history = new SessionHistory(answersKept);
    for (const body of bodies) history.apply(sessionCodec.fromArray(unpack(body) as unknown[]));
    return { file: new SessionsFile(log, history), saved: history.saved(), droppedBytes };
  }

  /** Returns when the event outlives this process; with `always`, the machine.
   *  @throws {StoreError} The event did not happen then: do not tell anyone that it did. */
  append(event: SessionEvent): void {
    this.log.append(packed(event));
    this.history.apply(event);
    this.log.compactIfLong(() => this.shortest());
  }

  /** For `everysecond`: call it once a second.
   *  @throws {StoreError} and so does every append after it. */
  sync(): Promise<void> {
    return this.log.sync();
  }

  close(): Promise<void> {
    return this.log.close();
  }

  private *shortest(): Iterable<Uint8Array> {
    for (const event of this.history.events()) yield packed(event);
  }
}

const packed = (event: SessionEvent): Uint8Array => pack(sessionCodec.toArray(event));
