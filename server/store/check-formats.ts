// Checks the formats of the accounts, of the sessions and of all rooms' files before any of them is opened.
import { join } from 'node:path';
import { ACCOUNTS_HEADER_BYTES, checkAccountsFormat } from './accounts-schema.ts';
import { journalFormat } from './batches.ts';
import type { Disk } from './disk.ts';
import { type FileFormat, HEADER_BYTES, hasHeader } from './record-format.ts';
import { filesOf, listRooms, roomFolder } from './room-folder.ts';
import { sessionsFormat, sessionsPath } from './sessions-file.ts';
import { snapshotFormat } from './snapshot-file.ts';
import { StoreError } from './store-error.ts';

const formats = { journal: journalFormat, snapshot: snapshotFormat } as const;

/** Changes no file.
 *  @throws {StoreError} `NEWER_FORMAT` or `OLDER_FORMAT` for the first file that this version cannot
 *  read. Damaged files are not its business. */
export function checkFormats(disk: Disk, data: string): void {
  const accounts = join(data, 'accounts.db');
  const accountsStart = startOf(disk, accounts, ACCOUNTS_HEADER_BYTES);
  if (accountsStart) checkAccountsFormat(accounts, accountsStart);
  checkHeader(disk, sessionsPath(data), sessionsFormat);
  for (const room of listRooms(disk, data)) {
    const folder = roomFolder(data, room);
    const names = disk.list(folder);
    for (const kind of ['snapshot', 'journal'] as const) {
      for (const { path } of filesOf(kind, folder, names)) checkHeader(disk, path, formats[kind]);
    }
  }
}

function checkHeader(disk: Disk, path: string, format: FileFormat): void {
  const start = startOf(disk, path, HEADER_BYTES);
  if (!start) return;
  try {
    hasHeader(path, start, format);
  } catch (error) {
    const failure = StoreError.of(path, error);
    if (failure.code !== 'CORRUPT') throw failure;
  }
}

/** @returns undefined where the file does not exist. */
function startOf(disk: Disk, path: string, bytes: number): Buffer | undefined {
  try {
    return disk.readStart(path, bytes);
  } catch (error) {
    const failure = StoreError.of(path, error);
    if (failure.code === 'MISSING') return undefined;
    throw failure;
  }
}
