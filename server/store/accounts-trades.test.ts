// Trades on disk: two accounts swap once or not at all, whatever is asked again.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccountsFile } from './accounts-file.ts';
import type { Swap, TradeParty } from './accounts-trades.ts';
import { type Disk, systemDisk } from './disk.ts';
import { temporaryFolder } from './test-disk.ts';

const ann: TradeParty = { account: 'a', name: 'Ann', gives: { gold: 60 } };
const bob: TradeParty = { account: 'b', name: 'Bob', gives: { trophy: 1 } };

let data: string;
let file: AccountsFile;
beforeEach(() => {
  data = temporaryFolder();
  file = open();
});
afterEach(() => file.close());

function open(disk?: Disk): AccountsFile {
  const opened = new AccountsFile(data, disk);
  const deposit = (n: number, account: string, item: string, amount: number) =>
    ({ n, kind: 'deposit', account, fence: 5, name: account, item, amount }) as const;
  const effects = [deposit(1, 'a', 'gold', 100), deposit(2, 'b', 'trophy', 1)];
  opened.apply({ raised: [], handOvers: [{ room: 1, seen: 0, effects }], ended: [] });
  return opened;
}

const swapOf = (trade: number, more: Partial<Swap> = {}): Swap => ({
  trade,
  at: 1,
  parties: [ann, bob],
  fences: [5, 5],
  ...more,
});

const held = (): unknown => ({
  a: [file.trades.balance('a', 'gold'), file.trades.balance('a', 'trophy')],
  b: [file.trades.balance('b', 'gold'), file.trades.balance('b', 'trophy')],
});
const before = { a: [100, 0], b: [0, 1] };
const after = { a: [40, 1], b: [60, 0] };

