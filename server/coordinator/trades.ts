// Trades between two players as a function of what they do and of the time: no clock, no accounts.
import type { ErrorCode, Goods } from '../../protocol/index.ts';
import { TradeLocks } from './trade-locks.ts';

/** One of the two, with the account as the session holds it. */
export interface Party {
  readonly session: number;
  readonly name: string;
  readonly account: string;
  /** The number with which the account's lock was granted to the session. */
  readonly fence: number;
}

export enum TradeState {
  /** There is an offer. None of the two has confirmed it, or one. */
  Open = 'open',
  /** Both have confirmed the same version. Others have one of the accounts, or both have just been
   *  got. */
  Locking = 'locking',
  /** The swap was written down; the disk does not have it yet. Nothing can end it any more. */
  Swapped = 'swapped',
  /** The disk has the swap. */
  Done = 'done',
  /** Nothing was swapped. */
  Ended = 'ended',
}

const { Open, Locking, Swapped, Done, Ended } = TradeState;
const next: Readonly<Record<TradeState, readonly TradeState[]>> = {
  [Open]: [Locking, Ended],
  [Locking]: [Swapped, Ended],
  [Swapped]: [Done],
  [Done]: [],
  [Ended]: [],
};

/** Why nothing was swapped: codes of the wire. */
export type EndReason = Extract<
  ErrorCode,
  | 'TRADE_CANCELLED'
  | 'TRADE_EXPIRED'
  | 'TRADE_LOST'
  | 'PLAYER_GONE'
  | 'NOT_ENOUGH'
  | 'TRADES_UNAVAILABLE'
>;

/** Of pairs, the first is of who began the trade. */
export interface Trade {
  readonly id: number;
  readonly parties: readonly [Party, Party];
  readonly state: TradeState;
  /** Counts the offers of this trade, from 1. */
  readonly version: number;
  /** Which of the two made the present offer. */
  readonly by: 0 | 1;
  /** What each gives. */
  readonly gives: readonly [Goods, Goods];
  /** Who has confirmed the present version. */
  readonly confirmed: readonly [boolean, boolean];
  /** When it ends without a further word, in ms of the caller's clock. */
  readonly deadline: number;
  readonly reason: EndReason | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What the caller has to do, in this order. */
export type Happening =
  /** Both players are to be told how the trade is. */
  | { readonly kind: 'changed'; readonly trade: Trade }
  /** Both accounts are locked: now write the swap down, and call `swapped` or `fail`. */
  | { readonly kind: 'swap'; readonly trade: Trade };

/** The trade, or a code that says why not. */
export type Said = Trade | ErrorCode;

/** A trade ends after so long without a word of the two. */
export const OFFER_MS = 60_000;
/** Trades that one player may be in; who is asked does not choose to be. */
export const OWN_MAX = 4;
export const ALL_MAX = 16;

/** Each trade goes through the states above once, and leaves no lock behind. */
export class Trades {
  private readonly open = new Map<number, Mutable<Trade>>();
  private readonly bySession = new Map<number, Set<Mutable<Trade>>>();
  private readonly locks = new TradeLocks();
  private happenings: Happening[] = [];

  /** What has happened since the last call. */
  take(): Happening[] {
    // One that has got the accounts may have ended in the same step.
    return this.happenings.splice(0).filter(({ kind, trade }) => {
      return kind === 'changed' || trade.state === Locking;
    });
  }

  /** @returns undefined for one that is over, or never was. */
  get(id: number): Trade | undefined {
    return this.open.get(id);
  }

  /** In the order in which they began. */
  of(session: number): readonly Trade[] {
    return [...(this.bySession.get(session) ?? [])];
  }

  get size(): number {
    return this.open.size;
  }

  get isIdle(): boolean {
    return this.open.size === 0 && this.locks.isIdle;
  }

  /** Whether `by` may begin a trade with `to`: a code that says why not, or undefined. */
  refusalToOffer(by: number, to: number): ErrorCode | undefined {
    if (by === to) return 'TRADE_SELF';
    const own = this.of(by);
    if (own.some(({ parties }) => parties.some(({ session }) => session === to))) {
      return 'TRADE_OPEN';
    }
    const begun = own.filter(({ parties }) => parties[0].session === by);
    const isFull = own.length >= ALL_MAX || this.of(to).length >= ALL_MAX;
    return begun.length >= OWN_MAX || isFull ? 'TRADES_LIMIT' : undefined;
  }

