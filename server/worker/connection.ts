// One client's connection: its states, its times, and what is written to it.
import type { Socket } from 'node:net';
import {
  type ClientMessage,
  type Encoding,
  type ErrorCode,
  encodeBinary,
  encodeJson,
  errorTable,
  type ProtocolError,
  type ServerMessage,
  sentence,
} from '../../protocol/index.ts';
import type { Handover } from '../link/index.ts';
import type { CloseReason } from '../observe/index.ts';
import { markProgress } from '../watch/progress.ts';
import { Attachment, AttachmentState } from './attachment.ts';
import type { ConnectionHost } from './connection-host.ts';
import { Flow } from './flow.ts';
import { Input } from './input.ts';
import { delimiters, Output } from './output.ts';
import { handleRequest } from './requests.ts';

export enum ConnectionState {
  /** The client is greeted, or served. */
  Open = 'open',
  /** The last bytes are on their way; what still comes is dropped. */
  Closing = 'closing',
  /** The last bytes are on their way; what still comes is for another process to read. */
  Releasing = 'releasing',
  /** The socket is gone. */
  Closed = 'closed',
}

/** The codes after which the connection is closed. */
export type FatalCode = Extract<ErrorCode, CloseReason>;

/** How long one that is let go may take to read what was written to it; the rest of a frame that is
 *  lost then does no harm. */
const RELEASING_MS = 100;
/** How long a closing connection may take to read its last bytes. */
const CLOSING_MS = 2000;
/** How long one that will send no more is still served. */
const HALF_CLOSED_MS = 3000;
/** Times that one of them is sent an empty frame, which a client that is gone answers by a reset. */
const PROBES_MAX = 3;
/** A client gives up after some seconds without a byte. */
const SHOW_LIFE_MS = 1000;

export class Connection {
  readonly id: number;
  readonly address: string;
  state = ConnectionState.Open;
  readonly attachment: Attachment;
  readonly flow = new Flow();
  private readonly socket: Socket;
  private readonly host: ConnectionHost;
  private readonly input: Input;
  private readonly output: Output;
  private openedAt: number;
  private heardAt: number;
  private closingAt = 0;
  /** When the client has said that it will send no more. */
  private endedAt = Number.POSITIVE_INFINITY;
  private probes = 0;
  /** When it was last shown that somebody will. */
  private shownAt = Number.NEGATIVE_INFINITY;
  /** Another worker may have read the first byte and died before it could tell. */
  private encodingMayBeLost = false;
  private reason: CloseReason = 'NETWORK';

  /** @param socket paused, and never read from by this process.
   *  @param handover where another worker has read from it before. */
  constructor(
    id: number,
    address: string,
    socket: Socket,
    host: ConnectionHost,
    handover: Handover | null = null,
  ) {
    this.id = id;
    this.address = address;
    this.socket = socket;
    this.host = host;
    this.attachment = new Attachment(this, host, handover?.lostAt ?? 0);
    const now = performance.now();
    this.openedAt = now;
    this.heardAt = now;
    this.output = new Output(socket, handover?.encoding !== undefined);
    this.input = new Input(this, socket, host, handover?.encoding);
    this.listen();
    if (!handover) return;
    if (handover.encoding) this.attachment.takeOver(handover);
    else this.encodingMayBeLost = true;
  }

  get encoding(): Encoding {
    return this.input.encoding ?? 'json';
  }

  /** Bytes that the client has not taken yet. */
  get unsentBytes(): number {
    return this.output.unsentBytes;
  }

  get isOpen(): boolean {
    return this.state === ConnectionState.Open;
  }

  send(message: ServerMessage): void {
    if (!this.isOpen) return;
    this.write(
      this.encoding === 'binary' ? encodeBinary(message) : encodeJson(message, this.host.kindsOf),
    );
  }

  /** Sends bytes that are whole frames of the connection's encoding, at the end of this turn. */
  write(frame: Buffer | string): void {
    if (this.output.add(frame, this.encoding)) this.host.writeLater(this);
  }

  /** Writes what this turn has brought, in one piece. */
  flush(): void {
    this.output.flush(this.host.countOut);
    if (this.unsentBytes > this.host.config.unsentBytesCut) this.fail('TOO_SLOW');
  }

  /** Tells the client why, and closes. */
  fail(code: FatalCode, detail?: string): void {
    this.refuse(code, sentence(code, detail));
  }

  /** Tells the client why, and closes. */
  refuse(code: FatalCode, text: string): void {
    if (!this.isOpen) return;
    this.host.countError(code);
    if (this.input.encoding === undefined && code === 'NOT_HOLDFAST') this.write(`${text}\n`);
    else this.send({ type: 'error', code, text });
    this.close(code);
  }

