// The database of accounts: its tables and its version, and how it is opened.
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from './store-error.ts';

/** Kept in the file as SQLite's `user_version`. */
export const ACCOUNTS_VERSION = 2;

/** Where a database file has its `user_version`: four bytes, the most significant first. */
const VERSION_AT = 60;
/** So much of the file's beginning says which version it has. */
export const ACCOUNTS_HEADER_BYTES = VERSION_AT + 4;
const MAGIC = 'SQLite format 3\0';

/** What a file of version 1 has. */
const tables = `
  -- No fencing number above this has been given.
  CREATE TABLE fences (given INTEGER NOT NULL);
  INSERT INTO fences VALUES (0);
  -- Whose an account is: the name when it was last used, and the newest fencing number seen.
  CREATE TABLE holders (
    account TEXT PRIMARY KEY, name TEXT NOT NULL, fence INTEGER NOT NULL
  ) WITHOUT ROWID;
  -- What accounts hold, and all that was ever put into them.
  CREATE TABLE balances (
    account TEXT NOT NULL, item TEXT NOT NULL,
    balance INTEGER NOT NULL CHECK (balance >= 0), deposited INTEGER NOT NULL,
    PRIMARY KEY (account, item)
  ) WITHOUT ROWID;
  CREATE INDEX leaders ON balances (item, deposited DESC);
  -- What each room has deposited more than it has withdrawn; room 0: all that have ended.
  CREATE TABLE nets (
    room INTEGER NOT NULL, item TEXT NOT NULL, net INTEGER NOT NULL, PRIMARY KEY (room, item)
  ) WITHOUT ROWID;
  -- What came of effects, for as long as their room may ask again.
  CREATE TABLE settled (
    room INTEGER NOT NULL, n INTEGER NOT NULL,
    accepted INTEGER NOT NULL, balance INTEGER NOT NULL, PRIMARY KEY (room, n)
  ) WITHOUT ROWID;
  -- Up to which number a room has the answers to its effects.
  CREATE TABLE seen (room INTEGER PRIMARY KEY, n INTEGER NOT NULL);
  -- Trades between two accounts: those under way, and what came of the last ones. No number is used
  -- again. What each has given, or was to give, is in JSON.
  CREATE TABLE trades (
    trade INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, at INTEGER NOT NULL,
    a TEXT NOT NULL, a_name TEXT NOT NULL, a_gives TEXT NOT NULL,
    b TEXT NOT NULL, b_name TEXT NOT NULL, b_gives TEXT NOT NULL
  );
  CREATE INDEX trades_of_a ON trades (a, trade);
  CREATE INDEX trades_of_b ON trades (b, trade);
  CREATE INDEX trades_by_time ON trades (at);
`;

/** What version 2 adds to the tables. */
export const tablesOf2 = `
  -- Running sums: the balances of all accounts, and the nets of all rooms.
  CREATE TABLE totals (
    item TEXT PRIMARY KEY, accounts INTEGER NOT NULL, rooms INTEGER NOT NULL
  ) WITHOUT ROWID;
  -- One row. last_room: no room up to this number is new. key_secret: what the server signs account
  -- keys with.
  CREATE TABLE server (last_room INTEGER NOT NULL, key_secret BLOB NOT NULL);
  -- The trades that are open: a start ends them without a look at all others.
  CREATE TABLE open_trades (trade INTEGER PRIMARY KEY);
`;

/** Whatever changes a balance or a net changes the sum with it, an SQL tool included (`INSERT OR
 *  REPLACE` of one excepted, for which SQLite calls no trigger of the row that goes). */
const runningSum = (table: 'balances' | 'nets', value: string, sum: 'accounts' | 'rooms') => {
  const added = sum === 'accounts' ? `NEW.${value}, 0` : `0, NEW.${value}`;
  const add = `INSERT INTO totals VALUES (NEW.item, ${added})
      ON CONFLICT (item) DO UPDATE SET ${sum} = ${sum} + excluded.${sum};`;
  const subtract = `UPDATE totals SET ${sum} = ${sum} - OLD.${value} WHERE item = OLD.item;`;
  return `
  CREATE TRIGGER ${table}_added AFTER INSERT ON ${table} BEGIN
    ${add}
  END;
  CREATE TRIGGER ${table}_removed AFTER DELETE ON ${table} BEGIN
    ${subtract}
  END;
  CREATE TRIGGER ${table}_changed AFTER UPDATE OF item, ${value} ON ${table} BEGIN
    ${subtract}
    ${add}
  END;
`;
};
const openTrades = `
  CREATE TRIGGER trades_added AFTER INSERT ON trades WHEN NEW.state = 'open' BEGIN
    INSERT INTO open_trades VALUES (NEW.trade);
  END;
  CREATE TRIGGER trades_ended AFTER UPDATE OF state ON trades
  WHEN OLD.state = 'open' AND NEW.state <> 'open' BEGIN
    DELETE FROM open_trades WHERE trade = OLD.trade;
  END;
  CREATE TRIGGER trades_removed AFTER DELETE ON trades WHEN OLD.state = 'open' BEGIN
    DELETE FROM open_trades WHERE trade = OLD.trade;
  END;
`;
export const triggersOf2 =
  runningSum('balances', 'balance', 'accounts') + runningSum('nets', 'net', 'rooms') + openTrades;

/** Opens the database, or makes it. No call on it ever waits for another program: what finds the file
 *  locked throws at once.
 *  @param newSecret for a new file.
 *  @throws what SQLite throws; {StoreError} `NEWER_FORMAT`, and `OLDER_FORMAT` for what
 *  `upgradeAccounts` is for. Nothing is changed then. */
export function openAccounts(path: string, newSecret: () => Uint8Array): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    const version = accountsVersion(db);
    checkVersion(path, version);
    // Before there is a second file: so the version is in the first one.
    if (version === 0) create(db, newSecret());
    else if (version < ACCOUNTS_VERSION) throw new StoreError('OLDER_FORMAT', path);
    useLog(db);
    return db;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    db.close();
    throw error;
  }
}

function create(db: DatabaseSync, secret: Uint8Array): void {
  db.exec(`BEGIN IMMEDIATE; ${tables} ${tablesOf2} ${triggersOf2}`);
  db.prepare('INSERT INTO server VALUES (0, ?)').run(secret);
  db.exec(`PRAGMA user_version = ${ACCOUNTS_VERSION}`);
  db.exec('COMMIT');
}

/** A commit does not wait for the disk: `AccountsFile.sync` does, beside the event loop, before anyone
 *  is told. Measured, of 5 effects each: 0.03 ms, and 1.7 ms with `synchronous = full`. */
export function useLog(db: DatabaseSync): void {
  db.exec('PRAGMA journal_mode = wal; PRAGMA synchronous = normal');
}

export function accountsVersion(db: DatabaseSync): number {
  return db.prepare('PRAGMA user_version').get()!.user_version as number;
}

/** @param start the file's first bytes.
 *  @throws {StoreError} `NEWER_FORMAT`. What is no database is not its business. */
export function checkAccountsFormat(path: string, start: Buffer): void {
  if (start.length < ACCOUNTS_HEADER_BYTES || !start.toString('latin1').startsWith(MAGIC)) return;
  checkVersion(path, start.readUInt32BE(VERSION_AT));
}

function checkVersion(path: string, version: number): void {
  if (version <= ACCOUNTS_VERSION) return;
  throw new StoreError('NEWER_FORMAT', path, `format ${version} of ${ACCOUNTS_VERSION}`);
}
