// Trades as they are written down. What cannot be written while another program has the accounts locked
// waits here, and is written later.
import { performance } from 'node:perf_hooks';
import type { Goods } from '../../protocol/index.ts';
import {
  type AccountsFile,
  isLocked,
  type Swap,
  type Swapped,
  type TradeParty,
  type WrittenTrade,
} from '../store/index.ts';
import type { AccountsTrouble } from './accounts-trouble.ts';
import type { EndReason } from './trades.ts';

export interface TradeRecordsOptions {
  readonly accounts: Pick<AccountsFile, 'trades'>;
  readonly trouble: AccountsTrouble;
}

/** Interval between looks for trades that are too old to be kept, and how many are deleted at a time. */
const FORGET_MS = 10_000;
const FORGET_MAX = 200;

/** Methods throw {StoreError} where nothing can be read or written. */
export class TradeRecords {
  private readonly trades: AccountsFile['trades'];
  private readonly trouble: AccountsTrouble;
  /** Ends that are not written yet, by their trades' numbers: of trades that were open when the lock
   *  began, as none begins meanwhile. */
  private readonly ends = new Map<number, WrittenTrade>();
  private isRecovered = false;
  private forgetAt = performance.now() + FORGET_MS;

  constructor({ accounts, trouble }: TradeRecordsOptions) {
    this.trades = accounts.trades;
    this.trouble = trouble;
  }

  /** Ends what an earlier process has left open, once: nothing of it was swapped.
   *  @returns whether it was done now. */
  recover(): boolean {
    if (this.isRecovered) return false;
    this.trades.recover(Date.now(), 'TRADE_LOST' satisfies EndReason);
    this.isRecovered = true;
    return true;
  }

  /** @returns the number of a new trade. */
  begin(parties: readonly [TradeParty, TradeParty]): number {
    // A trade that begins before the recovery would be ended by it.
    if (!this.isRecovered) throw new Error('trades of an earlier process are still open');
    const trade = this.trades.begin(Date.now(), parties);
    this.trouble.succeeded();
    return trade;
  }

  swap(swap: Swap): Swapped {
    const result = this.trades.swap(swap);
    this.trouble.succeeded();
    return result;
  }

  /** Nothing was swapped. Where that can never be written, the next process ends the trade. */
  end(written: WrittenTrade): void {
    try {
      this.trades.end(written);
    } catch (error) {
      this.trouble.failed(error, 'trade');
      if (isLocked(error)) this.ends.set(written.trade, written);
    }
  }

  find(trade: number): WrittenTrade | undefined {
    return this.ends.get(trade) ?? this.trades.find(trade);
  }

  /** The last that are over, the newest first. */
  of(account: string): WrittenTrade[] {
    return this.trades.of(account);
  }

  /** Those that were over in the last `ms`, `max` at most. */
  lately(ms: number, max: number): WrittenTrade[] {
    return this.trades.since(Date.now() - ms, max);
  }

  /** Why the account cannot give that: how much it has of an item of which it has too little. */
  lackOf(account: string, give: Goods): string | undefined {
    for (const [item, amount] of Object.entries(give)) {
      const held = this.trades.balance(account, item);
      if (held < amount) return `you have ${held} ${item}`;
    }
    return undefined;
  }

  /** Called several times a second. */
  beat(): void {
    for (const written of this.ends.values()) {
      this.ends.delete(written.trade);
      this.end(written);
      if (this.ends.has(written.trade)) return;
    }
    const now = performance.now();
    if (now < this.forgetAt) return;
    this.forgetAt = now + FORGET_MS;
    try {
      this.trades.forget(Date.now(), FORGET_MAX);
    } catch (error) {
      this.trouble.failed(error, 'trade');
    }
  }
}