  /** Begins a trade that `refusalToOffer` does not refuse.
   *  @param id never used before. */
  offer(now: number, { id, parties, gives }: Pick<Trade, 'id' | 'parties' | 'gives'>): Trade {
    const offer = { version: 1, by: 0, confirmed: [false, false] } as const;
    const reason = undefined;
    const deadline = now + OFFER_MS;
    const trade: Trade = { id, parties, gives, ...offer, state: Open, deadline, reason };
    this.open.set(id, trade);
    for (const { session } of parties) {
      const trades = this.bySession.get(session);
      if (trades) trades.add(trade);
      else this.bySession.set(session, new Set([trade]));
    }
    this.changed(trade);
    return trade;
  }

  /** Replaces the offer by one of `session`: what it gives and what it wants. Nobody has confirmed
   *  that. */
  counter(now: number, id: number, session: number, [give, want]: Trade['gives']): Said {
    const trade = this.ownOf(id, session);
    if (!trade) return 'UNKNOWN_TRADE';
    if (trade.state !== Open) return 'TRADE_CONFIRMED';
    trade.version++;
    trade.by = sideOf(trade, session);
    trade.gives = trade.by === 0 ? [give, want] : [want, give];
    trade.confirmed = [false, false];
    trade.deadline = now + OFFER_MS;
    this.changed(trade);
    return trade;
  }

  /** The second of two confirmations of one version has the accounts locked and the swap made. One
   *  that is given again changes nothing. */
  confirm(now: number, id: number, session: number, version: number): Said {
    const known = this.ownOf(id, session);
    if (!known) return 'UNKNOWN_TRADE';
    if (version !== known.version) return 'TRADE_CHANGED';
    const side = sideOf(known, session);
    if (known.confirmed[side]) return known;
    known.confirmed = side === 0 ? [true, known.confirmed[1]] : [known.confirmed[0], true];
    known.deadline = now + OFFER_MS;
    if (known.confirmed[0] && known.confirmed[1]) {
      this.move(known, Locking);
      const [a, b] = known.parties;
      this.granted(this.locks.take(id, [a.account, b.account]));
    } else this.changed(known);
    return known;
  }

  /** Ends a trade that has not been swapped. */
  cancel(id: number, session: number): Said {
    const trade = this.ownOf(id, session);
    if (!trade) return 'UNKNOWN_TRADE';
    if (trade.state === Swapped) return 'TRADE_CONFIRMED';
    this.end(trade, 'TRADE_CANCELLED');
    return trade;
  }

  /** The session is over, or has lost its account. */
  vanish(session: number): void {
    for (const trade of this.bySession.get(session) ?? []) {
      if (trade.state !== Swapped) this.end(trade, 'PLAYER_GONE');
    }
  }

  /** Ends those about which nothing was said for too long, or whose swap could not be made for too
   *  long. */
  expire(now: number): void {
    for (const trade of this.open.values()) {
      if (trade.state === Swapped || trade.deadline > now) continue;
      this.end(trade, trade.state === Open ? 'TRADE_EXPIRED' : 'TRADES_UNAVAILABLE');
    }
  }

  /** The swap that was asked for is written down. */
  swapped(id: number): void {
    this.move(this.open.get(id)!, Swapped);
  }

  /** The swap that was asked for cannot be made. */
  fail(id: number, reason: EndReason): void {
    this.end(this.open.get(id)!, reason);
  }

  /** The disk has the swap. */
  done(id: number): void {
    const trade = this.open.get(id)!;
    this.move(trade, Done);
    this.over(trade);
  }

  private end(trade: Mutable<Trade>, reason: EndReason): void {
    trade.reason = reason;
    this.move(trade, Ended);
    this.over(trade);
  }

  private over(trade: Mutable<Trade>): void {
    this.open.delete(trade.id);
    for (const { session } of trade.parties) {
      const trades = this.bySession.get(session);
      trades?.delete(trade);
      if (trades?.size === 0) this.bySession.delete(session);
    }
    this.changed(trade);
    this.granted(this.locks.free(trade.id));
  }

  private granted(trades: readonly number[]): void {
    for (const id of trades) this.happenings.push({ kind: 'swap', trade: this.open.get(id)! });
  }

  private changed(trade: Trade): void {
    this.happenings.push({ kind: 'changed', trade: { ...trade } });
  }

  private move(trade: Mutable<Trade>, state: TradeState): void {
    if (!next[trade.state].includes(state)) {
      throw new Error(`a trade cannot go from ${trade.state} to ${state}`);
    }
    trade.state = state;
  }

  /** @returns undefined for one that is over, never was, or is of two other players. */
  find(id: number, session: number): Trade | undefined {
    return this.ownOf(id, session);
  }

  private ownOf(id: number, session: number): Mutable<Trade> | undefined {
    const trade = this.open.get(id);
    return trade?.parties.some((party) => party.session === session) ? trade : undefined;
  }
}

/** Which of the two the session is. */
export function sideOf({ parties }: Pick<Trade, 'parties'>, session: number): 0 | 1 {
  return parties[0].session === session ? 0 : 1;
}
