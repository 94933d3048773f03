// The socket of a pipe: the first end listens for one connection, the second end connects.
import { existsSync, linkSync, mkdirSync, rmSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The socket's name until it listens; the longer one. */
export const MAKING = 'making';
const READY = 'socket';
/** How often the second end looks whether the first is there. */
const RETRY_MS = 5;
/** How often the first end looks whether its socket is still there. */
const LOOK_MS = 300;
/** A directory that is missing for so long was removed by the other end, or with its process. */
const MISSING_MS_MAX = 1000;

/** The first end: is there, and lets one in. A clean-up of the directory for temporary files may remove
 *  its socket while it waits: then it is made again. */
export function accepted(directory: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  let server: Server | undefined;
  const accept = (socket: Socket) => {
    clearInterval(timer);
    server?.close();
    rmSync(directory, { recursive: true, force: true });
    // Of two, one came late.
    resolve(socket);
    promise.then((used) => used !== socket && socket.destroy());
  };
  const fail = (error: unknown) => {
    clearInterval(timer);
    server?.close();
    reject(error);
  };
  const look = () => {
    if (existsSync(join(directory, READY)) || !server?.listening) return;
    server.close();
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      server = listen(directory, accept, fail);
    } catch (error) {
      fail(error);
    }
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  server = listen(directory, accept, fail);
  return promise;
}

function listen(
  directory: string,
  accept: (socket: Socket) => void,
  fail: (error: unknown) => void,
): Server {
  const making = join(directory, MAKING);
  const server = createServer(accept);
  server.unref();
  server.once('error', fail);
  server.listen({ path: making, exclusive: true }, () => {
    try {
      // The second end does not find it before it listens, and no third takes its place.
      linkSync(making, join(directory, READY));
      unlinkSync(making);
    } catch (error) {
      // One that is gone already is made again.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') fail(error);
    }
  });
  return server;
}

/** The second end: waits until the first is there. One that was there and is no more refuses. */
export async function dialled(directory: string): Promise<Socket> {
  let missingSince: number | undefined;
  for (;;) {
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    const socket = connect({ path: join(directory, READY) }, () => resolve(socket));
    socket.once('error', reject);
    try {
      return await promise;
    } catch (error) {
      missingSince = existsSync(directory) ? undefined : (missingSince ?? performance.now());
      const missingMs = missingSince === undefined ? 0 : performance.now() - missingSince;
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (isMissing && missingMs < MISSING_MS_MAX) {
        await sleep(RETRY_MS, undefined, { ref: false });
        continue;
      }
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }
}
