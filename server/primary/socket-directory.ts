// The directory of the sockets between the server's processes: one that is short enough, and in which
// the system takes sockets.
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SOCKET_PATH_BYTES_MAX, SocketServer } from '../link/index.ts';

export interface SocketDirectoryOptions {
  /** The data directory. This process has its lock, so no other process uses a socket that was left in it. */
  readonly data: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The longest name below the directory: that of a socket of a process that rehearses. */
const LONGEST = 'rehearsal-XXXXXX/sync.sock';
/** There on every Unix system, and short. */
const LAST_RESORT = '/tmp';

/** Makes it empty: `sockets` in the data directory, where the path of that is short enough and its file
 *  system has sockets; otherwise a directory named after the data directory, in that of the service
 *  manager, of the user, or for temporary files. Only this user can enter it.
 *  @throws an Error that names each directory that was tried, and what is wrong with it. */
export async function makeSocketDirectory({ data, env }: SocketDirectoryOptions): Promise<string> {
  const folder = resolve(data);
  const name = `holdfast-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`;
  const bases = [env.RUNTIME_DIRECTORY?.split(':')[0], env.XDG_RUNTIME_DIR, tmpdir(), LAST_RESORT];
  const others = bases.filter((base) => base !== undefined && base !== '');
  const candidates = [join(folder, 'sockets'), ...others.map((base) => join(base!, name))];
  const problems = [];
  for (const candidate of new Set(candidates)) {
    const problem = await tryDirectory(candidate);
    if (problem === undefined) return candidate;
    problems.push(`${candidate}: ${problem}`);
  }
  throw new Error(
    `no directory takes the sockets between the server's processes (${problems.join('; ')}): ` +
      'choose a data directory with a shorter path, or set XDG_RUNTIME_DIR to a directory of this user',
  );
}

/** @returns why it cannot be used. */
async function tryDirectory(path: string): Promise<string | undefined> {
  const bytes = Buffer.byteLength(join(path, LONGEST));
  if (bytes > SOCKET_PATH_BYTES_MAX) {
    const limit = SOCKET_PATH_BYTES_MAX;
    return `its sockets would have paths of ${bytes} bytes, and ${limit} are the most`;
  }
  try {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { mode: 0o700 });
    const probe = await SocketServer.listen({
      path: join(path, 'probe'),
      accept: (socket) => socket.destroy(),
      restored: () => {},
    });
    probe.close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
