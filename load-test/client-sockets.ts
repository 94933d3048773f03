// The sockets of a process of clients: the client library keeps its own to itself.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Published for each socket that connects. */
const CHANNEL = 'net.client.socket';

export interface Bytes {
  readonly received: number;
  readonly sent: number;
}

/** Knows every socket that this process connects from now on. */
export class ClientSockets {
  private readonly sockets = new Set<Socket>();
  /** Bytes of sockets that have closed. */
  private readonly closed = { received: 0, sent: 0 };

  constructor() {
    subscribe(CHANNEL, this.made);
  }

  close(): void {
    unsubscribe(CHANNEL, this.made);
  }

  /** Those that are open, the oldest first. */
  get open(): readonly Socket[] {
    return [...this.sockets];
  }

  /** Of all sockets since the beginning. */
  bytes(): Bytes {
    let { received, sent } = this.closed;
    for (const socket of this.sockets) {
      received += socket.bytesRead;
      sent += socket.bytesWritten;
    }
    return { received, sent };
  }

  private readonly made = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    this.sockets.add(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      this.closed.received += socket.bytesRead;
      this.closed.sent += socket.bytesWritten;
    });
  };
}
