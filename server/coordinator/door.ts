// Where workers come in. It is open before anything is brought back, so that by then they have said
// whom they serve.
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';

export class Door {
  private readonly server: Server;
  private waiting: Socket[] = [];
  private take: ((socket: Socket) => void) | undefined;

  private constructor() {
    // What they say waits in the system: nobody here could take it yet.
    this.server = createServer({ pauseOnConnect: true }, (socket) => {
      if (this.take) this.admitOne(socket);
      else this.waiting.push(socket);
    });
  }

  /** @param path of the Unix socket; one that a coordinator left behind that was killed goes.
   *  Rejects with what the system refuses. */
  static async open(path: string): Promise<Door> {
    const door = new Door();
    rmSync(path, { force: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Exclusive: else the cluster would have the primary listen in this process's stead.
    door.server.once('error', reject).listen({ path, exclusive: true }, resolve);
    await promise;
    return door;
  }

  /** Lets in who has come and who comes. `take` listens to the socket, which gives nothing before. */
  admit(take: (socket: Socket) => void): void {
    this.take = take;
    for (const socket of this.waiting) this.admitOne(socket);
    this.waiting = [];
  }

  /** Who waits is sent away; who was let in stays. */
  close(): void {
    this.server.close();
    for (const socket of this.waiting) socket.destroy();
  }

  private admitOne(socket: Socket): void {
    this.take?.(socket);
    socket.resume();
  }
}
