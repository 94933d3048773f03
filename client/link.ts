// Keeps a session connected: connects, says hello, and connects again when a connection ends.
import {
  encodeBinary,
  type Message,
  PROTOCOL_VERSION,
  type ProtocolError,
  type ServerMessage,
  Timer,
} from '../protocol/index.ts';
import { Backoff } from './backoff.ts';
import { Connection, type ConnectionReceiver } from './connection.ts';
import { ClientError, isFatal, isRetried, ServerError } from './errors.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Settings } from './options.ts';

export enum LinkState {
  /** Made, and not yet asked to connect. */
  Idle = 'idle',
  /** A connection is being made, or has been made and its `hello` is not answered. */
  Connecting = 'connecting',
  /** The server has said `welcome`: messages go both ways. */
  Ready = 'ready',
  /** There is no connection; a timer runs until the next attempt. */
  Waiting = 'waiting',
  /** The session is being ended: answers to what was sent may still come. */
  Closing = 'closing',
  /** Nothing happens any more. */
  Closed = 'closed',
}

const { Idle, Connecting, Ready, Waiting, Closing, Closed } = LinkState;
const next: Readonly<Record<LinkState, readonly LinkState[]>> = {
  [Idle]: [Connecting, Closed],
  [Connecting]: [Ready, Waiting, Closed],
  [Ready]: [Waiting, Closing, Closed],
  [Waiting]: [Connecting, Closed],
  [Closing]: [Closed],
  [Closed]: [],
};

/** Nothing answers at the address, or what is between closes what it cannot pass on. */
function isAway({ code }: LinkError): boolean {
  return code === 'UNREACHABLE' || code === 'CONNECTION_LOST' || code === 'CONNECT_TIMEOUT';
}

/** Why a connection ended: the library's finding or the server's word. */
export type LinkError = ClientError | ServerError;

export interface LinkOwner {
  /** @param hadToken whether the session was to be resumed. */
  welcomed(welcome: Message<'welcome'>, hadToken: boolean): void;
  /** Every message that is not the link's own business. */
  message(message: ServerMessage): void;
  warned(error: LinkError | ProtocolError): void;
  /** The connection, which was ready, is gone. */
  disconnected(error: LinkError): void;
  waiting(attempt: number, delayMs: number, error: LinkError): void;
  /** Comes once, whatever ended it; no error where it was closed on purpose. */
  ended(error: Error | undefined): void;
}

/** A connection that lived for less does not make the waits between attempts short again, so that a
 *  server which welcomes and then fails is not asked in a tight loop. */
const STABLE_MS = 1_000;

export class Link implements ConnectionReceiver {
  state = Idle;
  token: string | undefined;
  /** The account's key. */
  account: string | undefined;
  private readonly settings: Settings;
  private readonly owner: LinkOwner;
  private readonly heartbeat: Heartbeat;
  private readonly backoff: Backoff;
  private connection: Connection | undefined;
  private timer: Timer | undefined;
  private readyAt = Number.NaN;
  private welcomedEver = false;
  private bye: Message<'bye'> | undefined;

  constructor(settings: Settings, owner: LinkOwner) {
    this.settings = settings;
    this.owner = owner;
    this.token = settings.token;
    this.account = settings.account;
    this.backoff = new Backoff(settings.reconnectMsMax, settings.random);
    this.heartbeat = new Heartbeat({
      ping: (time) => this.write(encodeBinary({ type: 'ping', time })),
      silent: () => this.fail(new ClientError('SERVER_SILENT')),
      unansweredMax: settings.pingsUnansweredMax,
    });
  }

  get rttMs(): number | undefined {
    return this.heartbeat.rttMs;
  }

  /** Makes an attempt to connect. */
  connect(): void {
    this.enter(Connecting);
    const { host, port, connectTimeoutMs } = this.settings;
    this.bye = undefined;
    this.connection = new Connection({ host, port, hello: () => this.hello(), receiver: this });
    this.timer = new Timer(connectTimeoutMs, () => this.fail(new ClientError('CONNECT_TIMEOUT')));
  }

