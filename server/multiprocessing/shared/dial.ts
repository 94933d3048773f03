// Connects to a coordinator, whose socket must be in a directory of this user's alone.
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { AuthenticationError, GroupError } from '../errors.ts';
import { FULL, GREETING_BYTES, HELLO_BYTES, REFUSED, readExactly, WIRE_VERSION } from './wire.ts';

/** How child processes find the group of the program that started them: its socket and key; or,
 *  without a key, the data directory of the server whose group it is. */
export const PATH_VARIABLE = 'HOLDFAST_GROUP';
export const KEY_VARIABLE = 'HOLDFAST_GROUP_KEY';

/** Where a group is found, and what opens it. */
export interface GroupAddress {
  readonly path: string;
  readonly key: Buffer;
}

/** How a coordinator is found: asked before each attempt to connect. */
export interface GroupDoor {
  /** For people. */
  readonly name: string;
  /** How long the first connection is tried for, and for how long one that broke. */
  readonly joinMs: number;
  readonly rejoinMs: number;
  /** @throws {GroupError} @throws {AuthenticationError} */
  find(): GroupAddress;
}

/** Of a coordinator that stays where it is; one that dies is started again at once. One that is just
 *  being started again is waited for. */
export function fixedDoor(address: GroupAddress): GroupDoor {
  return { name: address.path, joinMs: JOIN_MS, rejoinMs: REJOIN_MS, find: () => address };
}

const JOIN_MS = 5000;
const REJOIN_MS = 10_000;

/** A connection that was greeted. */
export interface Dialled {
  readonly socket: Socket;
  /** Which run of the coordinator it is. */
  readonly run: string;
}

/** @param made is given the socket at once.
 *  @throws {AuthenticationError} when there is another user's, or the key is wrong.
 *  @throws {GroupError} `DISCONNECTED` when no coordinator is there; `OTHER_VERSION`. */
export async function dial(address: GroupAddress, made: (socket: Socket) => void) {
  const { path, key } = address;
  checkDirectory(path);
  const socket = connect({ path });
  made(socket);
  try {
    await once(socket, 'connect');
  } catch (error) {
    throw refusalOf(path, error);
  }
  socket.on('error', () => {});
  const hello = Buffer.alloc(HELLO_BYTES);
  key.copy(hello);
  hello.writeUInt32LE(process.pid, HELLO_BYTES - 4);
  socket.write(hello);
  const greeting = await readExactly(socket, GREETING_BYTES);
  if (!greeting) throw new GroupError('DISCONNECTED', path);
  const [version] = greeting;
  if (version !== WIRE_VERSION) {
    socket.destroy();
    if (version === REFUSED) throw new AuthenticationError(path);
    if (version === FULL) throw new GroupError('TOO_MANY_PROCESSES', path);
    throw new GroupError('OTHER_VERSION', path);
  }
  return { socket, run: greeting.toString('hex', 1) } satisfies Dialled;
}

/** Whoever can enter it can answer in the coordinator's place. */
function checkDirectory(path: string): void {
  try {
    const { uid, mode } = statSync(dirname(path));
    if (uid === process.getuid!() && (mode & 0o077) === 0) return;
  } catch (error) {
    throw refusalOf(path, error);
  }
  throw new AuthenticationError(path);
}

function refusalOf(path: string, error: unknown): AuthenticationError | GroupError {
  const { code } = error as NodeJS.ErrnoException;
  const denied = code === 'EACCES' || code === 'EPERM';
  return denied
    ? new AuthenticationError(path, error)
    : new GroupError('DISCONNECTED', path, error, (error as Error).message);
}
