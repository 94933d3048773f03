// A database of accounts as version 1 has made it.
import { DatabaseSync } from 'node:sqlite';

const tables = `
  CREATE TABLE fences (given INTEGER NOT NULL);
  INSERT INTO fences VALUES (7);
  CREATE TABLE holders (
    account TEXT PRIMARY KEY, name TEXT NOT NULL, fence INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE balances (
    account TEXT NOT NULL, item TEXT NOT NULL,
    balance INTEGER NOT NULL CHECK (balance >= 0), deposited INTEGER NOT NULL,
    PRIMARY KEY (account, item)
  ) WITHOUT ROWID;
  CREATE INDEX leaders ON balances (item, deposited DESC);
  CREATE TABLE nets (
    room INTEGER NOT NULL, item TEXT NOT NULL, net INTEGER NOT NULL, PRIMARY KEY (room, item)
  ) WITHOUT ROWID;
  CREATE TABLE settled (
    room INTEGER NOT NULL, n INTEGER NOT NULL,
    accepted INTEGER NOT NULL, balance INTEGER NOT NULL, PRIMARY KEY (room, n)
  ) WITHOUT ROWID;
  CREATE TABLE seen (room INTEGER PRIMARY KEY, n INTEGER NOT NULL);
  CREATE TABLE trades (
    trade INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, at INTEGER NOT NULL,
    a TEXT NOT NULL, a_name TEXT NOT NULL, a_gives TEXT NOT NULL,
    b TEXT NOT NULL, b_name TEXT NOT NULL, b_gives TEXT NOT NULL
  );
  CREATE INDEX trades_of_a ON trades (a, trade);
  CREATE INDEX trades_of_b ON trades (b, trade);
  CREATE INDEX trades_by_time ON trades (at);
  PRAGMA user_version = 1;
  PRAGMA journal_mode = wal;
`;

/** Accounts a0000001, a0000002, …: each has 2 gold and a trophy, from room 3; and a trade that is open.
 *  @returns the open database. */
export function makeOldAccounts(path: string, accounts: number): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec(tables);
  db.exec(`
    BEGIN;
    CREATE TEMP TABLE numbers AS
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${accounts})
      SELECT i, printf('a%07d', i) AS account FROM n;
    INSERT INTO holders SELECT account, 'player ' || i, 1 FROM numbers;
    INSERT INTO balances SELECT account, 'gold', 2, 2 FROM numbers;
    INSERT INTO balances SELECT account, 'trophy', 1, 1 FROM numbers;
    INSERT INTO nets VALUES (3, 'gold', ${2 * accounts}), (3, 'trophy', ${accounts});
    INSERT INTO trades (state, at, a, a_name, a_gives, b, b_name, b_gives)
      VALUES ('open', 1, 'a0000001', 'player 1', '{}', 'a0000002', 'player 2', '{}');
    COMMIT;
  `);
  return db;
}
