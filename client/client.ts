// The client: one session on a server, kept through lost connections, and its public face.
import { EventEmitter } from 'node:events';
import {
  LOBBY,
  type Message,
  type ProtocolError,
  type ServerMessage,
  Timer,
} from '../protocol/index.ts';
import { ClientError, ServerError } from './errors.ts';
import { HeldMessages } from './held-messages.ts';
import { Link, type LinkError, LinkState } from './link.ts';
import { Matches, type MatchOptions } from './matches.ts';
import { type ConnectOptions, type Settings, settingsOf } from './options.ts';
import type { Lobby, RoomView } from './room-view.ts';
import { type JoinTarget, Rooms } from './rooms.ts';

/** What the server says of a session when it begins or resumes it. */
export type Welcome = Omit<Message<'welcome'>, 'type'>;

export interface ClientEvents {
  /** The server has welcomed a connection, the first or a later one; or, with `pauseMs`, another of
   *  its processes serves the same connection now. */
  connected: [welcome: Welcome];
  /** The connection is gone; the client will connect again. */
  disconnected: [error: LinkError];
  /** The n-th attempt in a row is made in `delayMs`, because of `error`. */
  reconnecting: [attempt: { attempt: number; delayMs: number; error: LinkError }];
  /** The session is a new one. `lost`: it stands for an earlier one that the server no longer has;
   *  calls of that have failed with `SESSION_LOST`, and its games are being joined again. */
  session: [session: { session: number; lost: boolean }];
  /** The key of the session's account, when it was not known: keep it, in secret. */
  account: [key: string];
  /** The resumed session is in a room that this client did not join: it came with the token. */
  room: [view: RoomView];
  /** The server is about to close the connection on purpose. */
  bye: [bye: { code: string; text: string; retryMs: number }];
  /** Something was refused or dropped, and the client goes on. */
  warning: [error: LinkError | ProtocolError];
  /** The client has ended by itself after it had been connected. As everywhere in Node, it is
   *  thrown when nobody listens. Not emitted for the end that `signal` asked for. */
  error: [error: Error];
  /** The client has ended; the last event. No error where that was asked for. */
  closed: [error: Error | undefined];
}

/** Made without connecting: `open` does that, after listeners were added. `connect` does both. */
export class Client extends EventEmitter<ClientEvents> implements AsyncDisposable {
  /** The last `welcome`: name, worker and limits of this session. */
  welcome: Welcome | undefined;
  readonly lobby: Lobby;
  readonly #settings: Settings;
  readonly #link: Link;
  readonly #rooms: Rooms;
  readonly #matches: Matches;
  readonly #ended = Promise.withResolvers<void>();
  #opening: PromiseWithResolvers<this> | undefined;
  #closeTimer: Timer | undefined;
  #quitting = false;
  readonly #incoming = new HeldMessages((message) => this.#message(message));
  /** The key that was told last. */
  #account: string | undefined;

