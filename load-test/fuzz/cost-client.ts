// A client that does one thing after the other, many of them at one time, and counts its bytes.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  type ClientMessage,
  encodeBinary,
  MessageDecoder,
  type ServerMessage,
} from '../../protocol/index.ts';
import { helloOf } from './frames.ts';

const SERVER_FRAME_BYTES_MAX = 5_000_000;

export class CostClient implements Disposable {
  sent = 0;
  received = 0;
  token = '';
  private readonly port: number;
  private readonly socket: Socket;
  private readonly seqs = new Map<number, number>();
  /** What is waited for, the longest waiting first. */
  private waiting: {
    isIt(message: ServerMessage): boolean;
    resolve(message: ServerMessage): void;
    reject(error: Error): void;
  }[] = [];

  static async connect(port: number): Promise<CostClient> {
    const client = new CostClient(port);
    const welcome = client.until((message) => message.type === 'welcome');
    client.socket.write(Buffer.of(0));
    client.send(helloOf('cost'));
    client.token = ((await welcome) as { token: string }).token;
    return client;
  }

  private constructor(port: number) {
    this.port = port;
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.listen(this.socket);
  }

  ping(): Promise<unknown> {
    const answer = this.until(({ type }) => type === 'pong');
    this.send({ type: 'ping', time: 1 });
    return answer;
  }

  /** @returns when it is applied and answered, or refused. */
  call(room: number, name: string, args: unknown): Promise<unknown> {
    const seq = (this.seqs.get(room) ?? 0) + 1;
    this.seqs.set(room, seq);
    const answer = this.until(
      (message) =>
        (message.type === 'result' || message.type === 'rejected') &&
        message.room === room &&
        message.seq === seq,
    );
    this.send({ type: 'call', room, seq, name, args });
    return answer;
  }

  /** @returns the room's number. */
  async join(game: string): Promise<number> {
    const joined = this.until(({ type }) => type === 'joined');
    this.send({ type: 'join', game });
    const { room } = (await joined) as { room: number };
    if (!this.seqs.has(room)) this.seqs.set(room, 0);
    return room;
  }

  leave(room: number): Promise<unknown> {
    const left = this.until(({ type }) => type === 'left');
    this.seqs.delete(room);
    this.send({ type: 'leave', room });
    return left;
  }

  /** Another connection that says hello, with a token or without, and is cut when it is welcomed. */
  async visit(token: string): Promise<void> {
    const socket = connect({ port: this.port, host: '127.0.0.1' });
    const message = encodeBinary({ ...helloOf('cost'), ...(token && { token }) } as ClientMessage);
    socket.write(Buffer.concat([Buffer.of(0), message]));
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    this.sent += message.length + 1;
    this.received += chunk.length;
    socket.destroy();
  }

  /** Another connection that says nothing. */
  async knock(): Promise<void> {
    const socket = connect({ port: this.port, host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.end();
    socket.resume();
    await once(socket, 'close');
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  private send(message: ClientMessage): void {
    const frame = encodeBinary(message);
    this.sent += frame.length;
    this.socket.write(frame);
  }

  private until(isIt: (message: ServerMessage) => boolean): Promise<ServerMessage> {
    return new Promise((resolve, reject) => this.waiting.push({ isIt, resolve, reject }));
  }

  private listen(socket: Socket): void {
    const decoder = new MessageDecoder({
      from: 'server',
      frameBytesMax: SERVER_FRAME_BYTES_MAX,
      receiver: { message: (message) => this.heard(message as ServerMessage), malformed: () => {} },
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const { reject } of this.waiting)
        reject(new Error('the server has closed the connection'));
    });
    socket.on('data', (chunk: Buffer) => {
      this.received += chunk.length;
      decoder.push(chunk);
    });
  }

  private heard(message: ServerMessage): void {
    const at = this.waiting.findIndex(({ isIt }) => isIt(message));
    if (at < 0) return;
    const [waiting] = this.waiting.splice(at, 1);
    waiting!.resolve(message);
  }
}
