// A new folder for a socket between processes: one whose path is short enough, and that only this user enters.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SOCKET_PATH_BYTES_MAX } from '../link/socket-server.ts';

/** What `mkdtemp` adds to a prefix. */
const RANDOM_BYTES = 6;
/** There on every Unix system, and short. */
const LAST_RESORT = '/tmp';

/** In the directory for temporary files, or in another where the path would be too long for a socket.
 *  @param prefix of the folder's name.
 *  @param longest name of a socket in it.
 *  @throws an Error that names each directory that was tried, and what is wrong with it. */
export function makeSocketFolder(
  prefix: string,
  longest: string,
  bases: readonly (string | undefined)[] = [tmpdir(), process.env.XDG_RUNTIME_DIR, LAST_RESORT],
): string {
  const problems: string[] = [];
  for (const base of new Set(bases)) {
    if (base === undefined || base === '') continue;
    const bytes = Buffer.byteLength(join(base, prefix, longest)) + RANDOM_BYTES;
    if (bytes > SOCKET_PATH_BYTES_MAX) {
      problems.push(`${base}: a socket in it would have a path of ${bytes} bytes`);
      continue;
    }
    try {
      return mkdtempSync(join(base, prefix));
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  throw new Error(
    `no directory takes a socket between processes (${problems.join('; ')}; ${SOCKET_PATH_BYTES_MAX} bytes ` +
      'are the most): set TMPDIR to a directory with a shorter path in which this user may write',
  );
}
