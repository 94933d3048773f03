// Trades in the database of accounts: two accounts swap goods once, in one transaction, or not at all.
import type { DatabaseSync } from 'node:sqlite';

/** Amounts of items: whole numbers, by the items' names. */
type Goods = Readonly<Record<string, number>>;

/** One of the two of a trade. */
export interface TradeParty {
  readonly account: string;
  readonly name: string;
  readonly gives: Goods;
}

/** A trade as it is written down. `state`: `open`, `done`, or why nothing was swapped. */
export interface WrittenTrade {
  readonly trade: number;
  readonly state: string;
  /** When it got into this state, in ms since 1970. */
  readonly at: number;
  readonly parties: readonly [TradeParty, TradeParty];
}

export interface Swap extends Omit<WrittenTrade, 'state'> {
  /** The numbers with which the accounts' locks were granted. */
  readonly fences: readonly [number, number];
}

/** What came of a swap: why nothing was swapped, where nothing was. */
export type Swapped = 'done' | 'NOT_ENOUGH' | 'PLAYER_GONE' | 'OVER';

const OPEN = 'open';
const DONE = 'done';
/** So many trades that are over are looked up at a time. */
const LISTED = 16;
/** So many are kept of those that an account began, at most so long. */
const KEPT = 64;
const KEPT_MS = 7 * 24 * 3600 * 1000;

/** What trades need of the file that they are in. */
export interface TradesSurroundings {
  /** Calls `act`. @throws {StoreError} for what it throws. */
  attempt<T>(act: () => T): T;
  /** All of `act` or nothing. @throws {StoreError} */
  transaction<T>(act: () => T): T;
  /** The newest fencing number that is known of an account. */
  fenceOf(account: string): number;
}

/** Each method throws {StoreError} where nothing can be read or written; nothing is done then. */
export class AccountsTrades {
  private readonly surroundings: TradesSurroundings;
  private readonly sql: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync, surroundings: TradesSurroundings) {
    this.sql = prepare(db);
    this.surroundings = surroundings;
  }

  /** Trades that an earlier process has left open are over, and nothing of them was swapped. */
  recover(at: number, state: string): void {
    this.surroundings.transaction(() => this.sql.endAll.run(state, at));
  }

  /** Deletes at most `max` of the trades that were over long before `at`. */
  forget(at: number, max: number): void {
    this.surroundings.transaction(() => this.sql.forget.run(at - KEPT_MS, max));
  }

  /** @returns the number of a new trade: higher than any before. */
  begin(at: number, [a, b]: WrittenTrade['parties']): number {
    const values = [a, b].flatMap(({ account, name, gives }) => {
      return [account, name, JSON.stringify(gives)];
    });
    const { lastInsertRowid } = this.surroundings.transaction(() => {
      return this.sql.begin.run(at, ...values);
    });
    return Number(lastInsertRowid);
  }

  /** Nothing was swapped. Changes nothing where the trade is known to be over. */
  end(trade: WrittenTrade): void {
    this.surroundings.transaction(() => this.writeEnd(trade));
  }

  find(trade: number): WrittenTrade | undefined {
    const row = this.surroundings.attempt(() => this.sql.find.get(trade));
    return row && tradeOf(row);
  }

  /** The last that are over, the newest first. */
  of(account: string): WrittenTrade[] {
    return this.surroundings.attempt(() => this.sql.of.all(account, account)).map(tradeOf);
  }

  /** Those that were over at `at` or later: not more than `max`, the newest of them. */
  since(at: number, max: number): WrittenTrade[] {
    return this.surroundings.attempt(() => this.sql.since.all(at, max)).map(tradeOf);
  }

  /** Both give what they give, or neither: at most once, however often it is called. To be told
   *  when `AccountsFile.sync` has returned. */
  swap(swap: Swap): Swapped {
    return this.surroundings.transaction(() => this.writeSwap(swap));
  }

  balance(account: string, item: string): number {
    const row = this.surroundings.attempt(() => this.sql.balance.get(account, item));
    return (row?.balance as number | undefined) ?? 0;
  }

  private writeSwap({ trade, at, parties, fences }: Swap): Swapped {
    const { sql, surroundings } = this;
    const state = this.find(trade)?.state;
    if (state === DONE) return DONE;
    if (state !== OPEN) return 'OVER';
    const isOlder = ({ account }: TradeParty, i: number) => {
      return fences[i]! < surroundings.fenceOf(account);
    };
    if (parties.some(isOlder)) return 'PLAYER_GONE';
    if (!this.canMove(parties)) return 'NOT_ENOUGH';
    parties.forEach(({ account, name }, i) => {
      sql.hold.run(account, name, fences[i]!);
    });
    const [a, b] = parties;
    this.move(a, b);
    this.move(b, a);
    this.writeEnd({ trade, state: DONE, at, parties });
    return DONE;
  }

  private move(from: TradeParty, to: TradeParty): void {
    const { sql } = this;
    for (const [item, amount] of Object.entries(from.gives)) {
      if (amount === 0) continue;
      sql.takeOff.run(amount, from.account, item);
      sql.putOn.run(to.account, item, amount);
    }
  }

  private writeEnd({ trade, state, at, parties: [a, b] }: WrittenTrade): void {
    this.sql.end.run(state, at, JSON.stringify(a.gives), JSON.stringify(b.gives), trade);
    this.sql.trim.run(a.account, a.account);
  }

  /** Whether both have what they give, and can still count what they get. */
  private canMove([a, b]: WrittenTrade['parties']): boolean {
    const sides = [
      { account: a.account, gives: a.gives, gets: b.gives },
      { account: b.account, gives: b.gives, gets: a.gives },
    ];
    return sides.every(({ account, gives, gets }) => {
      return Object.keys({ ...gives, ...gets }).every((item) => {
        const held = this.balance(account, item);
        const given = gives[item] ?? 0;
        return held >= given && Number.isSafeInteger(held - given + (gets[item] ?? 0));
      });
    });
  }
}

