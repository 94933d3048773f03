// Trades at work: between the sessions that trade, the accounts that swap, and those who are told.
import { performance } from 'node:perf_hooks';
import { type ErrorCode, type Goods, LOBBY, type TradeView } from '../../protocol/index.ts';
import type { ProcessMetrics } from '../observe/index.ts';
import { type AccountsFile, isLocked, type TradeParty, type WrittenTrade } from '../store/index.ts';
import type { AccountsTrouble } from './accounts-trouble.ts';
import type { Session } from './session.ts';
import type { Sessions, SessionWatcher } from './sessions.ts';
import { NEWS_MS, TradeNews } from './trade-news.ts';
import { TradeRecords } from './trade-records.ts';
import { viewOf, viewOfWritten } from './trade-view.ts';
import { type Said, sideOf, type Trade, TradeState, Trades } from './trades.ts';

export interface TradeDeskOptions {
  readonly accounts: Pick<AccountsFile, 'trades' | 'sync'>;
  readonly sessions: Sessions;
  readonly trouble: AccountsTrouble;
  readonly metrics: ProcessMetrics<'coordinator'>;
  /** The disk has not taken what was written: nobody knows what it holds. */
  diskFailed(error: unknown): void;
}

/** What came of a request: the trade as who asked sees it, or why it was refused. */
export type Traded = TradeView | readonly [code: ErrorCode, detail?: string | undefined];

/** Number of trades ended by an earlier process of which a returning player is told at most. */
const NEWS_MAX = 1000;

/** Its calls throw {StoreError} `LOCKED` where they need the accounts and another program has them:
 *  nothing has happened then, and the same can be asked again. */
export class TradeDesk implements SessionWatcher {
  private readonly options: TradeDeskOptions;
  private readonly trades = new Trades();
  private readonly news = new TradeNews();
  private readonly records: TradeRecords;
  /** Trades whose accounts are locked for them, and whose swap waits until it can be written. */
  private readonly unswapped = new Set<number>();
  private unsynced: number[] = [];
  private isSyncing = false;
  private isOpen = true;
  /** What an earlier process has left open is ended, and is told to players who come back. */
  private isRecovered = false;

  /** Ends what an earlier process has left open, now or as soon as that can be read and written: until then no
   *  trade can be offered, and the server serves all else. */
  constructor(options: TradeDeskOptions) {
    this.options = options;
    this.records = new TradeRecords(options);
    this.tryToRecover();
    options.sessions.watchers.push(this);
  }

  /** Trades that are not over. */
  get size(): number {
    return this.trades.size;
  }

  offer(session: Session, other: Session, give: Goods, want: Goods): Traded {
    const refusal = this.trades.refusalToOffer(session.id, other.id);
    if (refusal === 'TRADE_OPEN') return [refusal, this.openWith(session, other)];
    if (refusal) return [refusal];
    const lack = this.records.lackOf(session.account, give);
    if (lack) return ['NOT_ENOUGH', lack];
    const sides = [sideOfSession(session, give), sideOfSession(other, want)] as const;
    let id: number;
    try {
      this.recover();
      id = this.records.begin(sides);
    } catch (error) {
      if (isLocked(error)) throw error;
      this.options.trouble.failed(error, 'trade');
      return ['TRADES_UNAVAILABLE'];
    }
    const now = performance.now();
    const parties = [partyOf(session), partyOf(other)] as const;
    const trade = this.trades.offer(now, { id, parties, gives: [give, want] });
    this.work();
    return viewOf(trade, session.id, now);
  }

  /** Membership is checked before everything else: a stranger gets the same answer as for a trade
   *  that never was. */
  counter(session: Session, id: number, give: Goods, want: Goods): Traded {
    const lack = this.trades.find(id, session.id) && this.records.lackOf(session.account, give);
    if (lack) return ['NOT_ENOUGH', lack];
    return this.after(session, id, (now) => this.trades.counter(now, id, session.id, [give, want]));
  }

  /** The same again gets what came of the trade, for as long as that is known. */
  confirm(session: Session, id: number, version: number): Traded {
    const known = this.trades.find(id, session.id);
    if (known?.version === version && known.state === TradeState.Open) {
      const lack = this.records.lackOf(session.account, known.gives[sideOf(known, session.id)]);
      if (lack) return ['NOT_ENOUGH', lack];
    }
    return this.after(session, id, (now) => this.trades.confirm(now, id, session.id, version));
  }

  cancel(session: Session, id: number): Traded {
    return this.after(session, id, () => this.trades.cancel(id, session.id));
  }

  /** Those of the session that are open, and the last of its account that are over. */
  list(session: Session): { open: TradeView[]; over: TradeView[] } {
    const now = performance.now();
    return {
      open: this.trades.of(session.id).map((trade) => viewOf(trade, session.id, now)),
      over: this.records
        .of(session.account)
        // One that is written down and that the disk does not have yet is among the others.
        .filter(({ trade }) => !this.trades.get(trade))
        .map((written) => viewOfWritten(written, session.account)),
    };
  }

  /** Called several times a second. */
  beat(): void {
    this.trades.expire(performance.now());
    this.tryToRecover();
    this.records.beat();
    this.swapAgain();
    this.work();
    this.news.beat();
  }

