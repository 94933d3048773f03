// One client's connection: its states, its limits, and what is read from and written to it.
import type { Socket } from 'node:net';
import {
  type ClientMessage,
  type Encoding,
  type ErrorCode,
  encodeBinary,
  encodeJson,
  errorTable,
  type KindsOf,
  type Message,
  MessageDecoder,
  PROTOCOL_VERSION,
  type ProtocolError,
  type ServerMessage,
  sentence,
} from '../../protocol/index.ts';
import type { Config } from '../config.ts';
import type { FromWorker, Handover } from '../link/index.ts';
import type { CloseReason } from '../observe/index.ts';
import { Flow } from './flow.ts';
import { delimiters, Output } from './output.ts';
import { ReadingPace } from './reading-pace.ts';
import { handleRequest } from './requests.ts';

export enum ConnectionState {
  /** No hello has come yet. */
  Greeting = 'greeting',
  /** hello went to the coordinator; what follows it goes there in order, too. */
  Attaching = 'attaching',
  /** The coordinator knows the session: the client is served. */
  Attached = 'attached',
  /** The last bytes are on their way; what still comes is dropped. */
  Closing = 'closing',
  /** The last bytes are on their way; what still comes is for another process to read. */
  Releasing = 'releasing',
  /** The socket is gone. */
  Closed = 'closed',
}

/** The worker as its connections see it. */
export interface ConnectionHost {
  readonly config: Config;
  readonly kindsOf: KindsOf;
  /** Whether the coordinator takes messages now. */
  readonly blocked: boolean;
  toCoordinator(message: FromWorker): void;
  /** The rooms that a connection is in. */
  roomsOf(connection: number): number[];
  /** `connection` has bytes to be written at the end of this turn. */
  writeLater(connection: Connection): void;
  /** `connection` is held back: `tryResume` is to be called from time to time. */
  hold(connection: Connection): void;
  countThrottled(): void;
  countCommand(): void;
  /** The connection has chosen its encoding. */
  begun(connection: number, encoding: Encoding): void;
  countIn(frames: number, bytes: number): void;
  readonly countOut: (frames: number, bytes: number) => void;
  countError(code: ErrorCode): void;
  /** What the client has sent makes this process fail. */
  failed(connection: Connection, error: unknown): void;
  /** The socket is gone. Called once. */
  closed(connection: Connection, reason: CloseReason): void;
  /** This process has let go of the socket, which stays open. Called once, and `closed` not then. */
  released(connection: Connection): void;
}

/** The codes after which the connection is closed. */
export type FatalCode = Extract<ErrorCode, CloseReason>;

/** How long one that is let go may take to read what was written to it; the rest of a frame that is
 *  lost then does no harm. */
const RELEASING_MS = 100;
/** How long a closing connection may take to read its last bytes. */
const CLOSING_MS = 2000;
/** The states in which the client is served. */
const openStates: ReadonlySet<ConnectionState> = new Set([
  ConnectionState.Greeting,
  ConnectionState.Attaching,
  ConnectionState.Attached,
]);
/** How long one that will send no more is still served. */
const HALF_CLOSED_MS = 3000;
/** After so many times the time that makes a hang a request has been answered: a coordinator that
 *  does not answer is replaced. */
const ANSWERED_HANGS = 2;
/** A client gives up after some seconds without a byte. */
const SHOW_LIFE_MS = 1000;

