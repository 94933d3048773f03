// A million accounts: no call on them takes longer than on a few, and an older file is added up beside
// other work.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccountsFile } from './accounts-file.ts';
import type { TradeParty } from './accounts-trades.ts';
import { makeOldAccounts } from './test-old-accounts.ts';

const ACCOUNTS = 1_000_000;
const TRADES = 1_000_000;
/** More than a slow machine needs for what is bounded, and much less than a sum of a million takes. */
const CALL_MS_MAX = 25;
const TURN_MS_MAX = 400;

let data: string;
let file: AccountsFile;
let longestTurnMs: number;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'holdfast-million-'));
  const db = makeOldAccounts(join(data, 'accounts.db'), ACCOUNTS);
  db.exec(`
    INSERT INTO trades (state, at, a, a_name, a_gives, b, b_name, b_gives)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${TRADES})
      SELECT 'done', i, printf('a%07d', i), 'x', '{}', printf('a%07d', i + 7), 'y', '{}' FROM n;
    PRAGMA wal_checkpoint(TRUNCATE);
  `);
  db.close();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  file = await AccountsFile.open(data);
  delay.disable();
  longestTurnMs = delay.max / 1e6;
}, 600_000);
afterAll(async () => {
  await file.close();
  rmSync(data, { recursive: true });
});

const parties: [TradeParty, TradeParty] = [
  { account: 'a0000001', name: 'x', gives: { gold: 1 } },
  { account: 'a0000002', name: 'y', gives: {} },
];
const deposit = {
  kind: 'deposit',
  account: 'a0000005',
  fence: 1,
  name: 'z',
  item: 'gold',
  amount: 1,
} as const;
let n = 0;

const calls: [string, () => unknown][] = [
  ['totals', () => file.totals()],
  ['leaders', () => file.leaders('gold', 'a0999999')],
  ['trades of an account', () => file.trades.of('a0000007')],
  ['trades lately', () => file.trades.since(0, 1000)],
  ['find', () => file.trades.find(500_000)],
  ['balance', () => file.trades.balance('a0000077', 'gold')],
  ['begin', () => file.trades.begin(1, parties)],
  ['recover', () => file.trades.recover(1, 'TRADE_LOST')],
  ['forget', () => file.trades.forget(8 * 24 * 3600 * 1000, 200)],
  ['isKnown', () => file.isKnown('nobody')],
  ['reconcile', () => file.reconcile(0, () => true)],
  [
    'apply',
    () => {
      const handOvers = [{ room: 3, seen: n, effects: [{ ...deposit, n: ++n }] }];
      return file.apply({ raised: [], handOvers, ended: [] });
    },
  ],
];

describe('With a million accounts and trades', () => {
  it.each(calls)('%s is a matter of moments', (name, call) => {
    const times = Array.from({ length: 20 }, () => {
      const startedAt = performance.now();
      call();
      return performance.now() - startedAt;
    }).sort((a, b) => a - b);
    const [median, longest] = [times[10]!, times.at(-1)!];
    process.stdout.write(`${name}: ${median.toFixed(3)} ms, at most ${longest.toFixed(3)} ms\n`);
    expect(median).toBeLessThan(CALL_MS_MAX);
  });

  it('the sums of an older file are right, and other work had its turns during the upgrade', () => {
    process.stdout.write(`longest turn of the upgrade: ${longestTurnMs.toFixed(0)} ms\n`);
    expect(longestTurnMs).toBeLessThan(TURN_MS_MAX);
    const gold = file.totals().items[0]!;
    expect([gold.accounts, gold.rooms]).toEqual([2 * ACCOUNTS + n, 2 * ACCOUNTS + n]);
  });
});
