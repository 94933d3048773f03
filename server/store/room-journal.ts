// A room on disk while it lives: two snapshots, and a journal of the batches since the older one.
import { dirname, join } from 'node:path';
import { type Batch, encodeBatch, type InputCodec, journalFormat, SEAL } from './batches.ts';
import { type Disk, systemDisk } from './disk.ts';
import type { EndedRoom } from './ended-room.ts';
import type { KeptRooms } from './kept-rooms.ts';
import { RecordFile, type RecordFileOptions, type SyncPolicy } from './record-file.ts';
import {
  type KnownRoom,
  type Recovered,
  type RecoveredSince,
  recover,
  recoverSince,
} from './recover.ts';
import {
  endedFolder,
  fileName,
  outdatedFiles,
  roomFolder,
  TEMPORARY_SUFFIX,
} from './room-folder.ts';
import { encodeSnapshot, encodeSnapshotLater, type Snapshot } from './snapshot-file.ts';
import { StoreError } from './store-error.ts';
import { Tenure } from './tenure.ts';

export interface RoomJournalOptions<I> {
  /** The server's data directory. */
  readonly data: string;
  readonly room: number;
  readonly codec: InputCodec<I>;
  readonly policy: SyncPolicy;
  readonly disk?: Disk;
  /** How long the room's folder is this process'. */
  readonly tenure?: Tenure;
  /** Takes the room's files when it has ended. */
  readonly kept?: KeptRooms;
}

/** Ticks are written without a gap: each batch is the tick after the last, beginning after the
 *  snapshot that the journal was created with or recovered from. */
export class RoomJournal<I> {
  private readonly disk: Disk;
  private readonly folder: string;
  private readonly options: RoomJournalOptions<I>;
  private segment: RecordFile;
  private tick: number;
  /** Of the newest snapshot. */
  private snapshotTick: number;
  private snapshotting: Promise<number> | undefined;
  private readonly tenure: Tenure;
  /** Whether the disk has what was recovered. */
  private securing: Promise<void> = Promise.resolve();
  /** A snapshot that the disk may not have yet. */
  private last: number | undefined;
  private isFinished = false;
  private isOpen = true;

  private constructor(
    options: RoomJournalOptions<I>,
    segment: RecordFile,
    tick: number,
    snapshotTick: number,
  ) {
    const { data, room, disk = systemDisk, tenure = new Tenure() } = options;
    this.disk = disk;
    this.tenure = tenure;
    this.folder = roomFolder(data, room);
    this.options = options;
    this.tick = tick;
    this.snapshotTick = snapshotTick;
    this.segment = segment;
  }

  /** Makes the folder of a new room beside the event loop. `first` must stay as it is until then.
   *  @returns when the disk has the first snapshot: the room is recovered from then on.
   *  @throws {StoreError} and there is no folder then. */
  static async create<I>(options: RoomJournalOptions<I>, first: Snapshot): Promise<RoomJournal<I>> {
    const { data, room, disk = systemDisk } = options;
    const folder = roomFolder(data, room);
    const unfinished = folder + TEMPORARY_SUFFIX;
    let made = unfinished;
    try {
      await disk.makeFolderLater(unfinished);
      const path = join(unfinished, fileName('snapshot', first.tick));
      await disk.writeLater(path, (await encodeSnapshotLater(first)).bytes);
      await disk.syncFolderLater(unfinished);
      await disk.renameLater(unfinished, folder);
      made = folder;
      await disk.syncFolderLater(dirname(folder));
      const segment = await RecordFile.createLater(segmentOptions(options, first.tick));
      return new RoomJournal(options, segment, first.tick, first.tick);
    } catch (error) {
      await disk.removeLater(made).catch(() => {});
      throw StoreError.of(folder, error);
    }
  }

  /** Reads the folder of a room and goes on with it.
   *  @throws {StoreError} as `recover` does. */
  static recover<I>(options: RoomJournalOptions<I>): {
    journal: RoomJournal<I>;
    recovered: Recovered<I>;
  } {
    const { data, room, codec, disk = systemDisk } = options;
    const recovered = recover(disk, roomFolder(data, room), codec);
    const { tick } = recovered.snapshot;
    return { journal: RoomJournal.goOn(options, tick, tick, recovered), recovered };
  }

