// What a client can be told when it is made, and what holds where it is told nothing.

export interface ConnectOptions {
  /** Default: `127.0.0.1`. */
  readonly host?: string;
  /** Default: 8000. */
  readonly port?: number;
  /** The player's name for others to see, 1 to 24 characters. */
  readonly name: string;
  /** `client.token` of an earlier client, to resume its session. */
  readonly token?: string;
  /** `client.account` of an earlier client, to be the same player: 22 to 64 letters, digits, - and _.
   *  A session that has the account ends. Default: a new account. */
  readonly account?: string;
  /** Ends the client when aborted, whatever it is doing. */
  readonly signal?: AbortSignal;
  /** Whether to try for ever until the first `welcome`. Otherwise the first attempt decides. After
   *  the first `welcome` the client always tries for ever. Default: false. */
  readonly keepTrying?: boolean;
  /** An attempt fails when no `welcome` has come after this. Default: 10,000. */
  readonly connectTimeoutMs?: number;
  /** The longest wait between two attempts. Default: 5,000. */
  readonly reconnectMsMax?: number;
  /** Whether to join the same games again when the session was lost. Default: true. */
  readonly rejoin?: boolean;
  /** Commands and calls that a room may have without an answer; beyond, `send` and `call` throw
   *  `OUTBOX_FULL`. Default: 1,024. */
  readonly unacknowledgedMax?: number;
  /** How often to ping; at most half of what the server allows is used. Default: 3,000. */
  readonly pingMs?: number;
  /** After so many pings without anything received, the connection is given up. Default: 2. */
  readonly pingsUnansweredMax?: number;
  /** `close` waits so long for acknowledgements, and again for the server's end. Default: 1,000. */
  readonly closeTimeoutMs?: number;
  /** Numbers from 0 up to 1, for the waits between attempts. Default: `Math.random`. */
  readonly random?: () => number;
}

type Optional = 'token' | 'account' | 'signal';

/** The options with every default filled in. */
export type Settings = Required<Omit<ConnectOptions, Optional>> & Pick<ConnectOptions, Optional>;

export function settingsOf(options: ConnectOptions): Settings {
  return {
    host: '127.0.0.1',
    port: 8000,
    keepTrying: false,
    connectTimeoutMs: 10_000,
    reconnectMsMax: 5_000,
    rejoin: true,
    unacknowledgedMax: 1_024,
    pingMs: 3_000,
    pingsUnansweredMax: 2,
    closeTimeoutMs: 1_000,
    random: Math.random,
    ...options,
  };
}
