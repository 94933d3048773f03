// Accounts that another program has locked: no call waits for it, nothing is lost, and all goes on later.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BankBatch } from './accounts-effects.ts';
import { AccountsFile } from './accounts-file.ts';
import type { TradeParty } from './accounts-trades.ts';
import { temporaryFolder } from './test-disk.ts';
import { makeOldAccounts } from './test-old-accounts.ts';

function open(data: string): AccountsFile {
  const file = new AccountsFile(data);
  onTestFinished(() => file.close().catch(() => {}));
  return file;
}

/** Another program, which does this in the database. */
function tool(data: string, ...sql: string[]): DatabaseSync {
  const db = new DatabaseSync(join(data, 'accounts.db'));
  onTestFinished(() => {
    if (db.isOpen) db.close();
  });
  for (const one of sql) db.exec(one);
  return db;
}

const depositOf = (n: number, fence = 1): BankBatch => {
  const of = { account: 'ann', name: 'Ann', item: 'gold', amount: 10 };
  const effects = [{ ...of, n, kind: 'deposit', fence } as const];
  return { raised: [], handOvers: [{ room: 1, seen: 0, effects }], ended: [] };
};
const parties: [TradeParty, TradeParty] = [
  { account: 'ann', name: 'Ann', gives: { gold: 1 } },
  { account: 'bob', name: 'Bob', gives: {} },
];

/** @returns what a call throws that must not wait. */
function refusalOf(act: () => unknown): unknown {
  const startedAt = performance.now();
  try {
    act();
  } catch (error) {
    expect(performance.now() - startedAt).toBeLessThan(1000);
    return error;
  }
  return undefined;
}

const locked = expect.objectContaining({
  code: 'LOCKED',
  message: expect.stringMatching(/accounts\.db: .*another program.*let that program end/),
});

describe('Accounts that another program has locked', () => {
  it.each(['IMMEDIATE', 'EXCLUSIVE'])(
    'by BEGIN %s refuse what is written at once, and take it later',
    (kind) => {
      const data = temporaryFolder();
      const file = open(data);
      file.apply(depositOf(1));
      const trade = file.trades.begin(0, parties);
      const other = tool(data, `BEGIN ${kind}`);
      const swap = { trade, at: 1, parties, fences: [1, 1] } as const;
      const acts = [
        () => file.apply(depositOf(2)),
        () => file.trades.begin(0, parties),
        () => file.trades.swap(swap),
        () => file.trades.recover(1, 'TRADE_LOST'),
        () => file.trades.forget(1, 1),
        () => file.probe(),
      ];
      for (const act of acts) expect(refusalOf(act)).toEqual(locked);
      other.exec('COMMIT');
      expect(file.apply(depositOf(2))).toEqual([[{ n: 2, accepted: true, balance: 20 }]]);
      expect(file.trades.swap(swap)).toBe('done');
    },
  );

  it('are read as before', () => {
    const data = temporaryFolder();
    const file = open(data);
    file.apply(depositOf(1));
    tool(data, 'BEGIN EXCLUSIVE');
    const question = {
      n: 2,
      kind: 'balance',
      account: 'ann',
      fence: 1,
      name: '',
      item: 'gold',
    } as const;
    const effects = [{ ...question, amount: 0 }];
    const asked = file.apply({ raised: [], handOvers: [{ room: 1, seen: 0, effects }], ended: [] });
    expect(asked).toEqual([[{ n: 2, accepted: true, balance: 10 }]]);
    expect(file.totals().items).toEqual([{ item: 'gold', accounts: 10, rooms: 10 }]);
    expect(file.leaders('gold', 'ann').own).toEqual({ place: 1, amount: 10 });
    expect(file.trades.balance('ann', 'gold')).toBe(10);
    expect(file.fencesOf(['ann'])).toEqual(new Map([['ann', 1]]));
  });

  it('are opened by a process that starts during the lock, and fencing numbers go on', async () => {
    const data = temporaryFolder();
    await (await AccountsFile.open(data)).close();
    const other = tool(data, 'BEGIN IMMEDIATE');
    const file = await AccountsFile.open(data);
    onTestFinished(() => file.close());
    file.reserve(file.fence + 1);
    const given = () => other.prepare('SELECT given FROM fences').get()!.given as number;
    expect(given()).toBe(file.fence);
    other.exec('COMMIT');
    file.apply(depositOf(1, file.fence + 1));
    expect(given()).toBeGreaterThan(file.fence + 1);
  });

  it.each([
    ['there already', 'BEGIN IMMEDIATE; CREATE TABLE notes (text TEXT); COMMIT'],
    ['to be made', 'BEGIN EXCLUSIVE'],
  ])(
    'as its only user let a process that starts wait beside other work, where they are %s',
    async (name, sql) => {
      const data = temporaryFolder();
      if (name === 'there already') await (await AccountsFile.open(data)).close();
      const other = tool(data, 'PRAGMA locking_mode = EXCLUSIVE', sql);
      const told: unknown[] = [];
      const opening = AccountsFile.open(data, undefined, (error) => told.push(error));
      await expect.poll(() => told.length).toBeGreaterThan(2);
      expect(told[0]).toEqual(locked);
      other.close();
      const file = await opening;
      onTestFinished(() => file.close());
      expect(file.apply(depositOf(1))).toMatchObject([[{ accepted: true }]]);
    },
  );
});

