// What can be read off the accounts: who has put in most, and what all of them hold.
import type { DatabaseSync } from 'node:sqlite';

export interface Leaders {
  /** The best first. */
  readonly top: readonly { readonly name: string; readonly amount: number }[];
  /** `place` from 1; 0 with nothing put in, and beyond the places that are counted. */
  readonly own: { readonly place: number; readonly amount: number };
}

export interface AccountsTotals {
  /** What all accounts hold, and what all rooms that ever were have put in and not taken out. */
  readonly items: readonly {
    readonly item: string;
    readonly accounts: number;
    readonly rooms: number;
  }[];
  /** The part of each room; of all rooms that have ended as that of room 0. */
  readonly rooms: readonly { readonly room: number; readonly item: string; readonly net: number }[];
}

const TOP_PLACES = 10;
/** To count further would take too long. */
const PLACES_COUNTED = 100_000;

export function leadersOf(db: DatabaseSync, item: string, account: string): Leaders {
  const top = db
    .prepare(
      'SELECT holders.name AS name, deposited FROM balances JOIN holders USING (account) ' +
        'WHERE item = ? AND deposited > 0 ORDER BY deposited DESC LIMIT ?',
    )
    .all(item, TOP_PLACES)
    .map((row) => ({ name: row.name as string, amount: row.deposited as number }));
  const own = db
    .prepare('SELECT deposited FROM balances WHERE account = ? AND item = ?')
    .get(account, item);
  const amount = (own?.deposited as number | undefined) ?? 0;
  if (amount === 0) return { top, own: { place: 0, amount } };
  const { better } = db
    .prepare(
      'SELECT count(*) AS better FROM ' +
        '(SELECT 1 FROM balances WHERE item = ? AND deposited > ? LIMIT ?)',
    )
    .get(item, amount, PLACES_COUNTED) as { better: number };
  return { top, own: { place: better < PLACES_COUNTED ? better + 1 : 0, amount } };
}

export function accountsTotals(db: DatabaseSync): AccountsTotals {
  const rooms = db
    .prepare('SELECT room, item, net FROM nets ORDER BY room, item')
    .all()
    .map((row) => ({
      room: row.room as number,
      item: row.item as string,
      net: row.net as number,
    }));
  const held = db
    .prepare('SELECT item, sum(balance) AS held FROM balances GROUP BY item')
    .all()
    .map((row) => [row.item as string, row.held as number] as const);
  const byItem = new Map(held);
  const names = [...new Set([...byItem.keys(), ...rooms.map(({ item }) => item)])].sort();
  const items = names.map((item) => ({
    item,
    accounts: byItem.get(item) ?? 0,
    rooms: rooms.reduce((sum, one) => (one.item === item ? sum + one.net : sum), 0),
  }));
  return { items, rooms };
}
