// Accounts on disk: what players own beyond rooms, and what came of the effects of rooms on it.
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openAccounts } from './accounts-schema.ts';
import { AccountsTrades } from './accounts-trades.ts';
import { type AccountsTotals, accountsTotals, type Leaders, leadersOf } from './accounts-views.ts';
import { type Disk, systemDisk } from './disk.ts';
import { StoreError } from './store-error.ts';

/** What a room does to an account. `amount` is a whole number from 0. */
export interface BankEffect {
  /** Counts the effects of the room, from 1. */
  readonly n: number;
  /** `balance` only asks. */
  readonly kind: 'deposit' | 'withdraw' | 'balance';
  /** The account's id; '' is refused. */
  readonly account: string;
  /** The number with which the account's lock was granted to who does it. */
  readonly fence: number;
  /** The player's name, for the leaderboard. */
  readonly name: string;
  readonly item: string;
  readonly amount: number;
}

/** What came of an effect. */
export interface Settled {
  readonly n: number;
  readonly accepted: boolean;
  /** What the account holds of the item after it. */
  readonly balance: number;
}

/** All that is done in one transaction. */
export interface BankBatch {
  /** Accounts that were taken over: older fencing numbers are refused from now on. */
  readonly raised: readonly { readonly account: string; readonly fence: number }[];
  /** `seen`: up to which number the room has all answers. */
  readonly handOvers: readonly {
    readonly room: number;
    readonly seen: number;
    readonly effects: readonly BankEffect[];
  }[];
  /** Rooms that are no more, and ask nothing any more. */
  readonly ended: readonly number[];
}

/** So many fencing numbers count as given at a time: a session needs no write of its own. */
const FENCES_AT_ONCE = 1_000_000;
const PAUSES_PER_COUNT = 20;

export class AccountsFile {
  /** Fencing numbers of earlier processes are not above this. */
  readonly fence: number;
  readonly trades: AccountsTrades;
  private readonly path: string;
  private readonly disk: Disk;
  private readonly db: DatabaseSync;
  private readonly sql: ReturnType<typeof prepare>;
  private readonly logFd: number;
  private given: number;
  private counted: { readonly totals: AccountsTotals; readonly until: number } | undefined;
  private syncing: Promise<void>;
  private isOpen = true;

  /** @param data the server's data directory.
   *  @throws {StoreError} */
  constructor(data: string, disk: Disk = systemDisk) {
    this.path = join(data, 'accounts.db');
    this.disk = disk;
    this.db = attempt(this.path, () => openAccounts(this.path));
    try {
      this.sql = attempt(this.path, () => prepare(this.db));
      this.trades = attempt(this.path, () => {
        return new AccountsTrades(this.db, {
          transaction: (act) => this.transaction(act),
          fenceOf: (account) => this.fenceOf(account),
        });
      });
      this.fence = this.sql.given.get()!.given as number;
      this.given = this.fence;
      this.reserve(this.fence + 1);
      this.logFd = disk.openToSync(`${this.path}-wal`);
      // What an earlier process has written, before anything after it; beside those who wait for this one.
      this.syncing = disk.syncLater(this.logFd);
      // Whoever syncs next is told.
      this.syncing.catch(() => {});
    } catch (error) {
      this.db.close();
      throw StoreError.of(this.path, error);
    }
  }

  /** To be called with each fencing number before anyone has it.
   *  @throws {StoreError} */
  reserve(fence: number): void {
    if (fence <= this.given) return;
    const given = fence + FENCES_AT_ONCE;
    attempt(this.path, () => this.sql.give.run(given));
    this.given = given;
  }

  /** The highest room that is known. */
  get lastRoom(): number {
    return (this.sql.lastRoom.get()!.room as number | null) ?? 0;
  }

  /** The newest fencing number with which the account was used or taken over; 0 for none. */
  fenceOf(account: string): number {
    return (this.sql.holder.get(account)?.fence as number | undefined) ?? 0;
  }