  /** Sends what is queued, then ends the connection; waits a little for the client to read it. */
  close(reason: CloseReason): void {
    if (!this.isOpen) return;
    this.reason = reason;
    this.attachment.detach();
    // Before the flush, which would find a client that is too slow to be so again.
    this.state = ConnectionState.Closing;
    this.flush();
    this.closingAt = performance.now();
    this.input.stop();
    // Unread input would make the kernel reset the connection before the last bytes are read.
    this.socket.resume();
    this.socket.end();
  }

  /** Reads no more, writes what is queued, and leaves the socket to another process. */
  release(): void {
    if (!this.isOpen) return;
    this.state = ConnectionState.Releasing;
    this.socket.pause();
    this.input.stop();
    this.output.flush(this.host.countOut);
    if (this.unsentBytes === 0) this.socket.destroy();
    else {
      this.socket.write('', () => this.socket.destroy());
      setTimeout(() => this.socket.destroy(), RELEASING_MS);
    }
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** There is a coordinator again. */
  foundCoordinator(): void {
    if (this.isOpen) this.attachment.attach();
  }

  /** The coordinator is gone: the session is to be attached to the next one. */
  lostCoordinator(servedAt: number): void {
    if (this.isOpen && this.attachment.lost(servedAt)) this.flow.clear();
  }

  /** Reads on where nothing stands against it any more.
   *  @returns whether it does. */
  tryResume(): boolean {
    return this.input.tryResume();
  }

  /** Ends the connection where a time is over. Called from time to time. */
  checkTimes(now: number): void {
    const { handshakeMs, idleMs } = this.host.config;
    if (this.state === ConnectionState.Closing) {
      if (now - this.closingAt > CLOSING_MS) this.socket.destroy();
    } else if (!this.isOpen) return;
    else if (this.attachment.state === AttachmentState.Greeting) {
      if (now - this.openedAt > handshakeMs) this.fail('HANDSHAKE_TIMEOUT');
    } else if (this.endedAt !== Number.POSITIVE_INFINITY) {
      if (now - this.endedAt > HALF_CLOSED_MS) this.close('CLIENT');
      else if (this.probes < PROBES_MAX) this.probe();
    } else if (this.host.blocked) this.showLife(now);
    else if (now - this.heardAt > idleMs) this.fail('IDLE_TIMEOUT');
  }

  /** For the input. */
  handle(message: ClientMessage): void {
    if (message.type === 'hello') this.attachment.hello(message);
    else if (this.attachment.state === AttachmentState.Greeting) this.attachment.missHello();
    else handleRequest(message, this, this.host);
  }

  /** For the input. */
  malformed(error: ProtocolError): void {
    // The true first byte may have gone with the worker before: who connects again will be heard.
    if (this.encodingMayBeLost && !this.input.encoding) this.close('NETWORK');
    else if (endsConnection(error.code)) this.refuse(error.code, error.message);
    else {
      this.host.countError(error.code);
      this.send({ type: 'error', code: error.code, text: error.message });
    }
  }

  private listen(): void {
    const { socket } = this;
    // A client that has said all it will say (a script with a pipe) still reads for a while.
    socket.allowHalfOpen = true;
    socket.on('data', (chunk: Buffer) => this.received(chunk));
    socket.on('end', () => this.ended());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.closed());
    socket.resume();
  }

  private received(chunk: Buffer): void {
    if (!this.isOpen) return;
    this.heardAt = performance.now();
    this.input.push(chunk);
    markProgress();
  }

  /** The client will send no more. A script that has piped its lines still waits for the answers, so
   *  it is served a little longer. */
  private ended(): void {
    const waits = this.encoding === 'json' && this.attachment.state !== AttachmentState.Greeting;
    if (!waits) {
      this.close('CLIENT');
      return;
    }
    this.endedAt = performance.now();
    this.probe();
  }

  /** Sends an empty frame. The system of a client that is gone answers it by a reset, which makes the
   *  next write fail: only so can such a client be told from one that still reads. */
  private probe(): void {
    // The first byte of all tells the client the encoding.
    if (!this.output.hasBegun) return;
    this.probes++;
    this.write(delimiters[this.encoding]);
  }

  /** While there is no coordinator nothing is read, pings neither. An empty frame now and then keeps
   *  the client from giving up the connection. */
  private showLife(now: number): void {
    if (!this.attachment.waits || now - this.shownAt < SHOW_LIFE_MS) return;
    this.shownAt = now;
    this.write(delimiters[this.encoding]);
  }

  private closed(): void {
    if (this.state === ConnectionState.Closed) return;
    const isReleased = this.state === ConnectionState.Releasing;
    if (this.isOpen) this.attachment.detach();
    this.state = ConnectionState.Closed;
    this.input.stop();
    if (isReleased) this.host.released(this);
    else this.host.closed(this, this.reason);
  }
}

/** Whether `code` ends the connection that it is sent on. */
export function endsConnection(code: string): code is FatalCode {
  return Object.hasOwn(errorTable, code) && errorTable[code as ErrorCode].fatal;
}
