// The entrance of a group: a Unix socket, and the key that each process has to know.
import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { SocketServer } from '../../link/socket-server.ts';
import { FULL, HELLO_BYTES, KEY_BYTES, REFUSED, readExactly, WIRE_VERSION } from './wire.ts';

export interface GroupListenerOptions {
  /** Of the socket, in a directory that only its user can enter. */
  readonly path: string;
  readonly key: Buffer;
  /** The run of the coordinator, which every process is told. */
  readonly run: Buffer;
  readonly connectionsMax: number;
  /** A process that knows the key. @param pid as it says. */
  accept(socket: Socket, pid: number): void;
  /** As `SocketServer` says it. */
  restored(error?: Error): void;
}

/** How long a stranger may take to say the key. */
const HELLO_MS = 2000;

export class GroupListener {
  private readonly options: GroupListenerOptions;
  private readonly sockets = new Set<Socket>();
  private server: SocketServer | undefined;

  private constructor(options: GroupListenerOptions) {
    this.options = options;
  }

  /** @throws what the system refuses. */
  static async listen(options: GroupListenerOptions): Promise<GroupListener> {
    const listener = new GroupListener(options);
    listener.server = await SocketServer.listen({
      path: options.path,
      accept: (socket) => listener.accept(socket),
      restored: options.restored,
    });
    return listener;
  }

  /** Cuts all connections. */
  close(): void {
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private accept(socket: Socket): void {
    const isFull = this.sockets.size >= this.options.connectionsMax;
    this.sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.sockets.delete(socket));
    void this.greet(socket, isFull);
  }

  private async greet(socket: Socket, isFull: boolean): Promise<void> {
    const { key, run, accept } = this.options;
    const late = setTimeout(() => socket.destroy(), HELLO_MS);
    const hello = await readExactly(socket, HELLO_BYTES);
    clearTimeout(late);
    if (!hello) return;
    const isKnown = timingSafeEqual(hello.subarray(0, KEY_BYTES), key);
    const answer = !isKnown ? REFUSED : isFull ? FULL : WIRE_VERSION;
    const greeting = Buffer.concat([Buffer.of(answer), run]);
    if (answer !== WIRE_VERSION) {
      socket.end(greeting, () => socket.destroy());
      return;
    }
    socket.write(greeting);
    accept(socket, hello.readUInt32LE(KEY_BYTES));
  }
}
