// The accounts of a database in memory, for trades: given what a test says, and synced when it says so.
import type { DatabaseSync } from 'node:sqlite';
import { openAccounts } from '../store/accounts-schema.ts';
import { AccountsTrades } from '../store/accounts-trades.ts';
import { StoreError } from '../store/index.ts';
import type { TradeDeskOptions } from './trade-desk.ts';

type Accounts = TradeDeskOptions['accounts'];

export class TradeAccounts implements Accounts {
  readonly trades: AccountsTrades;
  /** Why nothing can be written. */
  fault: 'DISK_FULL' | 'LOCKED' | undefined;
  private readonly db: DatabaseSync;
  private syncs: PromiseWithResolvers<void>[] = [];

  constructor(db = openAccounts(':memory:', () => Buffer.alloc(32))) {
    this.db = db;
    this.trades = new AccountsTrades(db, {
      attempt: (act) => act(),
      transaction: (act) => {
        if (this.fault) throw new StoreError(this.fault, 'accounts.db');
        return act();
      },
      fenceOf: () => 0,
    });
  }

  /** The same accounts, as a later process has them. */
  again(): TradeAccounts {
    return new TradeAccounts(this.db);
  }

  sync(): Promise<void> {
    const sync = Promise.withResolvers<void>();
    this.syncs.push(sync);
    return sync.promise;
  }

  /** The disk has what was written so far. */
  synced(): void {
    for (const { resolve } of this.syncs.splice(0)) resolve();
  }

  give(account: string, item: string, amount: number): void {
    this.db.prepare('INSERT INTO balances VALUES (?, ?, ?, ?)').run(account, item, amount, amount);
  }
}
