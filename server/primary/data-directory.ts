// The directory of what outlives the server: made, and proved to be writable, before anything starts.
import { accessSync, constants, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FileLock } from '../multiprocessing/index.ts';

/** The directory cannot be used; the message says why and what to do. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
  readonly code = 'BAD_DATA_DIRECTORY';
}

/** Makes the directory, and takes it for this process until it ends or releases it.
 *  @throws {DataDirectoryError} */
export function takeDataDirectory(path: string): FileLock {
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
  const name = join(directory, 'server');
  const lock = lockOf(directory, name);
  if (lock) return lock;
  throw new DataDirectoryError(
    `cannot use ${directory}: another server (process ${FileLock.holder(name)}) uses it: ` +
      'stop that, or choose another directory with --data',
  );
}

function lockOf(directory: string, name: string): FileLock | undefined {
  try {
    return FileLock.take(name);
  } catch (cause) {
    const { message } = cause as Error;
    throw new DataDirectoryError(`cannot use ${directory}: no lock in it: ${message}`, { cause });
  }
}