describe('Accounts of version 1', () => {
  it('get sums of all that they hold, and keep everything else', async () => {
    const data = temporaryFolder();
    makeOldAccounts(join(data, 'accounts.db'), 25_000).close();
    expect(() => new AccountsFile(data)).toThrow(/older|no longer be read/);
    const file = await AccountsFile.open(data);
    expect(file.totals().items).toEqual([
      { item: 'gold', accounts: 50_000, rooms: 50_000 },
      { item: 'trophy', accounts: 25_000, rooms: 25_000 },
    ]);
    expect(file.fence).toBe(7);
    expect(file.secret.length).toBe(32);
    expect(file.trades.find(1)).toMatchObject({ state: 'open' });
    file.apply(depositOf(1));
    expect(file.totals().items[0]).toEqual({ item: 'gold', accounts: 50_010, rooms: 50_010 });
    const { secret } = file;
    await file.close();
    const again = await AccountsFile.open(data);
    onTestFinished(() => again.close());
    expect(again.secret).toEqual(secret);
  });

  it('are brought up to date when another program lets go of them', async () => {
    const data = temporaryFolder();
    const other = makeOldAccounts(join(data, 'accounts.db'), 10);
    other.exec('BEGIN IMMEDIATE');
    const told: unknown[] = [];
    const opening = AccountsFile.open(data, undefined, (error) => told.push(error));
    await expect.poll(() => told.length).toBeGreaterThan(1);
    other.exec(
      "UPDATE balances SET balance = 5 WHERE account = 'a0000001' AND item = 'gold'; COMMIT",
    );
    other.close();
    const file = await opening;
    onTestFinished(() => file.close());
    expect(file.totals().items[0]).toEqual({ item: 'gold', accounts: 23, rooms: 20 });
  });
});

describe('The sums of what accounts hold', () => {
  it('follow what an SQL tool changes', () => {
    const data = temporaryFolder();
    const file = open(data);
    file.apply(depositOf(1));
    const change = (sql: string) => {
      tool(data, sql).close();
      return file.totals().items;
    };
    const ten = { item: 'gold', accounts: 10, rooms: 10 };
    expect(change("UPDATE balances SET balance = 3 WHERE account = 'ann'")).toEqual([
      { ...ten, accounts: 3 },
    ]);
    expect(change("UPDATE balances SET item = 'coin' WHERE account = 'ann'")).toEqual([
      { item: 'coin', accounts: 3, rooms: 0 },
      { ...ten, accounts: 0 },
    ]);
    expect(change("INSERT INTO balances VALUES ('bob', 'gold', 4, 0)")[1]).toEqual({
      ...ten,
      accounts: 4,
    });
    expect(change("DELETE FROM balances WHERE account = 'bob'")[1]).toEqual({
      ...ten,
      accounts: 0,
    });
    expect(change('UPDATE nets SET net = net - 1')[1]).toEqual({ ...ten, accounts: 0, rooms: 9 });
  });

  it('of more than can be counted exactly are told all the same', () => {
    const data = temporaryFolder();
    const file = open(data);
    const all = Number.MAX_SAFE_INTEGER;
    for (const name of ['x', 'y', 'z']) {
      tool(data, `INSERT INTO balances VALUES ('${name}', 'gold', ${all}, ${all})`).close();
    }
    expect(file.totals().items[0]!.accounts).toBeCloseTo(3 * all, -3);
  });
});
