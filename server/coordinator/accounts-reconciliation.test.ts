// Rows of rooms that are gone: a start removes them and nothing else, and forgets no sum.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AccountsFile, existingRooms, systemDisk } from '../store/index.ts';
import { temporaryFolder } from '../store/test-disk.ts';
import { Reconciliation } from './accounts-reconciliation.ts';
import { AccountsTrouble } from './accounts-trouble.ts';
import { log } from './test-room.ts';

/** Rooms 1 to 9 have each put in 10 gold, and wait for the answer to nothing more. */
function begin(folders: readonly string[]) {
  const data = temporaryFolder();
  for (const name of folders) mkdirSync(join(data, 'rooms', name), { recursive: true });
  const accounts = new AccountsFile(data);
  onTestFinished(() => accounts.close());
  const of = { kind: 'deposit', account: 'ann', fence: 1, name: 'Ann', item: 'gold' } as const;
  for (let room = 1; room <= 9; room++) {
    const handOvers = [
      { room, seen: 0, effects: [{ ...of, n: 1, amount: 3 }] },
      { room, seen: 1, effects: [{ ...of, n: 2, amount: 7 }] },
    ];
    accounts.apply({ raised: [], handOvers, ended: [] });
  }
  const db = new DatabaseSync(join(data, 'accounts.db'));
  onTestFinished(() => db.close());
  const rooms = (table: string) => {
    const rows = db.prepare(`SELECT DISTINCT room FROM ${table} ORDER BY room`).all();
    return rows.map(({ room }) => room);
  };
  const reconciliation = new Reconciliation({
    accounts,
    existing: existingRooms(systemDisk, data),
    lastRoom: 7,
    trouble: new AccountsTrouble(log),
    log,
  });
  const run = async () => {
    let beats = 0;
    for (; !reconciliation.isOver; beats++) reconciliation.beat();
    return beats;
  };
  return { data, accounts, db, rooms, run, reconciliation };
}

describe('Rows of rooms', () => {
  it('that are gone are removed; those of rooms with files, and of new ones, stay', async () => {
    const folders = ['2', '4.quarantined-1', '5.ended', '6.part', '3'];
    const { accounts, rooms, run } = begin(folders);
    await run();
    for (const table of ['settled', 'seen']) expect(rooms(table)).toEqual([2, 3, 4, 8, 9]);
    expect(accounts.totals().rooms).toEqual([
      { room: 0, item: 'gold', net: 40 },
      ...[2, 3, 4, 8, 9].map((room) => ({ room, item: 'gold', net: 10 })),
    ]);
    expect(accounts.totals().items).toEqual([{ item: 'gold', accounts: 90, rooms: 90 }]);
  });

  it('keep their numbers from being given to new rooms', async () => {
    const { accounts, db, run } = begin(['2']);
    db.exec('DELETE FROM nets WHERE room > 7; DELETE FROM seen WHERE room > 7');
    db.exec('DELETE FROM settled WHERE room > 7');
    await run();
    expect(accounts.lastRoom).toBe(7);
  });

  it('of which there are many are removed a few at a time', async () => {
    const { db, rooms, run } = begin(['2', '3', '4', '5', '6', '7']);
    db.exec(`INSERT INTO settled
      WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
      SELECT 1, i, 1, 0 FROM n`);
    expect(await run()).toBeGreaterThan(3);
    expect(rooms('settled')).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('wait while another program has the accounts locked', async () => {
    const { db, rooms, run, reconciliation } = begin(['2']);
    db.exec('BEGIN IMMEDIATE');
    reconciliation.beat();
    expect(reconciliation.isOver).toBe(false);
    db.exec('COMMIT');
    await run();
    expect(rooms('seen')).toEqual([2, 8, 9]);
  });
});