  /** As `recover`, by a process that has followed the room up to what is `known`.
   *  @returns undefined where the room is to be recovered from its newest snapshot.
   *  @throws {StoreError} as `recover` does. */
  static recoverSince<I>(
    options: RoomJournalOptions<I>,
    known: KnownRoom,
  ): { journal: RoomJournal<I>; recovered: RecoveredSince<I> } | undefined {
    const { data, room, codec, disk = systemDisk } = options;
    const recovered = recoverSince(disk, roomFolder(data, room), codec, known);
    if (!recovered) return undefined;
    const { snapshotTick } = recovered;
    return { journal: RoomJournal.goOn(options, known.tick, snapshotTick, recovered), recovered };
  }

  /** @param since the tick before the first of `batches`. */
  private static goOn<I>(
    options: RoomJournalOptions<I>,
    since: number,
    snapshotTick: number,
    { batches, unsynced }: Pick<Recovered<I>, 'batches' | 'unsynced'>,
  ): RoomJournal<I> {
    const tick = since + batches.length;
    const segment = RecordFile.create(segmentOptions(options, tick));
    const journal = new RoomJournal(options, segment, tick, snapshotTick);
    try {
      journal.secureRecovered(unsynced, segment);
    } catch (error) {
      segment.close();
      throw StoreError.of(journal.folder, error);
    }
    return journal;
  }

  /** Bytes of the journal since its segment began. */
  get bytes(): number {
    return this.segment.bytes;
  }

  /** Batches that the newest snapshot on the disk does not have. */
  get unsnapshotted(): number {
    return this.tick - this.snapshotTick;
  }

  /** Returns when the batch outlives this process; with `always`, and inputs in it, the machine.
   *  @throws {StoreError} The batch is then not in the journal: do not apply it. The next append,
   *  of the same tick, may succeed. */
  append(tick: number, now: number, inputs: readonly I[]): void {
    if (tick !== this.tick + 1) {
      throw new RangeError(`tick ${tick} cannot follow ${this.tick} in the journal`);
    }
    const batch: Batch<I> = { tick, now, inputs };
    this.segment.appendRecord(encodeBatch(this.options.codec, batch), inputs.length > 0);
    this.tick = tick;
  }

  /** Writes `snapshot`, which must be of the tick last appended, in small steps beside the event
   *  loop; files older than the snapshot before it go when the disk has it. Of what `saved` holds, entities and players must
   *  stay as they are until then. While one is being written no other begins.
   *  @returns how many ms it took of this process' time.
   *  @throws {StoreError} The journal goes on as before then, with all that was in it. */
  snapshot(snapshot: Snapshot): Promise<number> {
    if (this.snapshotting) return this.snapshotting;
    if (snapshot.tick !== this.tick) {
      throw new RangeError(`a snapshot of tick ${snapshot.tick}, not of ${this.tick}`);
    }
    const encoded = encodeSnapshotLater(snapshot);
    // Whoever awaits the snapshot is told; until then it must not count as unhandled.
    encoded.catch(() => {});
    const before = this.segment;
    // Nothing was appended since the last one: its segment goes on.
    const next = segmentOptions(this.options, this.tick);
    if (before.path !== next.path) this.segment = RecordFile.create(next);
    this.snapshotting = this.writeSnapshot(snapshot.tick, encoded, before).finally(() => {
      this.snapshotting = undefined;
    });
    return this.snapshotting;
  }

  /** For `everysecond`: call it once a second.
   *  @throws {StoreError} and so does every append until the next snapshot. */
  async sync(): Promise<void> {
    await this.securing;
    await this.segment.sync();
  }

  /** Returns when the disk has what was appended before the call; at once where it is never forced.
   *  @throws as `sync`. */
  async secure(): Promise<void> {
    if (this.options.policy === 'never') return;
    await this.securing;
    await this.segment.syncNow();
  }

  /** Writes down how the room is, where the newest snapshot is older; the room is finished with, and
   *  can be recovered by another process. `close` has the disk take it.
   *  @param last of the tick last appended.
   *  @throws {StoreError} The room can be recovered from the journal then. */
  async finish(last: () => Snapshot): Promise<void> {
    if (this.isFinished) return;
    this.isFinished = true;
    await this.snapshotting?.catch(() => {});
    if (this.unsnapshotted === 0) return;
    const { disk } = this;
    const path = join(this.folder, fileName('snapshot', this.tick));
    const temporary = path + TEMPORARY_SUFFIX;
    try {
      const bytes = encodeSnapshot(last());
      this.last = disk.create(temporary);
      for (let done = 0; done < bytes.length; ) {
        done += disk.write(this.last, bytes, done, done);
      }
      disk.rename(temporary, path);
      this.snapshotTick = this.tick;
    } catch (error) {
      await disk.removeLater(temporary).catch(() => {});
      throw StoreError.of(path, error);
    }
  }