  attached(session: Session): void {
    const now = performance.now();
    for (const trade of this.trades.of(session.id)) tell(session, viewOf(trade, session.id, now));
    this.tellNews(session);
  }

  private tellNews(session: Session): void {
    for (const written of this.news.missedBy(session)) {
      tell(session, viewOfWritten(written, session.account));
    }
  }

  ended(session: Session): void {
    this.trades.vanish(session.id);
    this.work();
  }

  /** What is open is lost, and told by the next process. */
  close(): void {
    this.isOpen = false;
  }

  private after(session: Session, id: number, act: (now: number) => Said): Traded {
    const now = performance.now();
    const known = this.trades.find(id, session.id);
    const said = act(now);
    this.work();
    const trade = this.trades.get(id);
    // Not read from the accounts: where these are locked meanwhile, the trade would be over and the answer not.
    if (known && !trade) return viewOfWritten(writtenOf(known), session.account);
    if (said === 'UNKNOWN_TRADE' || !trade) return this.overOf(session, id);
    if (typeof said !== 'string') return viewOf(trade, session.id, now);
    return [said, said === 'TRADE_CHANGED' ? `version ${trade.version}` : undefined];
  }

  /** What came of a trade that is over, for its two players. */
  private overOf(session: Session, id: number): Traded {
    const { account } = session;
    const written = this.records.find(id);
    if (!written?.parties.some((party) => party.account === account)) return ['UNKNOWN_TRADE'];
    return viewOfWritten(written, account);
  }

  private openWith(session: Session, other: Session): string {
    const trade = this.trades
      .of(session.id)
      .find(({ parties }) => parties.some((party) => party.session === other.id));
    return `trade ${trade?.id}`;
  }

  /** Trades that an earlier process has left open are lost, and those who come back are told. */
  private recover(): void {
    if (this.isRecovered) return;
    this.records.recover();
    const lately = this.records.lately(NEWS_MS, NEWS_MAX);
    this.isRecovered = true;
    for (const written of lately) this.news.add(written);
    for (const session of this.options.sessions) if (session.link) this.tellNews(session);
  }

  private tryToRecover(): void {
    try {
      this.recover();
    } catch (error) {
      // The next beat tries it again.
      this.options.trouble.failed(error, 'trade');
    }
  }

  private work(): void {
    if (!this.isOpen) return;
    for (let due = this.trades.take(); due.length > 0; due = this.trades.take()) {
      for (const { kind, trade } of due) {
        if (kind === 'swap') this.swap(trade);
        else this.changed(trade);
      }
    }
  }

  private swap(trade: Trade): void {
    const fences = [trade.parties[0].fence, trade.parties[1].fence] as const;
    try {
      const result = this.records.swap({ ...writtenOf(trade), fences });
      if (result !== 'done') {
        this.trades.fail(trade.id, result === 'OVER' ? 'TRADE_LOST' : result);
        return;
      }
    } catch (error) {
      this.options.trouble.failed(error, 'trade');
      if (isLocked(error)) this.unswapped.add(trade.id);
      else this.trades.fail(trade.id, 'TRADES_UNAVAILABLE');
      return;
    }
    this.trades.swapped(trade.id);
    this.unsynced.push(trade.id);
    if (!this.isSyncing) void this.sync();
  }

  /** Makes the swaps that could not be written, up to the first that still cannot. */
  private swapAgain(): void {
    for (const id of this.unswapped) {
      this.unswapped.delete(id);
      const trade = this.trades.get(id);
      if (trade?.state === TradeState.Locking) this.swap(trade);
      if (this.unswapped.has(id)) return;
    }
  }

  /** Those that come while the disk is at work are done by its next turn. */
  private async sync(): Promise<void> {
    this.isSyncing = true;
    while (this.unsynced.length > 0 && this.isOpen) {
      const trades = this.unsynced.splice(0);
      try {
        await this.options.accounts.sync();
      } catch (error) {
        this.options.diskFailed(error);
        return;
      }
      for (const id of trades) this.trades.done(id);
      this.work();
    }
    this.isSyncing = false;
  }

  private changed(trade: Trade): void {
    const { sessions, metrics } = this.options;
    const isOver = trade.state === TradeState.Done || trade.state === TradeState.Ended;
    const now = performance.now();
    const written = writtenOf(trade);
    if (isOver) {
      metrics.count('tradesEnded', 1, { outcome: trade.reason ?? 'done' });
      if (written.state !== 'done') this.records.end(written);
      this.news.add(written);
    }
    for (const { session: id, account } of trade.parties) {
      const session = sessions.byId(id);
      if (session) tell(session, isOver ? viewOfWritten(written, account) : viewOf(trade, id, now));
    }
  }
}

function tell({ link, connection }: Session, data: TradeView): void {
  link?.send({ type: 'event', room: LOBBY, connections: [connection], name: 'trade', data });
}

const partyOf = ({ id, name, account, fence }: Session) => ({ session: id, name, account, fence });

const sideOfSession = ({ account, name }: Session, gives: Goods): TradeParty => ({
  account,
  name,
  gives,
});

function writtenOf({ id, parties: [a, b], gives, state, reason }: Trade): WrittenTrade {
  const parties = [
    { account: a.account, name: a.name, gives: gives[0] },
    { account: b.account, name: b.name, gives: gives[1] },
  ] as const;
  return { trade: id, state: reason ?? state, at: Date.now(), parties };
}
