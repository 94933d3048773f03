// Sockets that another worker serves: they are kept here, and nothing is read from them, to be served
// at once when that worker dies.
import type { Socket } from 'node:net';

/** What Node reads a socket by, and keeps to itself: `pause()` would let it read once more. */
interface Handle {
  reading: boolean;
  readStart(): void;
  readStop(): void;
}

export class HeldSockets {
  private readonly sockets = new Map<number, Socket>();

  /** To be called in the turn in which the socket has come, before anything was read from it.
   *  @returns false where this version of Node has no such handles: the socket is closed here. */
  hold(id: number, socket: Socket): boolean {
    const handle = handleOf(socket);
    if (typeof handle?.readStop !== 'function') {
      socket.destroy();
      return false;
    }
    handle.reading = false;
    handle.readStop();
    this.sockets.set(id, socket);
    return true;
  }

  /** The socket, which is read again; undefined where it is not held. */
  take(id: number): Socket | undefined {
    const socket = this.sockets.get(id);
    if (!socket) return undefined;
    this.sockets.delete(id);
    const handle = handleOf(socket)!;
    // To the stream it has been reading all the time, so it does not begin by itself.
    handle.reading = true;
    handle.readStart();
    return socket;
  }

  /** Closes the handle here; the connection stays open where another process has one. */
  drop(id: number): void {
    this.sockets.get(id)?.destroy();
    this.sockets.delete(id);
  }

  close(): void {
    for (const id of this.sockets.keys()) this.drop(id);
  }
}

const handleOf = (socket: Socket): Handle | undefined =>
  (socket as unknown as { _handle?: Handle })._handle;
