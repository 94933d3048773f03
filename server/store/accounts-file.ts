// Accounts on disk: the database file, its transactions, and when the disk has them. No call waits for
// another program that has the file locked: the call fails with `LOCKED`, and its caller tries it again.
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccountsEffects, type BankBatch, type Settled } from './accounts-effects.ts';
import { openAccounts } from './accounts-schema.ts';
import { AccountsTrades } from './accounts-trades.ts';
import { upgradeAccounts } from './accounts-upgrade.ts';
import { type AccountsTotals, AccountsViews, type Leaders } from './accounts-views.ts';
import { type Disk, systemDisk } from './disk.ts';
import { isLocked, StoreError } from './store-error.ts';

/** So many fencing numbers count as given at a time: a session needs no write of its own. */
const FENCES_AT_ONCE = 1_000_000;
/** Rows that one step of `reconcile` deletes at most: some ms. */
const ROWS_AT_ONCE = 2000;
/** Interval between attempts to open a locked file. */
const OPEN_RETRY_MS = 20;
const SECRET_BYTES = 32;

export class AccountsFile {
  /** Fencing numbers of earlier processes are not above this, unless the file was locked during the
   *  whole life of one; `sessions.log` has those. */
  readonly fence: number;
  readonly trades: AccountsTrades;
  /** By it the server recognizes account keys of its own making. */
  readonly secret: Uint8Array;
  private readonly path: string;
  private readonly disk: Disk;
  private readonly db: DatabaseSync;
  private readonly effects: AccountsEffects;
  private readonly views: AccountsViews;
  private readonly sql: ReturnType<typeof prepare>;
  private readonly logFd: number;
  /** The mark that the file has, and the mark that it has to have with the next transaction. */
  private given: number;
  private wanted: number;
  private syncing: Promise<void>;
  private isOpen = true;

  /** Opens the file when no other program has it to itself, and brings an older one up to date. Other
   *  work goes on in between.
   *  @param waiting told again and again while the file is locked.
   *  @throws {StoreError} */
  static async open(
    data: string,
    disk: Disk = systemDisk,
    waiting: (error: StoreError) => void = () => {},
  ): Promise<AccountsFile> {
    const path = join(data, 'accounts.db');
    attempt(path, () => disk.makeFolder(data));
    for (;;) {
      try {
        await upgradeAccounts(path, () => randomBytes(SECRET_BYTES));
        return new AccountsFile(data, disk);
      } catch (error) {
        const failure = StoreError.of(path, error);
        if (!isLocked(failure)) throw failure;
        waiting(failure);
      }
      await sleep(OPEN_RETRY_MS);
    }
  }

  /** Opens a file of this version, or makes one.
   *  @param data the server's data directory.
   *  @throws {StoreError} also `LOCKED`, where the file is new or another program has it to itself. */
  constructor(data: string, disk: Disk = systemDisk) {
    this.path = join(data, 'accounts.db');
    this.disk = disk;
    this.db = attempt(this.path, () => openAccounts(this.path, () => randomBytes(SECRET_BYTES)));
    try {
      this.sql = prepare(this.db);
      this.effects = new AccountsEffects(this.db);
      this.views = new AccountsViews(this.db);
      this.trades = new AccountsTrades(this.db, {
        attempt: (act) => attempt(this.path, act),
        transaction: (act) => this.transaction(act),
        fenceOf: (account) => this.effects.fenceOf(account),
      });
      this.secret = this.sql.secret.get()!.key_secret as Uint8Array;
      this.fence = this.sql.given.get()!.given as number;
      this.given = this.fence;
      this.wanted = this.fence;
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

  /** To be called with each fencing number before any session has it. A locked file does not refuse the
   *  number: the mark then moves with the next transaction, so no fence in the file is above its mark.
   *  @throws {StoreError} */
  reserve(fence: number): void {
    if (fence <= this.given) return;
    this.wanted = Math.max(this.wanted, fence + FENCES_AT_ONCE);
    try {
      this.probe();
    } catch (error) {
      if (!isLocked(error)) throw error;
    }
  }

  /** Finds out whether anything can be written now.
   *  @throws {StoreError} */
  probe(): void {
    this.transaction(() => {});
  }

  /** The highest room that is known. */
  get lastRoom(): number {
    return this.effects.lastRoom;
  }

  fenceOf(account: string): number {
    return this.effects.fenceOf(account);
  }

  /** Whether the account has ever had anything. @throws {StoreError} */
  isKnown(account: string): boolean {
    return attempt(this.path, () => this.effects.isKnown(account));
  }

  fencesOf(accounts: readonly string[]): ReadonlyMap<string, number> {
    return this.effects.fencesOf(accounts);
  }

  /** Applies each effect at most once, whatever is handed over again, in whatever order.
   *  @returns what came of each, in the order of `batch`; to be told when `sync` has returned.
   *  @throws {StoreError} Nothing is done then, and all of it can be tried again. */
  apply(batch: BankBatch): Settled[][] {
    const { effects } = this;
    if (effects.asksOnly(batch)) return attempt(this.path, () => effects.answers(batch));
    return this.transaction(() => effects.apply(batch));
  }

  /** One short step of the search for rows of rooms that do not exist and cannot come back.
   *  @param after the room up to which the search has come; 0 at first.
   *  @returns the room up to which it has come now; undefined at the end.
   *  @throws {StoreError} */
  reconcile(after: number, exists: (room: number) => boolean): number | undefined {
    const { effects } = this;
    const room = attempt(this.path, () => effects.roomAfter(after));
    if (room === undefined || exists(room)) return room;
    return this.transaction(() => {
      if (!effects.forgetResults(room, ROWS_AT_ONCE)) return after;
      effects.forget(room);
      return room;
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

  /** The first 100 items that the account holds, by name, and how many of each.
   *  @throws {StoreError} */
  holdings(account: string): Record<string, number> {
    return attempt(this.path, () => this.views.holdings(account));
  }

  /** Those who have put in most of the item, ever, and where `account` stands.
   *  @throws {StoreError} */
  leaders(item: string, account: string): Leaders {
    return attempt(this.path, () => this.views.leaders(item, account));
  }

  /** @throws {StoreError} */
  totals(): AccountsTotals {
    return attempt(this.path, () => this.views.totals());
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
        const { wanted } = this;
        if (wanted > this.given) this.sql.give.run(wanted);
        const done = act();
        this.db.exec('COMMIT');
        this.given = wanted;
        return done;
      } catch (error) {
        if (this.db.isTransaction) this.db.exec('ROLLBACK');
        throw error;
      }
    });
  }
}

function prepare(db: DatabaseSync) {
  return {
    given: db.prepare('SELECT given FROM fences'),
    give: db.prepare('UPDATE fences SET given = ?'),
    secret: db.prepare('SELECT key_secret FROM server'),
  };
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw StoreError.of(path, error);
  }
}
