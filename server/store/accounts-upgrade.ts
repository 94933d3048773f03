// Brings a database of accounts of an older version up to date, once, while other work goes on.
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import {
  ACCOUNTS_VERSION,
  accountsVersion,
  tablesOf2,
  triggersOf2,
  useLog,
} from './accounts-schema.ts';

/** Rows that are read in one turn of the event loop: some ms. */
const ROWS_AT_ONCE = 5000;

/** Does nothing to a file that is up to date, newer, or not there. All of it is one transaction: a
 *  process that dies in it leaves the file of the older version.
 *  @throws what SQLite throws, and nothing is changed then. */
export async function upgradeAccounts(path: string, newSecret: () => Uint8Array): Promise<void> {
  if (!existsSync(path)) return;
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    if (accountsVersion(db) !== 1) return;
    useLog(db);
    db.exec('BEGIN IMMEDIATE');
    db.exec(tablesOf2);
    db.prepare('INSERT INTO server VALUES (0, ?)').run(newSecret());
    await addUp(db);
    await listOpenTrades(db);
    db.exec(`${triggersOf2} PRAGMA user_version = ${ACCOUNTS_VERSION}`);
    db.exec('COMMIT');
  } finally {
    if (db.isTransaction) db.exec('ROLLBACK');
    db.close();
  }
}

/** Fills the running sums. */
async function addUp(db: DatabaseSync): Promise<void> {
  db.exec(`INSERT INTO totals SELECT item, 0, sum(net) FROM nets GROUP BY item`);
  // In the order of the primary key, of which an account may have many rows: none is torn apart.
  const lastOf = db.prepare(
    'SELECT account FROM balances WHERE account > ? ORDER BY account LIMIT 1 OFFSET ?',
  );
  // `+item`: the order of the index by items would have each step read all accounts.
  const add = (range: string) =>
    db.prepare(
      `INSERT INTO totals SELECT item, sum(balance), 0 FROM balances WHERE ${range} GROUP BY +item ` +
        'ON CONFLICT DO UPDATE SET accounts = accounts + excluded.accounts',
    );
  const addUpTo = add('account > ? AND account <= ?');
  const addRest = add('account > ?');
  let after = '';
  for (;;) {
    const last = lastOf.get(after, ROWS_AT_ONCE)?.account as string | undefined;
    if (last === undefined) break;
    addUpTo.run(after, last);
    after = last;
    await setImmediate();
  }
  addRest.run(after);
}

async function listOpenTrades(db: DatabaseSync): Promise<void> {
  const last = (db.prepare('SELECT max(trade) AS last FROM trades').get()!.last as number) ?? 0;
  const list = db.prepare(
    "INSERT INTO open_trades SELECT trade FROM trades WHERE trade > ? AND trade <= ? AND state = 'open'",
  );
  for (let after = 0; after < last; after += ROWS_AT_ONCE) {
    list.run(after, after + ROWS_AT_ONCE);
    await setImmediate();
  }
}