  /** As `fenceOf`, of many: those that have none are left out. */
  fencesOf(accounts: readonly string[]): ReadonlyMap<string, number> {
    const rows = this.sql.holders.all(JSON.stringify(accounts));
    return new Map(rows.map(({ account, fence }) => [account as string, fence as number]));
  }

  /** Applies each effect at most once, whatever is handed over again, in whatever order.
   *  @returns what came of each, in the order of `batch`; to be told when `sync` has returned.
   *  @throws {StoreError} Nothing is done then, and all of it can be tried again. */
  apply({ raised, handOvers, ended }: BankBatch): Settled[][] {
    const isQuestion = (effect: BankEffect): boolean => effect.kind === 'balance';
    const asksOnly = handOvers.every(({ effects }) => effects.every(isQuestion));
    if (asksOnly && raised.length + ended.length === 0) {
      return handOvers.map(({ effects }) => effects.map((effect) => this.answer(effect)));
    }
    return this.transaction(() => {
      for (const { account, fence } of raised) this.sql.raise.run(account, fence);
      const all = handOvers.map(({ room, seen, effects }) => {
        const from = this.see(room, seen);
        return effects.map((effect) => this.settle(room, from, effect));
      });
      for (const room of ended) this.forget(room);
      return all;
    });
  }

  /** Returns when the disk has what was applied before the call.
   *  @throws {StoreError} Nobody knows what the disk has then. */
  async sync(): Promise<void> {
    // One that runs may have begun before the last write; after one that has failed none is of use.
    this.syncing = this.syncing.then(() => {
      return this.isOpen ? this.disk.syncLater(this.logFd) : undefined;
    });
    try {
      await this.syncing;
    } catch (error) {
      throw StoreError.of(this.path, error);
    }
  }

  /** Those who have put in most of the item, ever, and where `account` stands. */
  leaders(item: string, account: string): Leaders {
    return leadersOf(this.db, item, account);
  }

  /** Adds everything up. That takes as long as there are accounts, so it takes a twentieth of the
   *  time at most: who asks sooner gets the sums of before. */
  totals(): AccountsTotals {
    const startedAt = performance.now();
    if (this.counted && startedAt < this.counted.until) return this.counted.totals;
    const totals = accountsTotals(this.db);
    const now = performance.now();
    this.counted = { totals, until: now + (now - startedAt) * PAUSES_PER_COUNT };
    return totals;
  }

  async close(): Promise<void> {
    this.isOpen = false;
    await this.syncing.catch(() => {});
    this.disk.close(this.logFd);
    this.db.close();
  }

