// Sessions on disk: a log of what happened to them.
import { join } from 'node:path';
import { CompactedLog, type CompactedLogOptions, type OpenedLog } from './compacted-log.ts';
import type { Disk } from './disk.ts';
import { pack, unpack } from './msgpack.ts';
import { readIfThere } from './read-if-there.ts';
import type { FileFormat } from './record-format.ts';
import { RecordReader } from './record-reader.ts';
import {
  type SavedSessions,
  type SessionEvent,
  SessionHistory,
  sessionCodec,
} from './session-events.ts';
import { StoreError } from './store-error.ts';

/** A record is an event, or from version 3 on an array of events: those are read far quicker. Before
 *  version 4 sessions had their accounts' keys; from then on they have the ids. */
export const sessionsFormat: FileFormat = { magic: 'HFL1', version: 4 };
const EVENTS_IN_RECORD = 200;

export interface SessionsFileOptions extends Omit<CompactedLogOptions, 'format'> {
  /** Answers of the lobby that are kept for each session. */
  readonly answersKept: number;
  /** Has read the file already, as far as it went then; not to be used any more. */
  readonly followed?: FollowedSessions | undefined;
}

export const sessionsPath = (data: string): string => join(data, 'sessions.log');

/** What a file of sessions holds, while a server is at work in it. Changes nothing. */
export class FollowedSessions {
  readonly reader = new RecordReader();
  private readonly answersKept: number;
  private history: SessionHistory;

  /** @param answersKept answers of the lobby that are kept for each session. */
  constructor(answersKept: number) {
    this.answersKept = answersKept;
    this.history = new SessionHistory(answersKept);
  }

  /** Reads what has come since the last time.
   *  @throws {StoreError} Do not use it any more then. */
  read(path: string, disk: Disk): SavedSessions {
    try {
      const records = this.reader.read(path, readIfThere(disk, path), sessionsFormat);
      return this.take(records).saved();
    } catch (error) {
      throw StoreError.of(path, error);
    }
  }

  /** @param isContinued the records follow those that were taken before. */
  take({ bodies, isContinued }: Pick<OpenedLog, 'bodies' | 'isContinued'>): SessionHistory {
    if (!isContinued) this.history = new SessionHistory(this.answersKept);
    for (const event of bodies.flatMap(eventsOf)) {
      this.history.apply(sessionCodec.fromArray(event));
    }
    return this.history;
  }
}

export class SessionsFile {
  private readonly log: CompactedLog;
  private readonly history: SessionHistory;

  private constructor(log: CompactedLog, history: SessionHistory) {
    this.log = log;
    this.history = history;
  }

  /** @throws {StoreError} The file is as it was then. */
  static open({
    answersKept,
    followed = new FollowedSessions(answersKept),
    ...of
  }: SessionsFileOptions): {
    file: SessionsFile;
    saved: SavedSessions;
    /** Cut off at the end: what was being written when the process or the machine died. */
    droppedBytes: number;
  } {
    const { reader } = followed;
    const opened = CompactedLog.open({ ...of, format: sessionsFormat, reader });
    const { log, droppedBytes } = opened;
    try {
      const history = followed.take(opened);
      if (history.hadKeys) log.compactSoon();
      return { file: new SessionsFile(log, history), saved: history.saved(), droppedBytes };
    } catch (error) {
      void log.close();
      throw StoreError.of(of.path, error);
    }
  }

  /** Returns when the event outlives this process; with `always`, the machine.
   *  @throws {StoreError} The event did not happen then: do not tell anyone that it did. */
  append(event: SessionEvent): void {
    this.log.append(pack(sessionCodec.toArray(event)));
    this.history.apply(event);
    this.log.compactIfLong(() => this.shortest());
  }

  /** For `everysecond`: call it once a second.
   *  @throws {StoreError} and so does every append after it. */
  sync(): Promise<void> {
    this.log.compactIfLong(() => this.shortest());
    return this.log.sync();
  }

  close(): Promise<void> {
    return this.log.close();
  }

  private *shortest(): Iterable<Uint8Array> {
    let events: unknown[][] = [];
    for (const event of this.history.events()) {
      if (events.push(sessionCodec.toArray(event)) < EVENTS_IN_RECORD) continue;
      yield pack(events);
      events = [];
    }
    if (events.length > 0) yield pack(events);
  }
}

function eventsOf(body: Buffer): unknown[][] {
  const values = unpack(body) as unknown[];
  return Array.isArray(values[0]) ? (values as unknown[][]) : [values];
}
