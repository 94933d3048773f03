// The folder of one ended room: what it holds beside the room's own files, how large it is, and since when
// the room has ended.
import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { fileName, TEMPORARY_SUFFIX } from './room-folder.ts';
import { encodeSnapshotLater, type Snapshot } from './snapshot-file.ts';

/** The file that describes an ended room, as JSON for people and for `holdfast replay`. In a quarantined room it
 *  says that all that the room did to accounts is settled. */
const ABOUT_FILE = 'ended.json';

export interface EndedAbout {
  readonly room: number;
  readonly game: string;
  /** The time at which the room's folder was made, as ISO text; not there where the file system does not keep it. */
  readonly begun?: string;
  readonly ended: string;
  /** The code that its players were told, and the sentence. */
  readonly code: string;
  readonly reason: string;
  /** Names of the last players that were in the room since its process started. */
  readonly players: readonly string[];
  /** How many further players there were. */
  readonly morePlayers: number;
}

/** A room at its end. */
export interface EndedRoom {
  readonly about: Omit<EndedAbout, 'begun' | 'ended'>;
  /** The room as it is, which must not change any more; undefined where its last batch was not applied. */
  readonly last: (() => Snapshot) | undefined;
}

export const endedRoomsFolder = (data: string): string => join(data, 'ended');

/** Writes the description into the folder of a room that has just ended. */
export async function describeEnd(
  disk: Disk,
  folder: string,
  about: EndedRoom['about'],
): Promise<void> {
  const { bornAt } = await disk.statLater(folder);
  const begun = bornAt > 0 ? { begun: new Date(bornAt).toISOString() } : {};
  const ended: EndedAbout = { ...about, ...begun, ended: new Date().toISOString() };
  await disk.writeLater(
    join(folder, ABOUT_FILE),
    Buffer.from(`${JSON.stringify(ended, null, 2)}\n`),
  );
}

/** Writes the room's last state, with which a replay of the journal is compared. */
export async function writeLastState(disk: Disk, folder: string, last: Snapshot): Promise<void> {
  const path = join(folder, fileName('snapshot', last.tick));
  const temporary = path + TEMPORARY_SUFFIX;
  await disk.writeLater(temporary, (await encodeSnapshotLater(last)).bytes);
  await disk.renameLater(temporary, path);
}

/** The size of a folder with its files as the disk allocates it, and the time in ms since 1970 at which its
 *  description was written, or the folder changed where there is none. */
export async function measureEnded(
  disk: Disk,
  folder: string,
): Promise<{ bytes: number; endedAt: number; isDescribed: boolean }> {
  const of = await disk.statLater(folder);
  let { bytes, changedAt: endedAt } = of;
  let isDescribed = false;
  for (const name of await disk.listLater(folder)) {
    const file = await disk.statLater(join(folder, name));
    bytes += file.bytes;
    if (name !== ABOUT_FILE) continue;
    endedAt = file.changedAt;
    isDescribed = true;
  }
  return { bytes, endedAt, isDescribed };
}

/** @returns undefined where the folder has no description that can be read. */
export function readEnded(disk: Disk, folder: string): EndedAbout | undefined {
  try {
    return JSON.parse(disk.read(join(folder, ABOUT_FILE)).toString('utf8')) as EndedAbout;
  } catch {
    return undefined;
  }
}
