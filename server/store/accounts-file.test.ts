// Accounts on disk: an effect counts once, whatever is handed over again and whatever fails.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BankEffect, Settled } from './accounts-effects.ts';
import { AccountsFile } from './accounts-file.ts';
import { checkFormats } from './check-formats.ts';
import { type Disk, systemDisk } from './disk.ts';
import { temporaryFolder } from './test-disk.ts';

function open(data = temporaryFolder(), disk?: Disk): AccountsFile {
  const file = new AccountsFile(data, disk);
  onTestFinished(() => file.close().catch(() => {}));
  return file;
}

const effect = (n: number, more: Partial<BankEffect> = {}): BankEffect => ({
  n,
  kind: 'deposit',
  account: 'ann',
  fence: 1,
  name: 'Ann',
  item: 'gold',
  amount: 10,
  ...more,
});

const handOver = (
  file: AccountsFile,
  effects: readonly BankEffect[],
  { room = 1, seen = 0 } = {},
): Settled[] => file.apply({ raised: [], handOvers: [{ room, seen, effects }], ended: [] }).flat();

const balanceOf = (file: AccountsFile, account = 'ann', item = 'gold'): number =>
  handOver(file, [effect(0, { kind: 'balance', account, item })])[0]!.balance;

describe('An account', () => {
  it('grows by deposits and shrinks by withdrawals, never below nothing', () => {
    const file = open();
    const effects = [
      effect(1),
      effect(2, { kind: 'withdraw', amount: 4 }),
      effect(3, { kind: 'withdraw', amount: 7 }),
      effect(4, { item: 'trophy', amount: 1 }),
    ];
    expect(handOver(file, effects)).toEqual([
      { n: 1, accepted: true, balance: 10 },
      { n: 2, accepted: true, balance: 6 },
      { n: 3, accepted: false, balance: 6 },
      { n: 4, accepted: true, balance: 1 },
    ]);
  });

  it('does not take what could not be counted any more', () => {
    const file = open();
    const all = Number.MAX_SAFE_INTEGER;
    const answers = handOver(file, [effect(1, { amount: all }), effect(2, { amount: 1 })]);
    expect(answers.map(({ accepted }) => accepted)).toEqual([true, false]);
    expect(balanceOf(file)).toBe(all);
  });

  it('is changed by nobody with an older fencing number than it has seen', async () => {
    const data = temporaryFolder();
    const file = open(data);
    handOver(file, [effect(1, { fence: 7 })]);
    expect(handOver(file, [effect(2, { fence: 6 })])[0]).toMatchObject({ accepted: false });
    file.apply({ raised: [{ account: 'ann', fence: 9 }], handOvers: [], ended: [] });
    await file.close();
    const again = open(data);
    expect(handOver(again, [effect(3, { fence: 8 })])[0]).toMatchObject({ accepted: false });
    expect(handOver(again, [effect(4, { fence: 9 })])[0]).toMatchObject({ accepted: true });
  });

  it('that nobody has named is not changed', () => {
    expect(handOver(open(), [effect(1, { account: '' })])[0]).toMatchObject({ accepted: false });
  });
});

describe('Fencing numbers', () => {
  it('grow from one process to the next, also when that died without a word', () => {
    const data = temporaryFolder();
    const first = open(data);
    expect(first.fence).toBe(0);
    first.reserve(2_000_000);
    expect(open(data).fence).toBeGreaterThanOrEqual(2_000_000);
  });
});

const ROOMS = 2;
const accounts = ['ann', 'bob'];
const given = fc.array(
  fc.record({
    room: fc.integer({ min: 1, max: ROOMS }),
    kind: fc.constantFrom('deposit' as const, 'withdraw' as const),
    account: fc.constantFrom(...accounts),
    item: fc.constantFrom('gold', 'trophy'),
    amount: fc.integer({ min: 0, max: 20 }),
  }),
  { maxLength: 20 },
);
/** Which effects are handed over one after another: each may come often, or in another order. */
const schedule = fc.array(fc.nat(), { maxLength: 60 });

