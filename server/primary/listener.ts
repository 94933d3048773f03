// The listening socket: accepts, counts against the limits, and refuses what exceeds them.
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { type ErrorCode, encodeJson, sentence } from '../../protocol/index.ts';
import type { Config } from '../config.ts';

/** Why a connection was refused before anything was read from it. */
export type RefusalReason = 'total' | 'address' | 'address_rate' | 'per_client' | 'descriptors';

const refusalCode: Readonly<Record<RefusalReason, ErrorCode>> = {
  total: 'SERVER_FULL',
  address: 'ADDRESS_LIMIT',
  address_rate: 'ADDRESS_LIMIT',
  per_client: 'SERVER_FULL',
  descriptors: 'SERVER_FULL',
};

export interface ListenerOptions {
  readonly config: Config;
  /** A connection has come; it is paused. */
  accepted(socket: Socket, address: string): void;
}

/** The address or port cannot be listened on; the message says which and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code = 'CANNOT_LISTEN';
}

/** How long one who is refused may take to read why. */
const REFUSED_MS = 1000;
/** Refused connections that may linger at once; beyond it they are closed unheard. */
const REFUSED_MAX = 32;
const BACKLOG = 4096;

export class Listener {
  private readonly server: Server;
  private readonly options: ListenerOptions;
  private lingering = 0;

  constructor(options: ListenerOptions) {
    this.options = options;
    this.server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
      // Errors show in the worker, which reads; here they would only end the process.
      socket.on('error', () => {});
      const address = socket.remoteAddress;
      // Gone before it was accepted.
      if (address === undefined) socket.destroy();
      else options.accepted(socket, address);
    });
  }

  /** @returns the port.
   *  @throws {ListenError} */
  async listen(): Promise<number> {
    const { host, port } = this.options.config;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.server.once('error', reject);
    this.server.listen({ host, port, backlog: BACKLOG }, resolve);
    try {
      await promise;
    } catch (cause) {
      throw listenError(host, port, cause as NodeJS.ErrnoException, '--port');
    }
    this.server.off('error', reject);
    // A failed accept leaves the connection in the queue of the kernel, to be tried again.
    this.server.on('error', () => {});
    return (this.server.address() as { port: number }).port;
  }

  /** Says why in one JSON line, whatever the client speaks: nothing has been read from it yet. */
  refuse(socket: Socket, reason: RefusalReason): void {
    if (this.lingering >= REFUSED_MAX) {
      socket.destroy();
      return;
    }
    this.lingering++;
    const code = refusalCode[reason];
    const line = encodeJson({ type: 'error', code, text: sentence(code) }, () => undefined);
    const timer = setTimeout(() => socket.destroy(), REFUSED_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      this.lingering--;
    });
    // Unread input would make the kernel reset the connection before the line is read.
    socket.resume();
    socket.end(line);
  }

  /** Accepts no more. */
  close(): void {
    if (this.server.listening) this.server.close();
  }
}

/** One line that says what is the matter with an address, and what to do. */
export function listenError(
  host: string,
  port: number,
  cause: NodeJS.ErrnoException,
  flag: string,
): ListenError {
  const what: Record<string, string> = {
    EADDRINUSE: `the port is taken: stop what uses it, or choose another with ${flag}`,
    EACCES: `this user may not listen on it: choose a port from 1024 with ${flag}`,
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'there is no such host',
  };
  const why = what[cause.code ?? ''] ?? cause.message;
  return new ListenError(`cannot listen on ${host}:${port}: ${why}`, { cause });
}

/** Descriptors that are not for connections: files, those being refused, what changes over. */
const DESCRIPTORS_RESERVED = 128;
/** Pipes, channels and the like of one child. */
const DESCRIPTORS_PER_CHILD = 6;

/** @param children how many there may be.
 *  @returns how many connections the process's limit of open files leaves room for. What cannot be accepted
 *  for want of a descriptor would be closed by the event loop's library without a word, so the
 *  limit is kept to before that. */
export function descriptorRoom(children: number): number {
  try {
    const row = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    const reserved = DESCRIPTORS_RESERVED + DESCRIPTORS_PER_CHILD * children;
    if (row) return Math.max(1, Number(row[1]) - reserved);
  } catch {
    // No such file on this system: its own limit will show.
  }
  return Number.POSITIVE_INFINITY;
}
