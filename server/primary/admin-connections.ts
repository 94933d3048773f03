// The connections of the admin interface: as many as it may have, so that a health check always gets one.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Keeps the connections that were used last. One more than `max` ends the one that has been quiet the
 *  longest: a limit that refused new ones would let idle connections shut out the health check. */
export function keepNewest(server: Server, max: number): void {
  /** The one that has been quiet the longest comes first. */
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (sockets.size <= max) return;
    const [oldest] = sockets;
    sockets.delete(oldest!);
    oldest!.destroy();
  });
  server.on('request', ({ socket }: { socket: Socket }) => {
    // One that was ended may still have had a request to be read.
    if (sockets.delete(socket)) sockets.add(socket);
  });
}