describe('Effects that are handed over again, out of order, and after restarts', () => {
  it('count once, and always get the same answer', async () => {
    await fc.assert(
      fc.asyncProperty(given, schedule, fc.nat(20), async (rows, order, restartAt) => {
        const data = temporaryFolder();
        let file = new AccountsFile(data);
        const counts = new Map<number, number>();
        const effects = rows.map(({ room, ...rest }) => {
          const n = (counts.get(room) ?? 0) + 1;
          counts.set(room, n);
          return { room, effect: effect(n, rest) };
        });
        const answers = new Map<string, Settled>();
        const due = effects.length === 0 ? [] : order.map((at) => effects[at % effects.length]!);
        for (const [i, { room, effect }] of [...due, ...effects].entries()) {
          if (i === restartAt) {
            await file.close();
            file = new AccountsFile(data);
          }
          const [answer] = handOver(file, [effect], { room });
          const key = `${room} ${effect.n}`;
          expect(answer).toEqual(answers.get(key) ?? answer);
          answers.set(key, answer!);
        }
        const sumOf = (item: string, of: (row: (typeof effects)[number]) => boolean) =>
          effects
            .filter((row) => row.effect.item === item && of(row))
            .filter((row) => answers.get(`${row.room} ${row.effect.n}`)!.accepted)
            .reduce(
              (sum, { effect: { kind, amount } }) => sum + (kind === 'deposit' ? amount : -amount),
              0,
            );
        for (const item of ['gold', 'trophy']) {
          for (const account of accounts) {
            const expected = sumOf(item, (row) => row.effect.account === account);
            expect(expected).toBeGreaterThanOrEqual(0);
            expect(balanceOf(file, account, item)).toBe(expected);
          }
          const total = file.totals().items.find((one) => one.item === item);
          const sum = sumOf(item, () => true);
          expect(total ?? { item, accounts: 0, rooms: 0 }).toEqual({
            item,
            accounts: sum,
            rooms: sum,
          });
        }
        await file.close();
      }),
      { numRuns: 60 },
    );
  });

  it('whose answer the room has seen are refused, and change nothing', () => {
    const file = open();
    handOver(file, [effect(1), effect(2)]);
    handOver(file, [effect(3)], { seen: 2 });
    expect(handOver(file, [effect(2)], { seen: 2 })).toEqual([
      { n: 2, accepted: false, balance: 30 },
    ]);
  });

  it('leave nothing behind but what they did, once their room has ended', () => {
    const data = temporaryFolder();
    const file = open(data);
    handOver(file, [effect(1)], { room: 4 });
    handOver(file, [effect(1)], { room: 5 });
    expect(file.lastRoom).toBe(5);
    file.apply({ raised: [], handOvers: [], ended: [4, 5] });
    expect(file.totals()).toEqual({
      items: [{ item: 'gold', accounts: 20, rooms: 20 }],
      rooms: [{ room: 0, item: 'gold', net: 20 }],
    });
    const db = new DatabaseSync(join(data, 'accounts.db'));
    expect(db.prepare('SELECT * FROM settled').all()).toEqual([]);
    expect(db.prepare('SELECT * FROM seen').all()).toEqual([]);
    db.close();
  });
});

describe('The leaders', () => {
  it('are those who have put in most, ever, with the place of who asks', () => {
    const file = open();
    const effects = Array.from({ length: 12 }, (_, i) =>
      effect(i + 1, { account: `a${i}`, name: `player ${i}`, amount: 10 + i }),
    );
    handOver(file, effects);
    handOver(file, [
      effect(13, { kind: 'withdraw', account: 'a11', name: 'player 11', amount: 20 }),
    ]);
    const { top, own } = file.leaders('gold', 'a1');
    expect(top).toHaveLength(10);
    expect(top.slice(0, 2)).toEqual([
      { name: 'player 11', amount: 21 },
      { name: 'player 10', amount: 20 },
    ]);
    expect(own).toEqual({ place: 11, amount: 11 });
    expect(file.leaders('gold', 'nobody').own).toEqual({ place: 0, amount: 0 });
    expect(file.leaders('trophy', 'a1')).toEqual({ top: [], own: { place: 0, amount: 0 } });
  });
});

describe('The file of accounts', () => {
  it('has no row of an account that nothing was put into', () => {
    const data = temporaryFolder();
    const file = open(data);
    handOver(file, [effect(1, { amount: 0 }), effect(2, { kind: 'withdraw', account: 'bob' })]);
    balanceOf(file, 'eve');
    const db = new DatabaseSync(join(data, 'accounts.db'));
    expect(db.prepare('SELECT * FROM balances').all()).toEqual([]);
    expect(db.prepare('SELECT * FROM holders').all()).toEqual([]);
    db.close();
  });

  it('is as before where the disk takes nothing, and takes the same again later', () => {
    let isFull = false;
    const makeFolder = (path: string): void => {
      if (isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      systemDisk.makeFolder(path);
    };
    const file = open(temporaryFolder(), { ...systemDisk, makeFolder });
    isFull = true;
    expect(() => handOver(file, [effect(1)])).toThrow('the disk is full');
    isFull = false;
    expect(balanceOf(file)).toBe(0);
    expect(handOver(file, [effect(1)])).toEqual([{ n: 1, accepted: true, balance: 10 }]);
  });

  it('of a newer version is refused in a sentence, before anything is touched', async () => {
    const data = temporaryFolder();
    const file = open(data);
    await file.close();
    const path = join(data, 'accounts.db');
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    const refusal = /accounts\.db: format 99 of 2: .*newer version/;
    expect(() => new AccountsFile(data)).toThrow(refusal);
    expect(() => checkFormats(systemDisk, data)).toThrow(refusal);
    expect(existsSync(join(data, 'rooms'))).toBe(false);
  });

  it('that is damaged is refused in a sentence', () => {
    const data = temporaryFolder();
    writeFileSync(join(data, 'accounts.db'), 'nothing of the kind '.repeat(100));
    expect(() => new AccountsFile(data)).toThrow(/accounts\.db: .*damaged/);
    expect(readdirSync(data)).toEqual(['accounts.db']);
  });
});
