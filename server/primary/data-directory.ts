// The directory of what outlives the server: made, and proved to be writable, before anything starts.
import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The directory cannot be used; the message says why and what to do. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
  readonly code = 'BAD_DATA_DIRECTORY';
}

const LOCK = 'server.pid';

/** Makes the directory, and takes it for this process.
 *  @throws {DataDirectoryError} */
export function takeDataDirectory(path: string): void {
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
  const lock = join(directory, LOCK);
  const holder = holderOf(lock);
  if (holder !== undefined) {
    throw new DataDirectoryError(
      `cannot use ${directory}: another server (process ${holder}) uses it: ` +
        'stop that, or choose another directory with --data',
    );
  }
  writeFileSync(lock, String(process.pid));
}

export function releaseDataDirectory(path: string): void {
  rmSync(join(resolve(path), LOCK), { force: true });
}

/** The process that has the directory, if it is alive. One that was killed has left its mark. */
function holderOf(lock: string): number | undefined {
  let pid: number;
  try {
    pid = Number(readFileSync(lock, 'utf8'));
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid! : undefined;
  }
  return pid === process.pid ? undefined : pid;
}
