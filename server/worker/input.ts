// What is read from one client: decoded, at its pace, and held back while nobody could take it.
import type { Socket } from 'node:net';
import {
  type ClientMessage,
  type Encoding,
  type Message,
  MessageDecoder,
  type ProtocolError,
  sentence,
} from '../../protocol/index.ts';
import type { Connection } from './connection.ts';
import type { ConnectionHost } from './connection-host.ts';
import { ReadingPace } from './reading-pace.ts';

export class Input {
  private readonly connection: Connection;
  private readonly socket: Socket;
  private readonly host: ConnectionHost;
  private readonly decoder: MessageDecoder;
  private readonly pace: ReadingPace;

  /** @param continues the encoding in which another process has read from the socket, perhaps up to
   *  the middle of a frame. */
  constructor(
    connection: Connection,
    socket: Socket,
    host: ConnectionHost,
    continues: Encoding | undefined,
  ) {
    this.connection = connection;
    this.socket = socket;
    this.host = host;
    this.pace = new ReadingPace(host.config, performance.now());
    const { kindsOf } = host;
    const { frameBytesMax } = host.config;
    const options = { frameBytesMax, kindsOf, continues, receiver: this };
    this.decoder = new MessageDecoder({ from: 'client', ...options });
  }

  /** Undefined before the first byte. */
  get encoding(): Encoding | undefined {
    return this.decoder.encoding;
  }

  push(chunk: Buffer): void {
    this.guard(() => {
      this.host.countIn(0, chunk.length);
      const isFirst = this.encoding === undefined;
      this.decoder.push(chunk);
      if (isFirst && this.encoding) this.host.begun(this.connection.id, this.encoding);
    });
  }

  /** Drops what is still to be decoded, and what comes. */
  stop(): void {
    this.decoder.stop();
  }

  /** Reads on where nothing stands against it any more.
   *  @returns whether it does. */
  tryResume(): boolean {
    const { pace, connection } = this;
    if (!pace.isHeld || !connection.isOpen) return true;
    const { inFlight } = connection.flow;
    const { blocked, budget } = this.host;
    if (blocked || budget.isSpent || !pace.mayResume(performance.now(), inFlight)) return false;
    pace.isHeld = false;
    this.guard(() => this.decoder.resume());
    // What had been read already may have been too much again.
    if (this.pace.isHeld) return false;
    this.socket.resume();
    return true;
  }

  /** For the decoder. */
  message(message: Message): void {
    const { connection, host } = this;
    host.countIn(1, 0);
    host.budget.spend();
    connection.handle(message as ClientMessage);
    const now = performance.now();
    if (this.pace.isTooFast(now)) {
      this.hold();
      host.countThrottled();
      if (this.pace.noticeDue(now)) this.noticeThrottled();
    } else if (
      host.blocked ||
      host.budget.isSpent ||
      this.pace.isTooFarAhead(connection.flow.inFlight)
    ) {
      this.hold();
    }
  }

  /** For the decoder. */
  malformed(error: ProtocolError): void {
    this.connection.malformed(error);
  }

  /** What fails on this client's bytes would fail in each worker after this one: it costs this
   *  connection, and nobody else's. */
  private guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.host.failed(this.connection, error);
      this.connection.fail('INTERNAL');
    }
  }

  private hold(): void {
    if (this.pace.isHeld || !this.connection.isOpen) return;
    this.pace.isHeld = true;
    this.decoder.pause();
    this.socket.pause();
    this.host.hold(this.connection);
  }

  private noticeThrottled(): void {
    const { commandsPerSecond } = this.host.config;
    const code = 'THROTTLED';
    this.host.countError(code);
    const text = sentence(code, `${commandsPerSecond} a second`);
    this.connection.send({ type: 'error', code, text });
  }
}