  constructor(options: ConnectOptions) {
    super();
    this.#settings = settingsOf(options);
    this.#account = options.account;
    this.#link = new Link(this.#settings, {
      welcomed: (welcome, hadToken) => this.#welcomed(welcome, hadToken),
      message: (message) => this.#incoming.receive(message),
      warned: (error) => this.emit('warning', error),
      disconnected: (error) => {
        this.#incoming.release();
        if (error.code === 'INTERNAL') this.#rooms.serverFailed();
        this.#rooms.hold();
        this.emit('disconnected', error);
      },
      waiting: (attempt, delayMs, error) => {
        this.emit('reconnecting', { attempt, delayMs, error });
      },
      ended: (error) => this.#end(error),
    });
    this.#rooms = new Rooms({
      rejoin: this.#settings.rejoin,
      unacknowledgedMax: this.#settings.unacknowledgedMax,
      write: (frame) => this.#link.write(frame),
      broken: (error) => {
        // Where the connection is gone, the next one brings a complete state in any case.
        if (this.state === LinkState.Ready) this.#link.fail(error);
      },
      answered: (tell) => this.#incoming.giveTurn(tell),
      found: (view) => {
        const answer = this.#matches.found(view);
        if (!answer) this.emit('room', view);
        return answer;
      },
    });
    this.lobby = this.#rooms.lobby.view;
    const { rejoin } = this.#settings;
    this.#matches = new Matches({ lobby: this.lobby, rejoin });
  }

  get state(): LinkState {
    return this.#link.state;
  }

  /** Resumes this session in another client. Secret. */
  get token(): string | undefined {
    return this.#link.token;
  }

  /** The key of the session's account: a client made with it is the same player, also when the
   *  session has ended. Known soon after the first `welcome`; undefined from a server without
   *  accounts. Secret. */
  get account(): string | undefined {
    return this.#link.account;
  }

  /** Smoothed round-trip time in milliseconds; undefined before it was measured. */
  get rttMs(): number | undefined {
    return this.#link.rttMs;
  }

  /** The rooms that the session is in, but the lobby. */
  get rooms(): RoomView[] {
    return [...this.#rooms.views()];
  }

  /** Connects; idempotent.
   *  @returns this client, at the first `welcome`.
   *  @throws {ServerError} when the server refuses; {ClientError} `UNREACHABLE`, `CONNECT_TIMEOUT`,
   *  `CONNECTION_LOST`, `NOT_HOLDFAST`, `ABORTED`, `CLOSED`. With `keepTrying` only where another
   *  attempt is of no use. */
  open(): Promise<this> {
    if (this.#opening) return this.#opening.promise;
    this.#opening = Promise.withResolvers<this>();
    const { signal } = this.#settings;
    if (this.state === LinkState.Closed) this.#opening.reject(new ClientError('CLOSED'));
    else if (signal?.aborted) this.#aborted();
    else {
      signal?.addEventListener('abort', this.#aborted, { once: true });
      this.#link.connect();
    }
    return this.#opening.promise;
  }

  /** Asks for a place in a room.
   *  @returns the room with its first state: tick, avatar and entities can be read at once. Listeners that are
   *  added in the same turn hear that state and all that comes behind it.
   *  @throws {ServerError} with the server's code: `UNKNOWN_GAME`, `ROOM_FULL`, `TOO_SOON` and others.
   *  @throws {ClientError} `CLOSED`, `GIVEN_UP`, or what ended the client.
   *  While there is no connection it waits, and it is asked again after one was lost. */
  join(target: JoinTarget): Promise<RoomView> {
    return this.#rooms.join(target);
  }

  /** Makes a party.
   *  @returns its secret: give it to those who are to play together, for `match`. */
  async party(): Promise<string> {
    return ((await this.lobby.call('party')) as { party: string }).party;
  }

  /** Waits for a match of a game that has matchmaking, alone or with a party; also through lost
   *  connections and, with `rejoin`, lost sessions.
   *
   *      const signal = AbortSignal.timeout(60_000);
   *      const room = await client.match('connect-four', { signal });
   *      room.send('drop', { column: 3 });
   *
   *  @returns the room with its first state, in which the others are.
   *  @throws {RejectedError} `NO_MATCHES`, `UNKNOWN_GAME`, `ALREADY_WAITING`, `PARTY_SIZE`,
   *  `PARTY_FULL`, `UNKNOWN_PARTY`, `JOINED_LIMIT`, `PLACE_QUOTA`, `TOO_SOON`, `BAD_ARGUMENTS`.
   *  @throws {ServerError} `GAME_ERROR` where the game failed to begin.
   *  @throws {ClientError} `ABORTED` by `signal`, `CLOSED`, `SESSION_LOST`, or what ended the client. */
  match(game: string, options: MatchOptions = {}): Promise<RoomView> {
    return this.#matches.match(game, options);
  }

  /** Takes nothing more, waits until what was sent is acknowledged (at most `closeTimeoutMs`), ends
   *  the session and the connection. Without a connection it ends at once. Idempotent.
   *  @returns when the client has ended; never rejects. */
  close(): Promise<void> {
    if (this.state === LinkState.Ready) {
      this.#link.beginClosing();
      this.#rooms.refuse(new ClientError('CLOSED'));
      this.#closeTimer = new Timer(this.#settings.closeTimeoutMs, () => this.#quit());
      this.#quitWhenSettled();
    } else if (this.state !== LinkState.Closing) this.#link.end(undefined);
    return this.#ended.promise;
  }

  /** Cuts the connection; idempotent. The server keeps the session for `welcome.resumeMs`.
   *  @param error what calls fail with, and what `error` and `closed` tell. */
  destroy(error?: Error): void {
    this.#link.end(error);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  readonly #aborted = (): void => {
    this.#link.end(new ClientError('ABORTED', undefined, this.#settings.signal?.reason));
  };

  #welcomed(message: Message<'welcome'>, hadToken: boolean): void {
    this.#incoming.release();
    const { type: _, ...welcome } = message;
    const isFirst = this.welcome === undefined;
    this.welcome = welcome;
    if (welcome.resumed) {
      this.#matches.resumed(welcome.rooms);
      this.#rooms.resumed(message);
    } else {
      this.#matches.renewed();
      this.#rooms.renewed(message, hadToken);
      this.emit('session', { session: welcome.session, lost: hadToken });
    }
    this.emit('connected', welcome);
    this.#opening?.resolve(this);
    if (isFirst) this.#incoming.giveTurn();
  }

  #message(message: ServerMessage): void {
    switch (message.type) {
      case 'state':
        this.#rooms.get(message.room)?.state(message);
        break;
      case 'event':
        this.#event(message);
        break;
      case 'avatar':
        this.#rooms.get(message.room)?.hasAvatar(message);
        break;
      case 'result':
        this.#rooms.get(message.room)?.outbox.result(message.seq, message.value);
        break;
      case 'rejected':
        this.#rooms.get(message.room)?.rejected(message);
        break;
      case 'resumed':
        this.#rooms.roomResumed(message);
        break;
      case 'joined':
        this.#matches.seen(message.room);
        this.#rooms.joined(message);
        break;
      case 'left':
        this.#rooms.left(message);
        break;
      case 'error':
        if (!this.#rooms.refused(message)) {
          this.emit('warning', new ServerError(message.code, message.text));
        }
        break;
      case 'account':
        if (message.key !== this.#account) this.emit('account', message.key);
        this.#account = message.key;
        break;
      case 'bye':
        this.emit('bye', message);
        break;
      case 'welcome':
      case 'pong':
      case 'again':
        break;
      default:
        message satisfies never;
    }
    if (this.#link.state === LinkState.Closing) this.#quitWhenSettled();
  }

  #event(message: Message<'event'>): void {
    const { room, name, data } = message;
    if (room === LOBBY && name === 'unmatched') this.#matches.unmatched(data);
    this.#rooms.get(room)?.event(message);
  }

  #quitWhenSettled(): void {
    if (this.#rooms.unacknowledged === 0) this.#quit();
  }

  #quit(): void {
    if (this.#quitting) return;
    this.#quitting = true;
    this.#closeTimer?.stop();
    this.#link.quit();
  }

  #end(error: Error | undefined): void {
    this.#closeTimer?.stop();
    this.#settings.signal?.removeEventListener('abort', this.#aborted);
    const closed = new ClientError('CLOSED', error?.message, error);
    this.#matches.end(error ?? closed);
    this.#rooms.end(closed, error ?? closed);
    const wasConnected = this.welcome !== undefined;
    this.#opening?.reject(error ?? closed);
    this.#ended.resolve();
    try {
      if (error && wasConnected && !this.#settings.signal?.aborted) this.emit('error', error);
    } finally {
      this.emit('closed', error);
    }
  }
}

/** Connects to a server and begins a session, or resumes the one of `token`.
 *  @returns the client, at the first `welcome`; it keeps itself connected until it is closed.
 *  @throws as `Client.open`; {RangeError} for an option that is out of its range. */
export async function connect(options: ConnectOptions): Promise<Client> {
  return new Client(options).open();
}
