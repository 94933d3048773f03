// The directory of what outlives the server: made, closed to other users, and proved to be writable,
// before anything starts.
import { accessSync, chmodSync, constants, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { makeDirectory } from '../make-directory.ts';
import { FileLock } from '../multiprocessing/index.ts';

/** The directory cannot be used; the message says why and what to do. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
  readonly code = 'BAD_DATA_DIRECTORY';
}

/** What the server makes in it. A folder that others cannot enter hides what is below. */
const OURS =
  /^(accounts\.db.*|(server|coordinator)\.(lock|pid)|group\.json|sessions.*|rooms|ended|shared|compiled|sockets)$/;
const OTHERS = 0o077;

/** Makes the directory, and takes it for this process until it ends or releases it. What an earlier
 *  version has made in it for others to read is closed to them.
 *  @param warn is told of what other users can get at.
 *  @throws {DataDirectoryError} */
export function takeDataDirectory(path: string, warn: (text: string) => void): FileLock {
  const directory = resolve(path);
  refuseBuild(directory);
  try {
    makeDirectory(directory);
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code, message, path: at } = cause as NodeJS.ErrnoException;
    const what: Record<string, string> = {
      EACCES: 'this user may not write there',
      ENOENT: 'no directory can be made there',
      ENOTDIR: `${at === undefined || at === directory ? 'it' : at} is not a directory`,
      EROFS: 'the file system is read-only',
      ENOSPC: 'the disk is full',
    };
    const why = what[code ?? ''] ?? message;
    throw new DataDirectoryError(`cannot use ${directory}: ${why}: choose another with --data`, {
      cause,
    });
  }
  closeToOthers(directory, warn);
  const name = join(directory, 'server');
  const lock = lockOf(directory, name);
  if (lock) return lock;
  throw new DataDirectoryError(
    `cannot use ${directory}: another server (process ${FileLock.holder(name)}) uses it: ` +
      'stop that, or choose another directory with --data',
  );
}

/** Each build replaces `dist` as a whole, and what is in it would be lost. */
function refuseBuild(directory: string): void {
  const above = resolve(import.meta.dirname, '../..');
  const dist = basename(above) === 'dist' ? above : join(above, 'dist');
  if (directory !== dist && !directory.startsWith(dist + sep)) return;
  throw new DataDirectoryError(
    `cannot use ${directory}: the next build would remove it together with ${dist}: choose another with --data`,
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

/** The directory itself may hold what is not the server's: it is left to its owner. */
function closeToOthers(directory: string, warn: (text: string) => void): void {
  const closed: string[] = [];
  for (const name of readdirSync(directory).filter((name) => OURS.test(name))) {
    const path = join(directory, name);
    const mode = modeOf(path);
    if (mode === undefined || (mode & OTHERS) === 0) continue;
    try {
      chmodSync(path, mode & ~OTHERS);
      closed.push(name);
    } catch (error) {
      const { message } = error as Error;
      warn(`other users can get at ${path}, and it cannot be closed to them: ${message}`);
    }
  }
  if (closed.length > 0) {
    warn(`other users could read or lock ${closed.join(', ')} in ${directory}: closed to them now`);
  }
  const mode = modeOf(directory);
  if (mode !== undefined && (mode & OTHERS) !== 0) {
    warn(
      `other users can enter the data directory ${directory}: close it with chmod go= ${directory}`,
    );
  }
}

function modeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mode;
}
