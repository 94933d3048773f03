// What is to be written to one client: collected for a turn, then written in one piece.
import type { Socket } from 'node:net';
import type { Encoding } from '../../protocol/index.ts';

/** Ends a frame of the encoding. A binary stream begins with it, too. */
export const delimiters: Readonly<Record<Encoding, Buffer | string>> = {
  binary: Buffer.of(0),
  json: '\n',
};

export class Output {
  private readonly socket: Socket;
  private frames: (Buffer | string)[] = [];
  private readonly continues: boolean;
  private begun = false;

  /** @param continues another process has written to the socket, perhaps half a frame: the first one
   *  of this has a delimiter before it. */
  constructor(socket: Socket, continues: boolean) {
    this.socket = socket;
    this.continues = continues;
  }

  /** Bytes that the client has not taken yet. */
  get unsentBytes(): number {
    return this.socket.writableLength;
  }

  get hasBegun(): boolean {
    return this.begun;
  }

  /** Adds whole frames of the encoding.
   *  @returns whether they are the first since the last flush. */
  add(frame: Buffer | string, encoding: Encoding): boolean {
    const isFirst = this.frames.length === 0;
    const opening = delimiters[encoding];
    const isDue = !this.begun && (encoding === 'binary' || this.continues);
    if (isDue && frame !== opening) this.frames.push(opening);
    this.begun = true;
    this.frames.push(frame);
    return isFirst;
  }

  /** Writes all that was added.
   *  @param count is told how many frames and bytes that were. */
  flush(count: (frames: number, bytes: number) => void): void {
    const { frames, socket } = this;
    if (frames.length === 0) return;
    this.frames = [];
    if (!socket.writable) return;
    const whole = frames.length === 1 ? frames[0]! : join(frames);
    count(frames.length, whole.length);
    socket.write(whole);
  }
}

function join(frames: readonly (Buffer | string)[]): Buffer | string {
  return typeof frames[0] === 'string' ? frames.join('') : Buffer.concat(frames as Buffer[]);
}
