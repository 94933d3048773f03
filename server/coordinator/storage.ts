// Where rooms and sessions are written down, so that they outlive this process.
import { join } from 'node:path';
import type { Config } from '../config.ts';
import {
  AccountsFile,
  Attempt,
  CommandMark,
  type Culprit,
  checkFormats,
  culpritOf,
  type Disk,
  type EndedRoom,
  existingRooms,
  type InputPlace,
  KeptRooms,
  type KnownRoom,
  listRooms,
  type Mark,
  quarantine,
  type Recovered,
  type RecoveredSince,
  RoomJournal,
  readNewest,
  readRoom,
  readSetAside,
  roomFolder,
  type SavedSessions,
  type SessionEvent,
  SessionsFile,
  type Snapshot,
  type StoreError,
  sessionsPath,
  slowDisk,
  systemDisk,
  Tenure,
  writeSetAside,
} from '../store/index.ts';
import { DiskHealth } from './disk-health.ts';
import { inputCodec } from './input-codec.ts';
import type { Input } from './inputs.ts';
import { ANSWERS_KEPT } from './ledger.ts';
import type { RoomFiles } from './room-rebuild.ts';
import type { Standby } from './standby.ts';

const PROBE = 'probe.tmp';
const PROBE_BYTES = 65_536;

/** What one room writes down. */
export type RoomStorage = Pick<
  RoomJournal<Input>,
  | 'append'
  | 'snapshot'
  | 'sync'
  | 'secure'
  | 'finish'
  | 'close'
  | 'remove'
  | 'bytes'
  | 'unsnapshotted'
>;

export interface Storage {
  readonly health: DiskHealth;
  /** Begins to write down a new room, beside the event loop. `first` must stay as it is until then.
   *  @returns when the disk has it.
   *  @throws {StoreError} and nothing is left of it then. */
  createRoom(room: number, first: Snapshot): Promise<RoomStorage>;
  /** What is written down of a room that this process runs or recovers. */
  filesOf(room: number): RoomFiles;
  /** Moves a room that cannot go on out of the way, for people to look at.
   *  @returns the folder that it is in now. */
  quarantine(room: number): string;
  /** All that the quarantined room did to accounts is settled: its folder is kept as long as those of ended rooms. */
  keepQuarantined(folder: string, about: EndedRoom['about']): Promise<void>;
  /** @throws {StoreError} */
  appendSession(event: SessionEvent): void;
}

interface FileStorageParts {
  readonly config: Config;
  readonly disk: Disk;
  readonly accounts: AccountsFile;
  readonly standby: Standby | undefined;
}

export class FileStorage implements Storage {
  /** What was there at the start. */
  readonly saved: SavedSessions;
  readonly accounts: AccountsFile;
  /** Which command of the lobby is being run. */
  readonly commandMark: CommandMark;
  readonly health = new DiskHealth();
  private readonly config: Config;
  readonly disk: Disk;
  private readonly sessions: SessionsFile;
  private readonly tenure = new Tenure();
  /** The files of rooms that have ended. */
  readonly kept: KeptRooms;

  /** Opens what there is, when no other program has the accounts to itself.
   *  @param standby what the process has followed of it.
   *  @param waiting told again and again while another program has.
   *  @throws {StoreError} */
  static async open(
    config: Config,
    standby?: Standby,
    waiting?: (error: StoreError) => void,
  ): Promise<FileStorage> {
    const disk = config.faultDisk === '' ? systemDisk : slowDisk(config.faultDisk);
    // Before anything is touched.
    checkFormats(disk, config.data);
    const accounts = await AccountsFile.open(config.data, disk, waiting);
    try {
      return new FileStorage({ config, disk, accounts, standby });
    } catch (error) {
      await accounts.close();
      throw error;
    }
  }

  /** As `open`, of accounts that are of this version and that no other program has.
   *  @throws {StoreError} */
  static openAtOnce(config: Config): FileStorage {
    const accounts = new AccountsFile(config.data, systemDisk);
    return new FileStorage({ config, disk: systemDisk, accounts, standby: undefined });
  }

  private constructor({ config, disk, accounts, standby }: FileStorageParts) {
    this.config = config;
    this.disk = disk;
    this.accounts = accounts;
    this.kept = new KeptRooms({
      data: config.data,
      disk,
      tenure: this.tenure,
      ageMsMax: config.roomsKeptHours * 3_600_000,
      bytesMax: config.roomsKeptBytes,
    });
    const { file, saved } = SessionsFile.open({
      path: sessionsPath(config.data),
      policy: config.journalSync,
      answersKept: ANSWERS_KEPT,
      followed: standby?.takeSessions(),
      disk: this.disk,
      tenure: this.tenure,
    });
    this.sessions = file;
    this.saved = saved;
    this.commandMark = new CommandMark(join(config.data, 'lobby-command'), Date.now());
  }