type Row = Readonly<Record<string, unknown>>;

function tradeOf(row: Row): WrittenTrade {
  const party = (side: 'a' | 'b'): TradeParty => ({
    account: row[side] as string,
    name: row[`${side}_name`] as string,
    gives: JSON.parse(row[`${side}_gives`] as string) as Goods,
  });
  return {
    trade: row.trade as number,
    state: row.state as string,
    at: row.at as number,
    parties: [party('a'), party('b')],
  };
}

/** The last of an account that are over. */
const listOf = (side: 'a' | 'b'): string =>
  `SELECT * FROM (SELECT * FROM trades WHERE ${side} = ? AND state <> '${OPEN}' ` +
  `ORDER BY trade DESC LIMIT ${LISTED})`;

function prepare(db: DatabaseSync) {
  return {
    endAll: db.prepare(
      'UPDATE trades SET state = ?, at = ? WHERE trade IN (SELECT trade FROM open_trades)',
    ),
    forget: db.prepare(
      'DELETE FROM trades WHERE trade IN ' +
        `(SELECT trade FROM trades WHERE at < ? AND state <> '${OPEN}' LIMIT ?)`,
    ),
    begin: db.prepare(
      'INSERT INTO trades (state, at, a, a_name, a_gives, b, b_name, b_gives) ' +
        `VALUES ('${OPEN}', ?, ?, ?, ?, ?, ?, ?)`,
    ),
    end: db.prepare(
      'UPDATE trades SET state = ?, at = ?, a_gives = ?, b_gives = ? ' +
        `WHERE trade = ? AND state = '${OPEN}'`,
    ),
    trim: db.prepare(
      `DELETE FROM trades WHERE a = ? AND state <> '${OPEN}' AND trade <= (SELECT trade ` +
        `FROM trades WHERE a = ? AND state <> '${OPEN}' ORDER BY trade DESC LIMIT 1 OFFSET ${KEPT})`,
    ),
    find: db.prepare('SELECT * FROM trades WHERE trade = ?'),
    of: db.prepare(`${listOf('a')} UNION ALL ${listOf('b')} ORDER BY trade DESC LIMIT ${LISTED}`),
    since: db.prepare(
      `SELECT * FROM trades WHERE at >= ? AND state <> '${OPEN}' ORDER BY at DESC LIMIT ?`,
    ),
    balance: db.prepare('SELECT balance FROM balances WHERE account = ? AND item = ?'),
    takeOff: db.prepare('UPDATE balances SET balance = balance - ? WHERE account = ? AND item = ?'),
    putOn: db.prepare(
      'INSERT INTO balances VALUES (?, ?, ?, 0) ON CONFLICT DO UPDATE ' +
        'SET balance = balance + excluded.balance',
    ),
    hold: db.prepare(
      'INSERT INTO holders VALUES (?, ?, ?) ON CONFLICT DO UPDATE ' +
        'SET name = excluded.name, fence = excluded.fence',
    ),
  };
}
