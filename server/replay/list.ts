// The list that `holdfast replay data` prints: every room of a data directory that can be repeated.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSnapshot, endedRoomsFolder, readEnded, systemDisk } from '../store/index.ts';

/** A room of which there are files. */
export interface ListedRoom {
  readonly folder: string;
  readonly game: string;
  /** Times are local, to the second. */
  readonly begun: string;
  readonly ended: string;
  readonly players: string;
  readonly reason: string;
}

const COLUMNS = ['folder', 'game', 'begun', 'ended', 'players', 'reason'] as const;
/** Names of players in one line. */
const NAMES_SHOWN = 3;
const UNKNOWN = '–';

/** Whether `folder` is the data directory of a server. */
export function isDataDirectory(folder: string): boolean {
  return existsSync(join(folder, 'rooms')) || existsSync(endedRoomsFolder(folder));
}

/** Changes nothing; a server may be at work in the directory.
 *  @returns rooms that have not ended first, then the others by the time of their end. */
export function listRoomFiles(data: string): ListedRoom[] {
  const rooms = foldersIn(join(data, 'rooms'), /^[1-9]\d*(\.quarantined-\d+)?$/).map(unendedRoom);
  const ended = foldersIn(endedRoomsFolder(data), /^[1-9]\d*(-\d+)?$/).map(endedRoom);
  return [...rooms, ...ended.sort((a, b) => (a.ended < b.ended ? -1 : 1))];
}

export function tableOfRooms(rooms: readonly ListedRoom[], data: string): string {
  if (rooms.length === 0) {
    return `There are no rooms in ${data}. Rooms are listed while they run, and after their end as long as --rooms-kept-hours and --rooms-kept-bytes say.\n`;
  }
  const lines = [Object.fromEntries(COLUMNS.map((name) => [name, name])), ...rooms] as ListedRoom[];
  const width = (name: (typeof COLUMNS)[number]) =>
    Math.max(...lines.map((line) => line[name].length));
  const widths = new Map(COLUMNS.map((name) => [name, width(name)]));
  const text = lines.map((line) =>
    COLUMNS.map((name) => line[name].padEnd(widths.get(name)!))
      .join('  ')
      .trimEnd(),
  );
  return `${text.join('\n')}\n`;
}

function foldersIn(parent: string, names: RegExp): string[] {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => names.test(name))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .map((name) => join(parent, name));
}

function unendedRoom(folder: string): ListedRoom {
  if (existsSync(folder) && readEnded(systemDisk, folder)) return endedRoom(folder);
  const reason = /\.quarantined-\d+$/.test(folder) ? 'failed, and was put aside' : 'has not ended';
  const begun = timeText(statSync(folder, { throwIfNoEntry: false })?.birthtimeMs);
  return { folder, game: gameOf(folder), begun, ended: UNKNOWN, players: UNKNOWN, reason };
}

function endedRoom(folder: string): ListedRoom {
  const about = readEnded(systemDisk, folder);
  if (!about) {
    const reason = 'ended, and its description cannot be read';
    const ended = timeText(statSync(folder, { throwIfNoEntry: false })?.mtimeMs);
    return { folder, game: gameOf(folder), begun: UNKNOWN, ended, players: UNKNOWN, reason };
  }
  const { game, begun, ended, players, morePlayers, reason } = about;
  const shown = players.slice(-NAMES_SHOWN);
  const more = players.length - shown.length + morePlayers;
  return {
    folder,
    game,
    begun: timeText(begun === undefined ? undefined : Date.parse(begun)),
    ended: timeText(Date.parse(ended)),
    players: shown.join(', ') + (more > 0 ? ` and ${more} more` : ''),
    reason,
  };
}

function gameOf(folder: string): string {
  try {
    const names = readdirSync(folder).filter((name) => /^snapshot-\d+\.bin$/.test(name));
    const path = join(folder, names.sort().at(-1)!);
    return decodeSnapshot(path, systemDisk.read(path)).game;
  } catch {
    return UNKNOWN;
  }
}

/** As `2026-12-01 17:34:35`, in local time; it sorts as the time does. */
function timeText(ms: number | undefined): string {
  if (!ms) return UNKNOWN;
  const local = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}
