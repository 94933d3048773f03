// Where workers come in. It is open before anything is brought back, so that by then they have said
// whom they serve.
import type { Socket } from 'node:net';
import { SocketServer } from '../link/index.ts';
import type { Log } from '../observe/index.ts';

export class Door {
  private server: SocketServer | undefined;
  private waiting: Socket[] = [];
  private take: ((socket: Socket) => void) | undefined;

  private constructor() {}

  /** @param path of the Unix socket; one that a coordinator left behind that was killed goes.
   *  Rejects with what the system refuses. */
  static async open(path: string, log: Log): Promise<Door> {
    const door = new Door();
    door.server = await SocketServer.listen({
      path,
      // What they say waits in the system: the coordinator could not take it yet.
      pauseOnConnect: true,
      accept: (socket) => {
        if (door.take) door.admitOne(socket);
        else door.waiting.push(socket);
      },
      restored: (err) => {
        if (err) log.error({ path, err }, `${REMOVED}, and cannot be made again: ${err.message}`);
        else log.warn({ path }, `${REMOVED}, and was made again: find the program that removes it`);
      },
    });
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
    this.server?.close();
    for (const socket of this.waiting) socket.destroy();
  }

  private admitOne(socket: Socket): void {
    this.take?.(socket);
    socket.resume();
  }
}

const REMOVED = 'the socket by which workers reach the coordinator was removed';
