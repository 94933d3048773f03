// A server on a Unix socket that stays reachable: a socket file that was removed is made again.
import { rmSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';

export interface SocketServerOptions {
  /** Of the socket, in a directory that only this user can enter. */
  readonly path: string;
  /** Connections are given to `accept` before anything is read from them. */
  readonly pauseOnConnect?: boolean;
  accept(socket: Socket): void;
  /** The socket file was gone. It has been made again, or `error` says why not: then it is tried again,
   *  and this is called again when the reason is another one, or it has succeeded. */
  restored(error?: Error): void;
}

/** Every system takes a path of this number of bytes for a socket; some refuse longer ones, or cut them off. */
export const SOCKET_PATH_BYTES_MAX = 103;
/** How often the socket file is looked at. */
const LOOK_MS = 500;

export class SocketServer {
  private readonly options: SocketServerOptions;
  private server: Server | undefined;
  /** Tells this server's file from another's at the same path. */
  private file: string | undefined = '';
  private failure = '';
  private isLooking = false;
  private isClosed = false;
  private timer: NodeJS.Timeout | undefined;

  private constructor(options: SocketServerOptions) {
    this.options = options;
  }

  /** Makes the directory, where it is gone; a file that a killed process left behind is replaced.
   *  Rejects with what the system refuses. */
  static async listen(options: SocketServerOptions): Promise<SocketServer> {
    const server = new SocketServer(options);
    try {
      await server.open();
    } catch (error) {
      server.close();
      throw error;
    }
    server.watch();
    return server;
  }

  /** Connections that were accepted stay. Idempotent. */
  close(): void {
    this.isClosed = true;
    clearInterval(this.timer);
    this.server?.close();
    this.server = undefined;
  }

  /** Begins when the socket is open: a look at a socket that is being opened would open it a second time. */
  private watch(): void {
    this.timer = setInterval(() => void this.look(), LOOK_MS);
    this.timer.unref();
  }

  private async open(): Promise<void> {
    const { path, pauseOnConnect = false, accept } = this.options;
    await mkdir(dirname(path), { mode: 0o700 }).catch(ifThere);
    if (this.isClosed) return;
    rmSync(path, { force: true });
    const server = createServer({ pauseOnConnect }, accept);
    this.server = server;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Exclusive: otherwise the cluster would have the primary listen in this process's place.
    // What fails later is one connection, whose other end tries again.
    server.on('error', reject).listen({ path, exclusive: true }, resolve);
    await promise;
    this.file = fileAt(path);
    if (this.isClosed) server.close();
  }

  private async look(): Promise<void> {
    if (this.isLooking || this.isClosed || !this.server) return;
    this.isLooking = true;
    try {
      const file = fileAt(this.options.path);
      if (file !== undefined && file !== this.file && !this.isClosed) await this.restore();
    } finally {
      this.isLooking = false;
    }
  }

  private async restore(): Promise<void> {
    // The old server closes first, because closing removes the file at the path, also a new one.
    this.server?.close();
    try {
      await this.open();
    } catch (error) {
      if (this.isClosed) return;
      this.file = '';
      const { message } = error as Error;
      if (message !== this.failure) this.options.restored(error as Error);
      this.failure = message;
      return;
    }
    this.failure = '';
    if (!this.isClosed) this.options.restored();
  }
}

/** Without a promise, which costs many times as much as the call itself.
 *  @returns which file is there; 'none' where there is none, undefined where the system cannot say. */
function fileAt(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev} ${ino}`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'none' : undefined;
  }
}

function ifThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