  /** Lets go of the files, when the disk has them; the room can be recovered from them. */
  async close(): Promise<void> {
    await this.snapshotting?.catch(() => {});
    await this.securing.catch(() => {});
    if (!this.isOpen) return;
    this.isOpen = false;
    if (this.options.policy !== 'never') await this.syncAll().catch(() => {});
    if (this.last !== undefined) this.disk.close(this.last);
    this.segment.close();
  }

  /** The room has ended: removes its files from the folder of rooms, beside the event loop.
   *  @param ended the room at its end, where its files are worth keeping.
   *  @throws {StoreError} */
  async remove(ended?: EndedRoom): Promise<void> {
    const { kept } = this.options;
    const move = (to: string) => this.tenure.during(() => this.moveNow(to));
    if (ended && (await kept?.keep(this.folder, ended, move))) return;
    await this.tenure.during(() => this.removeNow());
  }

  private async moveNow(to: string): Promise<void> {
    await this.close();
    await this.disk.renameLater(this.folder, to);
  }

  private async removeNow(): Promise<void> {
    await this.close();
    const ended = endedFolder(this.folder);
    try {
      // First out of sight, so that half of a room is never recovered.
      await this.disk.renameLater(this.folder, ended);
      await this.disk.removeLater(ended);
    } catch (error) {
      throw StoreError.of(this.folder, error);
    }
  }

  /** Has the disk take what was recovered, beside the event loop: many rooms are recovered while players
   *  wait. With `always` that is what they wait for. */
  private secureRecovered(unsynced: readonly string[], segment: RecordFile): void {
    const { disk } = this;
    if (this.options.policy === 'always') {
      for (const path of unsynced) disk.syncFile(path);
      segment.append(SEAL, false);
      return;
    }
    const secure = async () => {
      for (const path of unsynced) await disk.syncFileLater(path);
      if (segment === this.segment && this.isOpen) segment.append(SEAL, false);
    };
    this.securing = secure().catch((error) => {
      throw StoreError.of(this.folder, error);
    });
    // Whoever syncs is told.
    this.securing.catch(() => {});
  }

  private async syncAll(): Promise<void> {
    const { disk, last } = this;
    await this.securing;
    await this.segment.syncNow();
    if (last === undefined) return;
    await disk.syncLater(last);
    await disk.syncFolderLater(this.folder);
  }

  private async writeSnapshot(
    tick: number,
    encoded: ReturnType<typeof encodeSnapshotLater>,
    before: RecordFile,
  ): Promise<number> {
    const { disk, folder } = this;
    const path = join(folder, fileName('snapshot', tick));
    const temporary = path + TEMPORARY_SUFFIX;
    try {
      if (before !== this.segment) await this.seal(before);
      const { bytes, ms } = await encoded;
      await disk.writeLater(temporary, bytes);
      await disk.renameLater(temporary, path);
      await disk.syncFolderLater(folder);
      this.snapshotTick = tick;
      for (const old of outdatedFiles(folder, disk.list(folder), tick)) {
        if (this.isFinished) break;
        await disk.unlinkLater(old);
      }
      return ms;
    } catch (error) {
      await disk.unlinkLater(temporary).catch(() => {});
      throw StoreError.of(path, error);
    }
  }

  /** The disk has all of the segment before: a torn end in it would be damage from now on. A disk
   *  that cannot say so leaves the seal out, and the snapshot is what counts. */
  private async seal(before: RecordFile): Promise<void> {
    try {
      await this.securing;
      await before.syncNow();
      this.segment.append(SEAL, false);
    } catch {
    } finally {
      before.close();
    }
  }
}

/** Of the segment after `tick`. Any file of that name holds no batch: it would have been counted. */
function segmentOptions<I>(
  { data, room, policy, disk = systemDisk }: RoomJournalOptions<I>,
  tick: number,
): RecordFileOptions {
  const path = join(roomFolder(data, room), fileName('journal', tick + 1));
  return { disk, path, format: journalFormat, policy };
}
