// Looks at the formats of all rooms' files, and of the accounts, before anything is done with them.
import { join } from 'node:path';
import { ACCOUNTS_HEADER_BYTES, checkAccountsFormat } from './accounts-schema.ts';
import { journalFormat } from './batches.ts';
import type { Disk } from './disk.ts';
import { HEADER_BYTES, hasHeader } from './record-format.ts';
import { filesOf, listRooms, roomFolder } from './room-folder.ts';
import { snapshotFormat } from './snapshot-file.ts';
import { StoreError } from './store-error.ts';

const formats = { journal: journalFormat, snapshot: snapshotFormat } as const;

/** Changes no file.
 *  @throws {StoreError} `NEWER_FORMAT` or `OLDER_FORMAT` for the first file that this version cannot
 *  read. Damaged files are not its business. */
export function checkFormats(disk: Disk, data: string): void {
  checkAccounts(disk, join(data, 'accounts.db'));
  for (const room of listRooms(disk, data)) {
    const folder = roomFolder(data, room);
    const names = disk.list(folder);
    for (const kind of ['snapshot', 'journal'] as const) {
      for (const { path } of filesOf(kind, folder, names)) {
        try {
          hasHeader(path, disk.readStart(path, HEADER_BYTES), formats[kind]);
        } catch (error) {
          const failure = StoreError.of(path, error);
          if (failure.code !== 'CORRUPT') throw failure;
        }
      }
    }
  }
}

function checkAccounts(disk: Disk, path: string): void {
  let start: Buffer;
  try {
    start = disk.readStart(path, ACCOUNTS_HEADER_BYTES);
  } catch (error) {
    const failure = StoreError.of(path, error);
    if (failure.code === 'MISSING') return;
    throw failure;
  }
  checkAccountsFormat(path, start);
}
