// Keeps the folders of ended rooms in `ended/`, and those of quarantined rooms where they are, bounded together by
// age and bytes. All of its work is done beside the event loop, one folder at a time, so that any number of ended
// rooms delays no player.
import { basename, join, relative } from 'node:path';
import type { Disk } from './disk.ts';
import {
  describeEnd,
  type EndedRoom,
  endedRoomsFolder,
  measureEnded,
  writeLastState,
} from './ended-room.ts';
import type { Tenure } from './tenure.ts';

export interface KeptRoomsOptions {
  /** The server's data directory. */
  readonly data: string;
  readonly disk: Disk;
  readonly tenure: Tenure;
  /** How long an ended room is kept, in ms, and how large all of them may be; 0: none is kept. */
  readonly ageMsMax: number;
  readonly bytesMax: number;
}

interface Kept {
  readonly bytes: number;
  readonly endedAt: number;
}

/** Rooms that wait to be kept. Each holds the room's state; further ones are removed and not kept. */
const WAITING_MAX = 1000;
/** Folders measured, and folders removed, in one sweep: four sweeps a second are faster than rooms can end. */
const MEASURED_PER_SWEEP = 100;
const REMOVED_PER_SWEEP = 50;
const SPACE_CHECK_MS = 5000;
/** Below both, kept rooms are removed. This is twice the bound at which the log warns of a short disk. */
const FREE_BYTES_MIN = 536_870_912;
const FREE_PART_MIN = 0.1;
/** A folder that is being removed has this suffix, so that no part of a room is taken for a whole one. */
const REMOVED_SUFFIX = '.removed';
/** The folders in the data directory, and the names in each that are looked after here. */
const PLACES = [
  { place: 'ended', names: /^[1-9]\d*(-\d+)?$/ },
  { place: 'rooms', names: /^[1-9]\d*\.quarantined-\d+$/ },
];

export class KeptRooms {
  private readonly options: KeptRoomsOptions;
  private readonly folder: string;
  /** By the path in the data directory, the one that ended first at the start. */
  private kept = new Map<string, Kept>();
  private keptBytes = 0;
  /** Paths that were there at the start and have not been measured; undefined until they are listed. */
  private unmeasured: string[] | undefined;
  private waiting = 0;
  private queue: Promise<unknown> = Promise.resolve();
  private isSweeping = false;
  private isDiskShort = false;
  private checkedAt = Number.NEGATIVE_INFINITY;
  /** Since it was taken: rooms that were removed early, or not kept, because the disk is short of space. */
  private droppedForSpace = 0;
  private error: unknown;

  constructor(options: KeptRoomsOptions) {
    this.options = options;
    this.folder = endedRoomsFolder(options.data);
  }

  /** How many rooms are kept, as far as they have been counted. */
  get count(): number {
    return this.kept.size;
  }

  get bytes(): number {
    return this.keptBytes;
  }

  /** @returns what has gone wrong since the last call. */
  takeTrouble(): { droppedForSpace: number; error: unknown } {
    const { droppedForSpace, error } = this;
    this.droppedForSpace = 0;
    this.error = undefined;
    return { droppedForSpace, error };
  }

  /** Moves the folder of an ended room to the kept ones.
   *  @param move renames the room's folder.
   *  @returns false where the room is not kept; its files are where they were. */
  async keep(
    from: string,
    ended: EndedRoom,
    move: (to: string) => Promise<void>,
  ): Promise<boolean> {
    const { ageMsMax, bytesMax } = this.options;
    if (ageMsMax === 0 || bytesMax === 0) return false;
    if (this.isDiskShort || this.waiting >= WAITING_MAX) {
      if (this.isDiskShort) this.droppedForSpace++;
      return false;
    }
    this.waiting++;
    const keeping = this.queue.then(() => this.keepNow(from, ended, move));
    this.queue = keeping.catch(() => {});
    try {
      await keeping;
      return true;
    } catch (error) {
      this.error = error;
      return false;
    } finally {
      this.waiting--;
    }
  }

  /** Bounds the folder of a quarantined room as those of ended rooms from now on. Call it when all that the room
   *  did to accounts is settled: a quarantined room without a description is never removed. */
  async keepQuarantined(folder: string, about: EndedRoom['about']): Promise<void> {
    const { data, disk, tenure } = this.options;
    const keeping = this.queue.then(() =>
      tenure.during(async () => {
        await describeEnd(disk, folder, about);
        this.add(relative(data, folder), await measureEnded(disk, folder));
      }),
    );
    this.queue = keeping.catch((error) => {
      this.error = error;
    });
    await this.queue;
  }

