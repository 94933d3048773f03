// Rates of an account, of an address and of everyone together, which a new connection or session does
// not reset. They are in memory: a coordinator that takes another's place begins with full buckets.
import { performance } from 'node:perf_hooks';
import type { Config } from '../config.ts';
import { AddressGroups, LimitLog, TokenBucket, TokenBuckets } from '../limits/index.ts';
import type { LimitName, Log, ProcessMetrics } from '../observe/index.ts';

export interface ClientLimitsOptions {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'coordinator'>;
}

/** Whom a limit counts, as in `Session`. */
export interface Limited {
  readonly account: string;
  /** As the worker sees it; for the log. */
  readonly address: string;
  /** By which limits of addresses count; undefined: none applies. */
  readonly addressGroup: string | undefined;
}

/** Bursts: the seconds' worth of the rate that may come at once. */
const ADDRESS_BURST_SECONDS = 20;
const ACCOUNT_BURST_SECONDS = 10;
/** Joins that a new room counts as: it takes a folder, and perhaps a world that has to be made. */
export const CREATE_COST = 5;
/** Lines of chat and offers of one account. */
const LINES_AT_ONCE = 5;
const LINES_PER_SECOND = 1;
const TO_ALL_BURST_SECONDS = 5;

const texts: Readonly<Record<LimitName, string>> = {
  sessions: 'sessions refused: --sessions-per-address-max is reached',
  session_rate: 'sessions refused: --sessions-per-second-per-address is reached',
  evicted: 'sessions that had only said hello were ended, to make place for others',
  rooms: 'rooms refused: --rooms-per-account-max or --rooms-per-address-max is reached',
  places: 'joins refused: --places-per-address-max is reached',
  join_rate: 'joins refused: --joins-per-second or --joins-per-second-per-address is reached',
  lobby_rate:
    'commands of the lobby wait: --lobby-commands-per-second or --lobby-commands-per-second-per-address is reached',
  chat_rate: 'lines of chat refused: too many of an account, an address, or to everyone',
};

export class ClientLimits {
  private readonly config: Config;
  private readonly metrics: ProcessMetrics<'coordinator'>;
  private readonly limitLog: LimitLog<LimitName>;
  private readonly groups: AddressGroups;
  private readonly sessions: TokenBuckets;
  private readonly joins: { account: TokenBuckets; address: TokenBuckets };
  private readonly lobby: { account: TokenBuckets; address: TokenBuckets };
  private readonly lines: { account: TokenBuckets; address: TokenBuckets; all: TokenBucket };

  constructor({ config, log, metrics }: ClientLimitsOptions) {
    this.config = config;
    this.metrics = metrics;
    this.limitLog = new LimitLog(log, texts);
    this.groups = new AddressGroups(config.exemptAddresses);
    this.sessions = perAddress(config.sessionsPerSecondPerAddress);
    this.joins = {
      account: perAccount(config.joinsPerSecond),
      address: perAddress(config.joinsPerSecondPerAddress),
    };
    this.lobby = {
      account: perAccount(config.lobbyCommandsPerSecond),
      address: perAddress(config.lobbyCommandsPerSecondPerAddress),
    };
    const toAll = config.chatLinesPerSecondToAll;
    this.lines = {
      account: new TokenBuckets({ perSecond: LINES_PER_SECOND, capacity: LINES_AT_ONCE }),
      address: perAddress(config.chatLinesPerSecondPerAddress),
      all: new TokenBucket(toAll, toAll * TO_ALL_BURST_SECONDS, performance.now()),
    };
  }

  /** By what limits of addresses count one that a worker has named. */
  groupOf(address: string): string | undefined {
    return this.groups.limitedGroup(address);
  }

  /** Counts a new session.
   *  @returns false where the address begins too many. */
  mayBegin(who: Omit<Limited, 'account'>): boolean {
    const { addressGroup: group } = who;
    if (group === undefined || this.sessions.take(group, performance.now())) return true;
    this.reached('session_rate', who);
    return false;
  }

  /** Counts a join, or as `cost` joins what takes more.
   *  @returns the pace, where it comes too soon. */
  joinTooSoon(who: Limited, cost = 1): string | undefined {
    const now = performance.now();
    const { joinsPerSecond, joinsPerSecondPerAddress } = this.config;
    const { account, address } = this.joins;
    if (!account.take(who.account, now, cost)) {
      return this.tooSoon('join_rate', who, `${joinsPerSecond} joins a second`);
    }
    const group = who.addressGroup;
    if (group === undefined || address.take(group, now, cost)) return undefined;
    const pace = `${joinsPerSecondPerAddress} joins a second of all players of this address`;
    return this.tooSoon('join_rate', who, pace);
  }

  /** Counts something said to others: a line of chat, an offer.
   *  @param toAll everyone on the server hears it.
   *  @returns the pace, where it comes too soon. */
  lineTooSoon(who: Limited, toAll: boolean): string | undefined {
    const now = performance.now();
    const { chatLinesPerSecondPerAddress, chatLinesPerSecondToAll } = this.config;
    const { account, address, all } = this.lines;
    if (!account.take(who.account, now)) {
      return this.tooSoon('chat_rate', who, `${LINES_PER_SECOND} line or offer a second`);
    }
    const group = who.addressGroup;
    if (group !== undefined && !address.take(group, now)) {
      const pace = `${chatLinesPerSecondPerAddress} lines a second of all players of this address`;
      return this.tooSoon('chat_rate', who, pace);
    }
    if (!toAll || all.take(now)) return undefined;
    const pace = `${chatLinesPerSecondToAll} lines a second to everyone: say it in a room`;
    return this.tooSoon('chat_rate', who, pace);
  }

  /** Counts a command of the lobby. Each session has one that waits at most, so what is lent in advance
   *  is bounded by the sessions.
   *  @returns the milliseconds that it has to wait. */
  lobbyWaitMs(who: Limited): number {
    const now = performance.now();
    const own = this.lobby.account.reserve(who.account, now);
    const group = who.addressGroup;
    const shared = group === undefined ? 0 : this.lobby.address.reserve(group, now);
    const waitMs = Math.max(own, shared);
    if (waitMs > 0) this.reached('lobby_rate', who);
    return waitMs;
  }

  /** Counts and logs that something was refused, or made to wait. */
  reached(limit: LimitName, { address, account }: Partial<Limited>): void {
    this.metrics.count('limitsReached', 1, { limit });
    this.limitLog.reached(limit, { address, ...(account !== undefined && { account }) });
  }

  private tooSoon(limit: LimitName, who: Limited, pace: string): string {
    this.reached(limit, who);
    return pace;
  }
}

const perAccount = (perSecond: number): TokenBuckets =>
  new TokenBuckets({ perSecond, capacity: perSecond * ACCOUNT_BURST_SECONDS });
const perAddress = (perSecond: number): TokenBuckets =>
  new TokenBuckets({ perSecond, capacity: perSecond * ADDRESS_BURST_SECONDS });