  write(frame: Buffer): void {
    this.connection?.write(frame);
  }

  /** Cuts the connection and goes on as `error` says. */
  fail(error: LinkError): void {
    this.lose(error);
  }

  /** From now on the end of the connection is the end of the link. Only in `Ready`. */
  beginClosing(): void {
    this.enter(Closing);
  }

  /** Ends the session and, when the server has closed or `closeTimeoutMs` later, the link. */
  quit(): void {
    this.write(encodeBinary({ type: 'quit' }));
    this.heartbeat.stop();
    this.connection?.end();
    this.timer?.stop();
    this.timer = new Timer(this.settings.closeTimeoutMs, () => this.end(undefined));
  }

  /** Ends at once; idempotent. */
  end(error: Error | undefined): void {
    if (this.state === Closed) return;
    this.drop();
    this.enter(Closed);
    this.owner.ended(error);
  }

  received(): void {
    this.heartbeat.received();
  }

  malformed(error: ProtocolError): void {
    this.owner.warned(error);
  }

  closed(error: ClientError): void {
    this.lose(this.bye ? new ServerError(this.bye.code, this.bye.text) : error);
  }

  message(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.welcome(message);
        return;
      case 'pong':
        this.heartbeat.pong(message.time);
        return;
      case 'error':
        if (isFatal(message.code)) this.lose(new ServerError(message.code, message.text));
        else this.owner.message(message);
        return;
      case 'again':
        // Also where hello was answered: who goes on with the connection may not know that.
        this.connection?.hello();
        return;
      case 'account':
        this.account = message.key;
        this.owner.message(message);
        return;
      case 'bye':
        this.bye = message;
        this.owner.message(message);
        return;
      default:
        this.owner.message(message);
    }
  }

  private hello(): Message<'hello'> {
    const { token, account } = this;
    const { name } = this.settings;
    return {
      ...{ type: 'hello', protocol: PROTOCOL_VERSION, name },
      ...(token === undefined ? {} : { token }),
      ...(account === undefined ? {} : { account }),
    };
  }

  /** A `welcome` may also come later on a connection, from a worker that replaced another. */
  private welcome(welcome: Message<'welcome'>): void {
    const hadToken = this.token !== undefined;
    this.token = welcome.token;
    if (this.state === Connecting) {
      this.timer?.stop();
      this.enter(Ready);
      this.readyAt = performance.now();
      this.welcomedEver = true;
      const pingMs = Math.min(this.settings.pingMs, welcome.idleMs / 2 || Number.POSITIVE_INFINITY);
      this.heartbeat.start(pingMs);
    }
    this.owner.welcomed(welcome, hadToken);
  }

  private lose(error: LinkError): void {
    const { state } = this;
    this.drop();
    if (state === Closing) {
      this.end(undefined);
      return;
    }
    const retried = this.bye !== undefined || isRetried(error);
    if (!retried || !(this.welcomedEver || this.settings.keepTrying)) {
      this.end(error);
      return;
    }
    if (state === Ready && performance.now() - this.readyAt >= STABLE_MS) this.backoff.reset();
    this.enter(Waiting);
    if (state === Ready) this.owner.disconnected(error);
    this.wait(error);
  }

  private wait(error: LinkError): void {
    // The owner may have ended the link on hearing of the loss.
    if (this.state !== Waiting) return;
    const now = performance.now();
    const delayMs = this.bye
      ? this.backoff.plannedMs(now, this.bye.retryMs)
      : this.backoff.nextMs(now, isAway(error));
    this.timer = new Timer(delayMs, () => this.connect());
    this.owner.waiting(this.backoff.attempts, delayMs, error);
  }

  private drop(): void {
    this.timer?.stop();
    this.heartbeat.stop();
    this.connection?.destroy();
    this.connection = undefined;
  }

  private enter(state: LinkState): void {
    if (!next[this.state].includes(state)) throw new Error(`link: ${this.state} → ${state}`);
    this.state = state;
  }
}