  /** All of it or nothing. @throws {StoreError} */
  private transaction<T>(act: () => T): T {
    // SQLite has a disk of its own: a full one of a test must be its, too.
    attempt(this.path, () => this.disk.makeFolder(dirname(this.path)));
    return attempt(this.path, () => {
      this.db.exec('BEGIN IMMEDIATE');
      try {
        const done = act();
        this.db.exec('COMMIT');
        return done;
      } catch (error) {
        if (this.db.isTransaction) this.db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  /** @returns up to where the answers to the room's effects are kept no more. */
  private see(room: number, seen: number): number {
    const { sql } = this;
    const before = (sql.seen.get(room)?.n as number | undefined) ?? 0;
    if (seen <= before) return before;
    sql.see.run(room, seen);
    sql.unkeep.run(room, seen);
    return seen;
  }

  private settle(room: number, seen: number, effect: BankEffect): Settled {
    const { n } = effect;
    if (effect.kind === 'balance') return this.answer(effect);
    const kept = this.sql.kept.get(room, n);
    if (kept) return { n, accepted: kept.accepted === 1, balance: kept.balance as number };
    // The room has had the answer, so nobody waits for this one.
    if (n <= seen) return { ...this.answer(effect), accepted: false };
    const before = this.balanceOf(effect);
    const after = before + (effect.kind === 'deposit' ? effect.amount : -effect.amount);
    const accepted = this.isAllowed(effect, after);
    if (accepted) this.write(room, effect, after - before);
    const balance = accepted ? after : before;
    this.sql.keep.run(room, n, Number(accepted), balance);
    return { n, accepted, balance };
  }

  private answer(effect: BankEffect): Settled {
    return { n: effect.n, accepted: true, balance: this.balanceOf(effect) };
  }

  private balanceOf({ account, item }: BankEffect): number {
    return (this.sql.balance.get(account, item)?.balance as number | undefined) ?? 0;
  }

  private isAllowed({ account, fence, item, amount }: BankEffect, after: number): boolean {
    if (account === '' || after < 0 || !Number.isSafeInteger(after)) return false;
    const deposited = (this.sql.balance.get(account, item)?.deposited as number | undefined) ?? 0;
    return Number.isSafeInteger(deposited + amount) && fence >= this.fenceOf(account);
  }

  private write(room: number, effect: BankEffect, change: number): void {
    const { account, name, fence, item, amount } = effect;
    if (change === 0) return;
    const { sql } = this;
    const holder = sql.holder.get(account);
    if (holder?.fence !== fence || holder.name !== name) sql.hold.run(account, name, fence);
    if (change > 0) sql.deposit.run(account, item, amount, amount);
    else sql.withdraw.run(amount, account, item);
    sql.net.run(room, item, change);
  }

  private forget(room: number): void {
    const { sql } = this;
    sql.endNets.run(room);
    for (const one of [sql.dropNets, sql.dropSettled, sql.dropSeen]) one.run(room);
  }
}

function prepare(db: DatabaseSync) {
  return {
    given: db.prepare('SELECT given FROM fences'),
    give: db.prepare('UPDATE fences SET given = ?'),
    lastRoom: db.prepare(
      'SELECT max(room) AS room FROM (SELECT room FROM nets UNION ALL SELECT room FROM seen ' +
        'UNION ALL SELECT room FROM settled)',
    ),
    holder: db.prepare('SELECT name, fence FROM holders WHERE account = ?'),
    holders: db.prepare(
      'SELECT account, fence FROM holders WHERE account IN (SELECT value FROM json_each(?))',
    ),
    hold: db.prepare('INSERT OR REPLACE INTO holders VALUES (?, ?, ?)'),
    raise: db.prepare(
      "INSERT INTO holders VALUES (?, '', ?) " +
        'ON CONFLICT DO UPDATE SET fence = max(fence, excluded.fence)',
    ),
    balance: db.prepare('SELECT balance, deposited FROM balances WHERE account = ? AND item = ?'),
    deposit: db.prepare(
      'INSERT INTO balances VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE ' +
        'SET balance = balance + excluded.balance, deposited = deposited + excluded.deposited',
    ),
    withdraw: db.prepare(
      'UPDATE balances SET balance = balance - ? WHERE account = ? AND item = ?',
    ),
    net: db.prepare(
      'INSERT INTO nets VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET net = net + excluded.net',
    ),
    kept: db.prepare('SELECT accepted, balance FROM settled WHERE room = ? AND n = ?'),
    keep: db.prepare('INSERT INTO settled VALUES (?, ?, ?, ?)'),
    unkeep: db.prepare('DELETE FROM settled WHERE room = ? AND n <= ?'),
    seen: db.prepare('SELECT n FROM seen WHERE room = ?'),
    see: db.prepare('INSERT OR REPLACE INTO seen VALUES (?, ?)'),
    endNets: db.prepare(
      'INSERT INTO nets SELECT 0, item, net FROM nets WHERE room = ? ' +
        'ON CONFLICT DO UPDATE SET net = net + excluded.net',
    ),
    dropNets: db.prepare('DELETE FROM nets WHERE room = ?'),
    dropSettled: db.prepare('DELETE FROM settled WHERE room = ?'),
    dropSeen: db.prepare('DELETE FROM seen WHERE room = ?'),
  };
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw StoreError.of(path, error);
  }
}
