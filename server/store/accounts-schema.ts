// The database of accounts: its tables and its version, and how it is opened.
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from './store-error.ts';

/** Kept in the file as SQLite's `user_version`. */
export const ACCOUNTS_VERSION = 1;

/** Where a database file has its `user_version`: four bytes, the most significant first. */
const VERSION_AT = 60;
/** So much of the file's beginning says which version it has. */
export const ACCOUNTS_HEADER_BYTES = VERSION_AT + 4;
const MAGIC = 'SQLite format 3\0';

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

/** An earlier process that has left the files to this one may still close it, which takes it
 *  for itself for some ms. */
const CLOSING_MS_MAX = 5000;

/** Opens the database, or makes it.
 *  @throws what SQLite throws; {StoreError} `NEWER_FORMAT`. Nothing is changed then. */
export function openAccounts(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: CLOSING_MS_MAX });
  try {
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as {
      user_version: number;
    };
    checkVersion(path, version);
    // Before there is a second file: so the version is in the first one.
    if (version === 0) {
      db.exec(`BEGIN IMMEDIATE; ${tables} PRAGMA user_version = ${ACCOUNTS_VERSION}; COMMIT`);
    }
    // A commit does not wait for the disk: `AccountsFile.sync` does, beside the event loop, before
    // anyone is told. Measured, of 5 effects each: 0.03 ms, and 1.7 ms with `synchronous = full`.
    db.exec('PRAGMA journal_mode = wal; PRAGMA synchronous = normal');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
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
