// Trades at work: between the sessions that trade, the accounts that swap, and those who are told.
import { performance } from 'node:perf_hooks';
import { type ErrorCode, type Goods, LOBBY, type TradeView } from '../../protocol/index.ts';
import type { Log, ProcessMetrics } from '../observe/index.ts';
import type { AccountsFile, TradeParty, WrittenTrade } from '../store/index.ts';
import type { DiskHealth } from './disk-health.ts';
import type { Session } from './session.ts';
import type { Sessions, SessionWatcher } from './sessions.ts';
import { NEWS_MS, TradeNews } from './trade-news.ts';
import { viewOf, viewOfWritten } from './trade-view.ts';
import { type EndReason, type Said, sideOf, type Trade, TradeState, Trades } from './trades.ts';

export interface TradeDeskOptions {
  readonly accounts: Pick<AccountsFile, 'trades' | 'sync'>;
  readonly sessions: Sessions;
  readonly log: Log;
  readonly health: DiskHealth;
  readonly metrics: ProcessMetrics<'coordinator'>;
  /** The disk has not taken what was written: nobody knows what it holds. */
  diskFailed(error: unknown): void;
}

/** What came of a request: the trade as who asked sees it, or why it was refused. */
export type Traded = TradeView | readonly [code: ErrorCode, detail?: string | undefined];

export class TradeDesk implements SessionWatcher {
  private readonly options: TradeDeskOptions;
  private readonly trades = new Trades();
  private readonly news = new TradeNews();
  private unsynced: number[] = [];
  private isSyncing = false;
  private isOpen = true;

  /** Ends what an earlier process has left open: nothing of it was swapped.
   *  @throws {StoreError} */
  constructor(options: TradeDeskOptions) {
    this.options = options;
    const { trades } = options.accounts;
    const at = Date.now();
    trades.recover(at, 'TRADE_LOST' satisfies EndReason);
    for (const written of trades.since(at - NEWS_MS)) this.news.add(written);
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
    const short = this.shortOf(session, give);
    if (short) return short;
    const sides = [sideOfSession(session, give), sideOfSession(other, want)] as const;
    let id: number;
    try {
      id = this.options.accounts.trades.begin(Date.now(), sides);
    } catch (error) {
      return this.unwritten(error);
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
    const short = this.trades.find(id, session.id) && this.shortOf(session, give);
    if (short) return short;
    return this.after(session, id, (now) => this.trades.counter(now, id, session.id, [give, want]));
  }

  /** The same again gets what came of the trade, for as long as that is known. */
  confirm(session: Session, id: number, version: number): Traded {
    const known = this.trades.find(id, session.id);
    if (known?.version === version && known.state === TradeState.Open) {
      const short = this.shortOf(session, known.gives[sideOf(known, session.id)]);
      if (short) return short;
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
      over: this.options.accounts.trades
        .of(session.account)
        // One that is written down and that the disk does not have yet is among the others.
        .filter(({ trade }) => !this.trades.get(trade))
        .map((written) => viewOfWritten(written, session.account)),
    };
  }

  /** Called several times a second. */
  beat(): void {
    this.trades.expire(performance.now());
    this.work();
    this.news.beat();
  }

  attached(session: Session): void {
    const now = performance.now();
    for (const trade of this.trades.of(session.id)) tell(session, viewOf(trade, session.id, now));
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
    const said = act(now);
    this.work();
    const trade = this.trades.get(id);
    if (said === 'UNKNOWN_TRADE' || !trade) return this.overOf(session, id);
    if (typeof said !== 'string') return viewOf(trade, session.id, now);
    return [said, said === 'TRADE_CHANGED' ? `version ${trade.version}` : undefined];
  }

  /** What came of a trade that is over, for its two players. */
  private overOf(session: Session, id: number): Traded {
    const { account } = session;
    const written = this.options.accounts.trades.find(id);
    if (!written?.parties.some((party) => party.account === account)) return ['UNKNOWN_TRADE'];
    return viewOfWritten(written, account);
  }

  private openWith(session: Session, other: Session): string {
    const trade = this.trades
      .of(session.id)
      .find(({ parties }) => parties.some((party) => party.session === other.id));
    return `trade ${trade?.id}`;
  }

  /** Why the session cannot give that. */
  private shortOf({ account }: Session, give: Goods): Traded | undefined {
    const { trades } = this.options.accounts;
    for (const [item, amount] of Object.entries(give)) {
      const held = trades.balance(account, item);
      if (held < amount) return ['NOT_ENOUGH', `you have ${held} ${item}`];
    }
    return undefined;
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
    const { accounts } = this.options;
    const fences = [trade.parties[0].fence, trade.parties[1].fence] as const;
    try {
      const result = accounts.trades.swap({ ...writtenOf(trade), fences });
      if (result !== 'done') {
        this.trades.fail(trade.id, result === 'OVER' ? 'TRADE_LOST' : result);
        return;
      }
    } catch (error) {
      this.trades.fail(trade.id, this.unwritten(error)[0]);
      return;
    }
    this.trades.swapped(trade.id);
    this.unsynced.push(trade.id);
    if (!this.isSyncing) void this.sync();
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
      this.writeEnd(written);
      this.news.add(written);
    }
    for (const { session: id, account } of trade.parties) {
      const session = sessions.byId(id);
      if (session) tell(session, isOver ? viewOfWritten(written, account) : viewOf(trade, id, now));
    }
  }

  /** Where it cannot be written, the next process ends it: nothing was swapped in either case. */
  private writeEnd(written: WrittenTrade): void {
    if (written.state === 'done') return;
    try {
      this.options.accounts.trades.end(written);
    } catch (error) {
      this.unwritten(error);
    }
  }

  private unwritten(error: unknown): readonly ['TRADES_UNAVAILABLE'] {
    this.options.health.failed('trade', error);
    this.options.log.error({ err: error }, 'a trade cannot be written down');
    return ['TRADES_UNAVAILABLE'];
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