export class Connection {
  readonly id: number;
  readonly address: string;
  state = ConnectionState.Greeting;
  /** The session's token, once attached. */
  token = '';
  readonly flow = new Flow();
  private readonly socket: Socket;
  private readonly host: ConnectionHost;
  private readonly decoder: MessageDecoder;
  private readonly pace: ReadingPace;
  private readonly output: Output;
  /** When it was taken over from another worker, in ms since 1970; 0: it was not. */
  private readonly since: number;
  private openedAt: number;
  private heardAt: number;
  private closingAt = 0;
  /** When the client has said that it will send no more. */
  private endedAt = Number.POSITIVE_INFINITY;
  /** What hello asked for. */
  private wanted = { token: '', name: '', account: '' };
  /** Since when nobody has served the client, in ms since 1970; 0: it is served. */
  private lostAt = 0;
  /** The joins that have no answer: a room may have to be prepared first. */
  readonly joining = new Set<number | null>();
  /** When the client has asked for a place in a room, or given one up. */
  private askedAt = Number.NEGATIVE_INFINITY;
  /** Rooms that the client was told it is in, and has seen nothing of. */
  readonly owed = new Set<number>();
  /** It was served when the coordinator was lost. */
  private hasView = false;
  /** When it was last shown that somebody will. */
  private shownAt = Number.NEGATIVE_INFINITY;
  /** hello was asked for again: the first one may come as well, and what followed it. */
  private askedAgain = false;
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
    const now = performance.now();
    this.since = handover?.lostAt ?? 0;
    this.openedAt = now;
    this.heardAt = now;
    this.output = new Output(socket, handover?.encoding !== undefined);
    this.pace = new ReadingPace(host.config, now);
    const { kindsOf } = host;
    const { frameBytesMax } = host.config;
    const continues = handover?.encoding;
    const options = { frameBytesMax, kindsOf, continues, receiver: this };
    this.decoder = new MessageDecoder({ from: 'client', ...options });
    this.listen();
    if (handover) this.takeOver(handover);
  }

  get encoding(): Encoding {
    return this.decoder.encoding ?? 'json';
  }

  /** Bytes that the client has not taken yet. */
  get unsentBytes(): number {
    return this.output.unsentBytes;
  }

  get isOpen(): boolean {
    return openStates.has(this.state);
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
    if (this.decoder.encoding === undefined && code === 'NOT_HOLDFAST') this.write(`${text}\n`);
    else this.send({ type: 'error', code, text });
    this.close(code);
  }

  /** Sends what is queued, then ends the connection; waits a little for the client to read it. */
  close(reason: CloseReason): void {
    if (!this.isOpen) return;
    this.reason = reason;
    this.detach();
    // Before the flush, which would find a client that is too slow to be so again.
    this.state = ConnectionState.Closing;
    this.flush();
    this.closingAt = performance.now();
    this.decoder.stop();
    // Unread input would make the kernel reset the connection before the last bytes are read.
    this.socket.resume();
    this.socket.end();
  }

  /** Reads no more, writes what is queued, and leaves the socket to another process. */
  release(): void {
    if (!this.isOpen) return;
    this.state = ConnectionState.Releasing;
    this.socket.pause();
    this.decoder.stop();
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

  /** Passes the hello on, again where the coordinator that had it is gone. */
  attach(): void {
    if (this.state !== ConnectionState.Attaching) return;
    const { id: connection, wanted, since } = this;
    // What it has asked may be lost, and only a welcome makes it ask again.
    const answeredMs = ANSWERED_HANGS * this.host.config.hangMs;
    const hasAsked = this.joining.size > 0 || performance.now() - this.askedAt <= answeredMs;
    const isOwed = this.owed.size > 0 || hasAsked;
    const mayContinue = this.hasView && !isOwed;
    const rooms = mayContinue ? this.host.roomsOf(connection) : null;
    this.host.toCoordinator({ type: 'attach', connection, ...wanted, since, rooms });
  }

  /** The coordinator has answered the hello.
   *  @returns how long nobody has served the client, in ms; undefined where it is new. */
  attached(token: string, name: string, account: string): number | undefined {
    this.token = token;
    this.wanted = { token, name, account };
    if (this.state === ConnectionState.Attaching) this.state = ConnectionState.Attached;
    const { lostAt } = this;
    this.lostAt = 0;
    return lostAt === 0 ? undefined : Math.max(0, Date.now() - lostAt);
  }

  /** The client asks for a place in a room, or gives one up. */
  asks(): void {
    this.askedAt = performance.now();
  }

  /** The coordinator is gone: the session is to be attached to the next one. */
  lostCoordinator(): void {
    if (this.state !== ConnectionState.Attached) return;
    this.state = ConnectionState.Attaching;
    this.flow.clear();
    this.lostAt = Date.now();
    this.hasView = true;
  }

  /** Reads on where nothing stands against it any more.
   *  @returns whether it does. */
  tryResume(): boolean {
    const { pace } = this;
    if (!pace.isHeld || !this.isOpen) return true;
    if (this.host.blocked || !pace.mayResume(performance.now(), this.flow.inFlight)) return false;
    pace.isHeld = false;
    this.guard(() => this.decoder.resume());
    // What had been read already may have been too much again.
    if (this.pace.isHeld) return false;
    this.socket.resume();
    return true;
  }

  /** Ends the connection where a time is over. Called from time to time. */
  checkTimes(now: number): void {
    const { handshakeMs, idleMs } = this.host.config;
    if (this.state === ConnectionState.Closing) {
      if (now - this.closingAt > CLOSING_MS) this.socket.destroy();
    } else if (this.state === ConnectionState.Greeting) {
      if (now - this.openedAt > handshakeMs) this.fail('HANDSHAKE_TIMEOUT');
    } else if (now - this.endedAt > HALF_CLOSED_MS) this.close('CLIENT');
    else if (this.host.blocked) this.showLife(now);
    else if (now - this.heardAt > idleMs) this.fail('IDLE_TIMEOUT');
  }

  /** While there is no coordinator nothing is read, pings neither. An empty frame now and then keeps
   *  the client from giving up the connection. */
  private showLife(now: number): void {
    const waits = this.state === ConnectionState.Attaching && this.wanted.token !== '';
    if (!waits || now - this.shownAt < SHOW_LIFE_MS) return;
    this.shownAt = now;
    this.write(delimiters[this.encoding]);
  }

  /** For the decoder. */
  message(message: Message): void {
    this.host.countIn(1, 0);
    this.handle(message as ClientMessage);
    const now = performance.now();
    if (this.pace.isTooFast(now)) {
      this.hold();
      this.host.countThrottled();
      if (this.pace.noticeDue(now)) this.noticeThrottled();
    } else if (this.host.blocked || this.pace.isTooFarAhead(this.flow.inFlight)) this.hold();
  }

  /** For the decoder. */
  malformed(error: ProtocolError): void {
    // The true first byte may have gone with the worker before: who connects again will be heard.
    if (this.encodingMayBeLost && !this.decoder.encoding) this.close('NETWORK');
    else if (endsConnection(error.code)) this.refuse(error.code, error.message);
    else this.send({ type: 'error', code: error.code, text: error.message });
  }

  /** Goes on where another worker has stopped, perhaps in the middle of a frame. */
  private takeOver({ encoding, token, name, lostAt }: Handover): void {
    this.encodingMayBeLost = encoding === undefined;
    if (encoding === undefined) return;
    if (token === '') {
      this.askedAgain = true;
      this.send({ type: 'again' });
      return;
    }
    this.state = ConnectionState.Attaching;
    this.wanted = { token, name, account: '' };
    this.lostAt = lostAt;
    this.attach();
  }

  private listen(): void {
    const { socket } = this;
    socket.setNoDelay(true);
    // A client that has said all it will say (a script with a pipe) still reads for a while.
    socket.allowHalfOpen = true;
    socket.on('data', (chunk: Buffer) => this.guard(() => this.received(chunk)));
    socket.on('end', () => this.ended());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.closed());
    socket.resume();
  }

  private received(chunk: Buffer): void {
    if (!this.isOpen) return;
    this.heardAt = performance.now();
    this.host.countIn(0, chunk.length);
    const isFirst = this.decoder.encoding === undefined;
    this.decoder.push(chunk);
    if (isFirst && this.decoder.encoding) this.host.begun(this.id, this.decoder.encoding);
  }

  /** What fails on this client's bytes would fail in each worker after this one: it costs this
   *  connection, and nobody else's. */
  private guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.host.failed(this, error);
      this.fail('INTERNAL');
    }
  }

  /** The client will send no more. A script that has piped its lines still waits for the answers,
   *  and cannot be told from one that is gone: it is served a little longer. */
  private ended(): void {
    const waits = this.encoding === 'json' && this.state !== ConnectionState.Greeting;
    if (waits) this.endedAt = performance.now();
    else this.close('CLIENT');
  }

  private handle(message: ClientMessage): void {
    if (message.type === 'hello') this.hello(message);
    else if (this.state === ConnectionState.Greeting) {
      // After `again` the client may not know yet that nobody knows it.
      if (!this.askedAgain) this.fail('HELLO_FIRST');
    } else handleRequest(message, this, this.host);
  }

  private hello({ protocol, token = '', name, account = '' }: Message<'hello'>): void {
    if (this.state !== ConnectionState.Greeting) {
      if (!this.askedAgain) this.fail('HELLO_TWICE');
      return;
    }
    if (protocol !== PROTOCOL_VERSION) {
      this.fail('PROTOCOL_VERSION', `it is ${PROTOCOL_VERSION}, and hello named ${protocol}`);
      return;
    }
    this.state = ConnectionState.Attaching;
    this.wanted = { token, name, account };
    this.attach();
  }

  private hold(): void {
    if (this.pace.isHeld || !this.isOpen) return;
    this.pace.isHeld = true;
    this.decoder.pause();
    this.socket.pause();
    this.host.hold(this);
  }

  private noticeThrottled(): void {
    const { commandsPerSecond } = this.host.config;
    const code = 'THROTTLED';
    this.host.countError(code);
    this.send({ type: 'error', code, text: sentence(code, `${commandsPerSecond} a second`) });
  }

  private detach(): void {
    const attached =
      this.state === ConnectionState.Attaching || this.state === ConnectionState.Attached;
    if (attached) this.host.toCoordinator({ type: 'detach', connection: this.id });
  }

  private closed(): void {
    if (this.state === ConnectionState.Closed) return;
    const isReleased = this.state === ConnectionState.Releasing;
    if (this.isOpen) this.detach();
    this.state = ConnectionState.Closed;
    this.decoder.stop();
    if (isReleased) this.host.released(this);
    else this.host.closed(this, this.reason);
  }
}

/** Whether `code` ends the connection that it is sent on. */
export function endsConnection(code: string): code is FatalCode {
  return Object.hasOwn(errorTable, code) && errorTable[code as ErrorCode].fatal;
}
