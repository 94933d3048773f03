// The directory of what outlives the server: made, and proved to be writable, before anything starts.
import { accessSync, constants, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';

/** The directory cannot be used; the message says why and what to do. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
  readonly code = 'BAD_DATA_DIRECTORY';
}

/** @throws {DataDirectoryError} */
export function prepareDataDirectory(path: string): void {
  const directory = resolve(path);
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const what: Record<string, string> = {
      EACCES: 'this user may not write there',
      EEXIST: 'it is not a directory',
      ENOTDIR: 'a part of the path is not a directory',
      EROFS: 'the file system is read-only',
      ENOSPC: 'the disk is full',
    };
    const why = what[code ?? ''] ?? message;
    throw new DataDirectoryError(`cannot use ${directory}: ${why}: choose another with --data`, {
      cause,
    });
  }
}