  /** The rooms that were there at the start.
   *  @throws {StoreError} */
  rooms(): number[] {
    return listRooms(this.disk, this.config.data);
  }

  /** The rooms of which there are files, those that were set aside among them.
   *  @throws {StoreError} */
  existingRooms(): ReadonlySet<number> {
    return existingRooms(this.disk, this.config.data);
  }

  createRoom(room: number, first: Snapshot): Promise<RoomStorage> {
    return RoomJournal.create(this.optionsOf(room), first);
  }

  /** @throws {StoreError} */
  recoverRoom(room: number): { storage: RoomStorage; recovered: Recovered<Input> } {
    const { journal, recovered } = RoomJournal.recover(this.optionsOf(room));
    return { storage: journal, recovered };
  }

  /** A room that this process has followed up to what is `known`.
   *  @returns undefined where it is to be recovered from its newest snapshot.
   *  @throws {StoreError} */
  recoverSince(
    room: number,
    known: KnownRoom,
  ): { storage: RoomStorage; recovered: RecoveredSince<Input> } | undefined {
    const found = RoomJournal.recoverSince(this.optionsOf(room), known);
    return found && { storage: found.journal, recovered: found.recovered };
  }

  /** @throws {StoreError} */
  beginRecovery(room: number): Attempt {
    // Its marks are for the next process: whether the disk ever has them does not matter.
    return new Attempt(systemDisk, roomFolder(this.config.data, room));
  }

  /** What has ended the room's process, as `culpritOf` says, and the game of the room.
   *  @throws {StoreError} */
  culprit(
    room: number,
    mark: Mark,
  ): { culprit: Culprit<Input> | 'room' | undefined; game: string } {
    const folder = roomFolder(this.config.data, room);
    const { snapshots, batches } = readRoom(this.disk, folder, inputCodec);
    const { tick, game } = snapshots[0]!;
    return { culprit: culpritOf(mark, batches, tick + batches.length), game };
  }

  /** Later readers of the room get the input as a refused one.
   *  @returns how many inputs of the room are set aside since the older of its snapshots.
   *  @throws {StoreError} */
  setAside(room: number, ...added: readonly InputPlace[]): number {
    const folder = roomFolder(this.config.data, room);
    const places = [...readSetAside(this.disk, folder)];
    for (const { tick, index } of added) places.push({ tick, index });
    writeSetAside(this.disk, folder, places);
    const { snapshots } = readRoom(this.disk, folder, inputCodec);
    const since = Math.min(...snapshots.map(({ tick }) => tick));
    return places.filter(({ tick }) => tick > since).length;
  }

  filesOf(room: number): RoomFiles {
    const folder = roomFolder(this.config.data, room);
    return {
      newest: () => readNewest(this.disk, folder, inputCodec),
      setAside: (...places) => void this.setAside(room, ...places),
    };
  }

  quarantine(room: number): string {
    return quarantine(roomFolder(this.config.data, room));
  }

  keepQuarantined(folder: string, about: EndedRoom['about']): Promise<void> {
    return this.kept.keepQuarantined(folder, about);
  }

  appendSession(event: SessionEvent): void {
    try {
      this.sessions.append(event);
    } catch (error) {
      this.health.failed('session', error);
      throw error;
    }
  }

  /** Shows whether the disk takes something. Rejects where it does not. */
  async probe(): Promise<void> {
    const path = join(this.config.data, PROBE);
    await this.disk.writeLater(path, Buffer.alloc(PROBE_BYTES));
    await this.disk.removeLater(path);
  }

  /** Once a second. @throws {StoreError} */
  sync(): Promise<void> {
    return this.sessions.sync();
  }

  /** When this resolves the files may be another process'; nothing is to be written any more. */
  leave(): Promise<void> {
    return this.tenure.end();
  }

  /** Lets go of the files, when the disk has them. */
  async close(): Promise<void> {
    this.commandMark.close();
    await Promise.all([this.sessions.close(), this.accounts.close()]);
  }

  private optionsOf(room: number) {
    const { config, disk, tenure, kept } = this;
    const { data, journalSync: policy } = config;
    return { data, room, codec: inputCodec, policy, disk, tenure, kept };
  }
}