  /** Counts what is there, and removes what is over the bounds. Called several times a second.
   *  @param isDiskFull the disk has refused something for want of space. */
  sweep(isDiskFull: boolean): void {
    if (this.isSweeping) return;
    this.isSweeping = true;
    this.sweepNow(isDiskFull)
      .catch((error) => {
        this.error = error;
      })
      .finally(() => {
        this.isSweeping = false;
      });
  }

  private async keepNow(
    from: string,
    { about, last }: EndedRoom,
    move: (to: string) => Promise<void>,
  ): Promise<void> {
    const { disk } = this.options;
    await disk.makeFolderLater(this.folder);
    await describeEnd(disk, from, about);
    const name = await this.freeName(String(about.room));
    const to = join(this.folder, name);
    await move(to);
    // Only now: in the room's own place a recovery would begin at this state, and not see that it has ended.
    if (last) {
      await writeLastState(disk, to, last()).catch((error) => {
        this.error = error;
      });
    }
    this.add(join('ended', name), await measureEnded(disk, to));
  }

  /** Numbers of rooms are not used twice, unless files were copied or lost. */
  private async freeName(name: string): Promise<string> {
    for (let i = 1; ; i++) {
      const free = i === 1 ? name : `${name}-${i}`;
      const isThere = await this.options.disk.statLater(join(this.folder, free)).catch(() => {});
      if (!isThere) return free;
    }
  }

  private add(path: string, of: Kept): void {
    this.forget(path);
    this.kept.set(path, of);
    this.keptBytes += of.bytes;
  }

  private forget(path: string): void {
    this.keptBytes -= this.kept.get(path)?.bytes ?? 0;
    this.kept.delete(path);
  }

  private async sweepNow(isDiskFull: boolean): Promise<void> {
    await this.checkSpace(isDiskFull);
    if (!this.unmeasured) this.unmeasured = await this.listed();
    if (this.unmeasured.length > 0) await this.measureSome(this.unmeasured);
    for (let i = 0; i < REMOVED_PER_SWEEP; i++) {
      const [oldest] = this.kept;
      if (!oldest || !this.isOver(oldest[1])) break;
      await this.remove(oldest[0]);
      if (!this.isDiskShort) continue;
      this.droppedForSpace++;
      await this.checkSpace(isDiskFull);
    }
  }

  private isOver({ endedAt }: Kept): boolean {
    if (this.isDiskShort || this.keptBytes > this.options.bytesMax) return true;
    return Date.now() - endedAt >= this.options.ageMsMax;
  }

  /** Asked again each time while the disk is short, so that no more rooms go than have to. */
  private async checkSpace(isDiskFull: boolean): Promise<void> {
    const now = performance.now();
    if (!isDiskFull && !this.isDiskShort && now - this.checkedAt < SPACE_CHECK_MS) return;
    this.checkedAt = now;
    const { free, size } = await this.options.disk.spaceLater(this.options.data);
    this.isDiskShort = isDiskFull || (free < FREE_BYTES_MIN && free < size * FREE_PART_MIN);
  }

  /** Other files that somebody has put into the folders are left alone. */
  private async listed(): Promise<string[]> {
    const { data, disk } = this.options;
    const paths: string[] = [];
    for (const { place, names } of PLACES) {
      for (const name of await disk.listLater(join(data, place)).catch(ifThere)) {
        if (names.test(basename(name, REMOVED_SUFFIX))) paths.push(join(place, name));
      }
    }
    return paths;
  }

  private async measureSome(paths: string[]): Promise<void> {
    const { data, disk } = this.options;
    for (let i = 0; i < MEASURED_PER_SWEEP && paths.length > 0; i++) {
      const path = paths.pop()!;
      const folder = join(data, path);
      if (path.endsWith(REMOVED_SUFFIX)) await disk.removeLater(folder);
      else if (!this.kept.has(path)) {
        const of = await measureEnded(disk, folder);
        if (of.isDescribed || !isQuarantined(path)) this.add(path, of);
      }
    }
    if (paths.length > 0) return;
    const byAge = [...this.kept].sort(([, a], [, b]) => a.endedAt - b.endedAt);
    this.kept = new Map(byAge);
  }

  private async remove(path: string): Promise<void> {
    const { data, disk, tenure } = this.options;
    const folder = join(data, path);
    this.forget(path);
    await tenure.during(async () => {
      await disk.renameLater(folder, folder + REMOVED_SUFFIX);
      await disk.removeLater(folder + REMOVED_SUFFIX);
    });
  }
}

const isQuarantined = (path: string): boolean => path.startsWith('rooms');

function ifThere(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