describe('A swap', () => {
  it('moves what each gives to the other, once however often it is asked for', async () => {
    const trade = file.trades.begin(0, [ann, bob]);
    expect(file.trades.swap(swapOf(trade))).toBe('done');
    expect(file.trades.swap(swapOf(trade))).toBe('done');
    expect(held()).toEqual(after);
    await file.close();
    file = open();
    expect(file.trades.swap(swapOf(trade))).toBe('done');
    expect(held()).toEqual(after);
  });

  it('shows in what each of the two holds, without what is all gone', () => {
    expect(['a', 'b', 'c'].map((id) => file.holdings(id))).toEqual([
      { gold: 100 },
      { trophy: 1 },
      {},
    ]);
    file.trades.swap(swapOf(file.trades.begin(0, [ann, bob])));
    expect(['a', 'b'].map((id) => file.holdings(id))).toEqual([
      { gold: 40, trophy: 1 },
      { gold: 60 },
    ]);
  });

  it('adds up with what rooms have put in, and gives no place among the leaders', () => {
    file.trades.swap(swapOf(file.trades.begin(0, [ann, bob])));
    expect(file.totals().items).toEqual([
      { item: 'gold', accounts: 100, rooms: 100 },
      { item: 'trophy', accounts: 1, rooms: 1 },
    ]);
    expect(file.leaders('gold', 'b')).toEqual({
      top: [{ name: 'Ann', amount: 100 }],
      own: { place: 0, amount: 0 },
    });
  });

  it.each([
    ['gold', [{ ...ann, gives: { gold: 101 } }, bob]],
    ['trophies', [ann, { ...bob, gives: { trophy: 2 } }]],
    ['anything', [ann, { ...bob, gives: { pearl: 1 } }]],
    [
      'room to count',
      [
        { ...ann, gives: {} },
        { ...bob, gives: { gold: Number.MAX_SAFE_INTEGER } },
      ],
    ],
  ] as [string, [TradeParty, TradeParty]][])(
    'of one who lacks %s changes nothing',
    (_, parties) => {
      const trade = file.trades.begin(0, parties);
      expect(file.trades.swap(swapOf(trade, { parties }))).toBe('NOT_ENOUGH');
      expect(held()).toEqual(before);
    },
  );

  it('of the same item counts both ways', () => {
    const parties = [ann, { ...bob, gives: { gold: 10 } }] as const;
    const trade = file.trades.begin(0, parties);
    expect(file.trades.swap(swapOf(trade, { parties }))).toBe('NOT_ENOUGH');
    expect(held()).toEqual(before);
  });

  it.each([
    [4, 5],
    [5, 4],
  ] as const)('with an account that a newer session has changes nothing: %i, %i', (...fences) => {
    const trade = file.trades.begin(0, [ann, bob]);
    expect(file.trades.swap(swapOf(trade, { fences }))).toBe('PLAYER_GONE');
    expect(held()).toEqual(before);
    expect(file.trades.swap(swapOf(trade))).toBe('done');
  });

  it('is refused to older sessions of both from then on', () => {
    file.trades.swap(swapOf(file.trades.begin(0, [ann, bob]), { fences: [7, 8] }));
    expect([file.fenceOf('a'), file.fenceOf('b')]).toEqual([7, 8]);
    const both = { a: 7, b: 8 };
    expect(file.fencesOf(['a', 'b', 'nobody'])).toEqual(new Map(Object.entries(both)));
  });

  it('of a trade that is over, or that never was, changes nothing', () => {
    const trade = file.trades.begin(0, [ann, bob]);
    file.trades.end({ trade, state: 'TRADE_CANCELLED', at: 1, parties: [ann, bob] });
    expect(file.trades.swap(swapOf(trade))).toBe('OVER');
    expect(file.trades.swap(swapOf(trade + 1))).toBe('OVER');
    expect(held()).toEqual(before);
  });

  it('that the disk does not take changes nothing, and can be asked for again', async () => {
    await file.close();
    let isFull = false;
    const makeFolder = (path: string): void => {
      if (isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      systemDisk.makeFolder(path);
    };
    file = open({ ...systemDisk, makeFolder });
    const trade = file.trades.begin(0, [ann, bob]);
    isFull = true;
    expect(() => file.trades.swap(swapOf(trade))).toThrow('the disk is full');
    isFull = false;
    expect(held()).toEqual(before);
    expect(file.trades.swap(swapOf(trade))).toBe('done');
  });
});

describe('Trades that are written down', () => {
  it('have numbers that are never used again', async () => {
    const trade = file.trades.begin(0, [ann, bob]);
    await file.close();
    file = open();
    file.trades.recover(8 * 24 * 3600 * 1000, 'TRADE_LOST');
    file.trades.forget(16 * 24 * 3600 * 1000, 10);
    expect(file.trades.find(trade)).toBeUndefined();
    expect(file.trades.begin(0, [ann, bob])).toBeGreaterThan(trade);
  });

  it('are over when a process has left them open, and the others are as they were', async () => {
    const [done, open1] = [0, 0].map(() => file.trades.begin(0, [ann, bob])) as [number, number];
    file.trades.swap(swapOf(done));
    await file.close();
    file = open();
    file.trades.recover(9, 'TRADE_LOST');
    expect(file.trades.of('b').map(({ trade, state, at }) => [trade, state, at])).toEqual([
      [open1, 'TRADE_LOST', 9],
      [done, 'done', 1],
    ]);
    expect(file.trades.since(5, 10).map(({ trade }) => trade)).toEqual([open1]);
    expect(file.trades.swap(swapOf(open1))).toBe('OVER');
  });

  it('are listed for both accounts, the last 16 of them that are over', () => {
    for (let i = 0; i < 100; i++) {
      const parties = i % 2 === 0 ? ([ann, bob] as const) : ([bob, ann] as const);
      const trade = file.trades.begin(0, parties);
      file.trades.end({ trade, state: 'TRADE_EXPIRED', at: i, parties });
    }
    file.trades.begin(0, [ann, bob]);
    for (const account of ['a', 'b']) {
      const numbers = file.trades.of(account).map(({ trade }) => trade);
      expect(numbers).toEqual(Array.from({ length: 16 }, (_, i) => 100 - i));
    }
    expect(file.trades.of('c')).toEqual([]);
    expect(file.trades.of('a')[0]!.parties).toEqual([bob, ann]);
  });

  it('are kept for the last 64 that an account has begun', () => {
    for (let i = 0; i < 80; i++) {
      const trade = file.trades.begin(0, [ann, bob]);
      file.trades.end({ trade, state: 'TRADE_EXPIRED', at: 1, parties: [ann, bob] });
    }
    expect(file.trades.find(16)).toBeUndefined();
    expect(file.trades.find(17)).toBeDefined();
  });
});
