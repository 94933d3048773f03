// What a client can be told when it is made, and what holds where it is told nothing.
import { checkDuration } from '../protocol/index.ts';

/** Times are milliseconds from 0 on; with `Infinity` there is no limit. An option that is `undefined` has
 *  its default. */
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

/** @throws {RangeError} for a time or a number that is out of its range. */
export function settingsOf(options: ConnectOptions): Settings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const settings: Settings = {
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
    ...(Object.fromEntries(given) as unknown as ConnectOptions),
  };
  for (const name of durations) checkDuration(name, settings[name]);
  for (const name of counts) {
    // Comparisons with NaN are false.
    if (settings[name] >= 1) continue;
    throw new RangeError(`${name} must be a number from 1 on; it was ${String(settings[name])}`);
  }
  return settings;
}

const durations = ['connectTimeoutMs', 'reconnectMsMax', 'pingMs', 'closeTimeoutMs'] as const;
const counts = ['unacknowledgedMax', 'pingsUnansweredMax'] as const;
