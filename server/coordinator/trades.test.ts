// Trades: both players confirm the same offer, and both accounts are locked, or nothing happens.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Goods } from '../../protocol/index.ts';
import { TradeLocks } from './trade-locks.ts';
import {
  ALL_MAX,
  OFFER_MS,
  OWN_MAX,
  type Party,
  type Trade,
  TradeState,
  Trades,
} from './trades.ts';

const party = (session: number): Party => ({
  session,
  name: `player ${session}`,
  account: `account ${session}`,
  fence: session,
});

const gold = (amount: number): Goods => ({ gold: amount });
const pair = (a: number, b: number): [Party, Party] => [party(a), party(b)];
const first = { id: 1, parties: pair(1, 2), gives: [gold(100), { trophy: 1 }] } as const;

/** What has happened, in short. */
const said = (trades: Trades): string[] =>
  trades.take().map(({ kind, trade: { id, state, reason } }) => {
    return [kind, id, kind === 'swap' ? '' : state, reason ?? ''].filter((word) => word).join(' ');
  });

/** A trade that both have confirmed. */
function confirmed(trades: Trades, id: number, a: number, b: number): void {
  trades.offer(0, { id, parties: pair(a, b), gives: first.gives });
  trades.confirm(0, id, a, 1);
  trades.confirm(0, id, b, 1);
}

describe('A trade', () => {
  it('is swapped when both have confirmed, and done when the disk has it', () => {
    const trades = new Trades();
    trades.offer(0, first);
    expect(trades.confirm(0, 1, 2, 1)).toMatchObject({ confirmed: [false, true] });
    expect(said(trades)).toEqual(['changed 1 open', 'changed 1 open']);
    trades.confirm(0, 1, 1, 1);
    expect(said(trades)).toEqual(['swap 1']);
    trades.swapped(1);
    expect(said(trades)).toEqual([]);
    trades.done(1);
    expect(said(trades)).toEqual(['changed 1 done']);
    expect(trades.isIdle).toBe(true);
  });

  it('is not made by one who confirms twice', () => {
    const trades = new Trades();
    trades.offer(0, first);
    trades.confirm(0, 1, 1, 1);
    trades.confirm(0, 1, 1, 1);
    expect(trades.get(1)!.state).toBe(TradeState.Open);
  });

  it('has to be confirmed again by both after a counter-offer, in its version', () => {
    const trades = new Trades();
    trades.offer(0, first);
    trades.confirm(0, 1, 1, 1);
    trades.counter(0, 1, 2, [{ trophy: 1 }, gold(150)]);
    const gives = [gold(150), { trophy: 1 }];
    expect(trades.get(1)).toMatchObject({ version: 2, by: 1, gives, confirmed: [false, false] });
    expect(trades.confirm(0, 1, 1, 1)).toBe('TRADE_CHANGED');
    trades.confirm(0, 1, 2, 2);
    trades.take();
    trades.confirm(0, 1, 1, 2);
    expect(said(trades)).toEqual(['swap 1']);
  });

  it.each([
    ['is cancelled', 'TRADE_CANCELLED', (trades: Trades) => trades.cancel(1, 2)],
    ['is left alone', 'TRADE_EXPIRED', (trades: Trades) => trades.expire(OFFER_MS)],
    ['loses a player', 'PLAYER_GONE', (trades: Trades) => trades.vanish(2)],
  ])('that %s ends, and both are told', (_, reason, act) => {
    const trades = new Trades();
    trades.offer(0, first);
    trades.take();
    act(trades);
    expect(said(trades)).toEqual([`changed 1 ended ${reason}`]);
    expect(trades.isIdle).toBe(true);
  });

  it('lives longer with each word', () => {
    const trades = new Trades();
    trades.offer(0, first);
    trades.counter(OFFER_MS - 1, 1, 1, first.gives);
    trades.expire(OFFER_MS);
    trades.confirm(OFFER_MS + 1, 1, 2, 2);
    trades.expire(2 * OFFER_MS);
    expect(trades.get(1)).toBeDefined();
    trades.expire(2 * OFFER_MS + 1);
    expect(trades.get(1)).toBeUndefined();
  });

  it('cannot be ended by anyone once it is swapped', () => {
    const trades = new Trades();
    confirmed(trades, 1, 1, 2);
    trades.swapped(1);
    expect(trades.cancel(1, 1)).toBe('TRADE_CONFIRMED');
    expect(trades.counter(0, 1, 1, first.gives)).toBe('TRADE_CONFIRMED');
    trades.vanish(1);
    trades.expire(OFFER_MS);
    trades.done(1);
    expect(said(trades).at(-1)).toBe('changed 1 done');
  });

  it('is nobody else’s business', () => {
    const trades = new Trades();
    trades.offer(0, first);
    expect(trades.confirm(0, 1, 3, 1)).toBe('UNKNOWN_TRADE');
    expect(trades.counter(0, 1, 3, first.gives)).toBe('UNKNOWN_TRADE');
    expect(trades.cancel(1, 3)).toBe('UNKNOWN_TRADE');
    expect(trades.of(3)).toEqual([]);
  });

  it('is refused to oneself, twice between the same two, and beyond what is allowed', () => {
    const trades = new Trades();
    expect(trades.refusalToOffer(1, 1)).toBe('TRADE_SELF');
    trades.offer(0, first);
    expect(trades.refusalToOffer(1, 2)).toBe('TRADE_OPEN');
    expect(trades.refusalToOffer(2, 1)).toBe('TRADE_OPEN');
    let id = 1;
    for (let other = 3; other <= OWN_MAX + 1; other++) {
      expect(trades.refusalToOffer(1, other)).toBeUndefined();
      trades.offer(0, { ...first, id: ++id, parties: pair(1, other) });
    }
    expect(trades.refusalToOffer(1, 50)).toBe('TRADES_LIMIT');
    for (let other = 100; other < 100 + ALL_MAX - 1; other++) {
      trades.offer(0, { ...first, id: ++id, parties: pair(other, 2) });
    }
    expect(trades.refusalToOffer(200, 2)).toBe('TRADES_LIMIT');
    trades.vanish(100);
    expect(trades.refusalToOffer(200, 2)).toBeUndefined();
  });
});

describe('Both accounts of a trade', () => {
  it('are its own until it is over; another one of them waits', () => {
    const trades = new Trades();
    confirmed(trades, 1, 1, 2);
    confirmed(trades, 2, 2, 3);
    confirmed(trades, 3, 3, 4);
    trades.take();
    trades.swapped(1);
    expect(trades.get(2)!.state).toBe(TradeState.Locking);
    trades.done(1);
    expect(said(trades)).toEqual(['changed 1 done']);
    trades.fail(3, 'NOT_ENOUGH');
    expect(said(trades)).toEqual(['changed 3 ended NOT_ENOUGH', 'swap 2']);
    trades.swapped(2);
    trades.done(2);
    expect(trades.isIdle).toBe(true);
  });

  it('are not asked for by one that has ended while it waited', () => {
    const trades = new Trades();
    confirmed(trades, 1, 1, 2);
    confirmed(trades, 2, 2, 3);
    trades.take();
    trades.swapped(1);
    trades.vanish(3);
    trades.done(1);
    expect(said(trades)).toEqual(['changed 2 ended PLAYER_GONE', 'changed 1 done']);
    expect(trades.isIdle).toBe(true);
  });

  it('are asked for in one order, so that no circle of trades waits for itself', () => {
    const trade = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), {
      minLength: 2,
      maxLength: 2,
    });
    const step = fc.record({ frees: fc.boolean(), pick: fc.nat() });
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 12 }), fc.array(step), (pairs, steps) => {
        const locks = new TradeLocks();
        const holders = new Set<number>();
        const all = new Set<number>();
        const accountsOf = (id: number) => pairs[id] as [string, string];
        const grant = (ids: readonly number[]) => {
          for (const id of ids) holders.add(id);
          const held = [...holders].flatMap(accountsOf);
          expect(new Set(held).size).toBe(held.length);
        };
        const free = (id: number) => {
          holders.delete(id);
          all.delete(id);
          grant(locks.free(id));
        };
        let asked = 0;
        for (const { frees, pick } of steps) {
          if (frees && all.size > 0) free([...all][pick % all.size]!);
          else if (asked < pairs.length) {
            all.add(asked);
            grant(locks.take(asked, accountsOf(asked)));
            asked++;
          }
          // Somebody can always go on.
          expect(holders.size > 0).toBe(all.size > 0);
        }
        while (all.size > 0) free([...holders][0]!);
        expect(locks.isIdle).toBe(true);
      }),
    );
  });
});

const PLAYERS = 4;
const player = fc.integer({ min: 1, max: PLAYERS });
const goods = fc.dictionary(fc.constantFrom('gold', 'trophy'), fc.integer({ min: 1, max: 6 }));
const act = fc.oneof(
  fc.record({
    do: fc.constant('offer' as const),
    by: player,
    to: player,
    give: goods,
    want: goods,
  }),
  fc.record({
    do: fc.constant('counter' as const),
    by: player,
    pick: fc.nat(),
    give: goods,
    want: goods,
  }),
  fc.record({ do: fc.constant('confirm' as const), by: player, pick: fc.nat(), old: fc.boolean() }),
  fc.record({
    do: fc.constant('confirm' as const),
    by: player,
    pick: fc.nat(),
    old: fc.constant(false),
  }),
  fc.record({ do: fc.constant('cancel' as const), by: player, pick: fc.nat() }),
  fc.record({ do: fc.constant('vanish' as const), by: player }),
  fc.record({
    do: fc.constant('wait' as const),
    by: player,
    ms: fc.integer({ min: 1, max: OFFER_MS }),
  }),
  fc.record({ do: fc.constant('disk' as const), by: player }),
);
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

/** Accounts as plain numbers, and who has confirmed what, beside the trades. */
class Model {
  readonly trades = new Trades();
  readonly held = Array.from(
    { length: PLAYERS + 1 },
    () =>
      new Map([
        ['gold', 10],
        ['trophy', 4],
      ]),
  );
  hadWaiting = false;
  private readonly seen = new Map<number, Map<number, string>>();
  private readonly onDisk = new Set<number>();
  private now = 0;
  private lastId = 0;

  /** Whether a trade that both have confirmed waits for an account. */
  get isWaiting(): boolean {
    const all = this.held.flatMap((_, session) => this.trades.of(session));
    return all.some(({ state }) => state === TradeState.Locking);
  }

  run(what: Act): void {
    const { trades, now } = this;
    const own = trades.of(what.by);
    const trade = 'pick' in what && own.length > 0 ? own[what.pick % own.length]! : undefined;
    switch (what.do) {
      case 'offer':
        if (trades.refusalToOffer(what.by, what.to)) break;
        trades.offer(now, {
          id: ++this.lastId,
          parties: pair(what.by, what.to),
          gives: [what.give, what.want],
        });
        break;
      case 'counter':
        if (trade) trades.counter(now, trade.id, what.by, [what.give, what.want]);
        break;
      case 'confirm':
        if (trade) this.confirm(trade, what.by, what.old ? trade.version - 1 : trade.version);
        break;
      case 'cancel':
        if (trade) trades.cancel(trade.id, what.by);
        break;
      case 'vanish':
        trades.vanish(what.by);
        break;
      case 'wait':
        this.now += what.ms;
        trades.expire(this.now);
        break;
      case 'disk':
        for (const id of [...this.onDisk]) {
          this.onDisk.delete(id);
          trades.done(id);
          this.settle();
        }
        break;
      default:
        what satisfies never;
    }
    this.settle();
  }

  private confirm({ id, gives }: Trade, by: number, version: number): void {
    const said = this.trades.confirm(this.now, id, by, version);
    if (typeof said === 'string') return;
    const seen = this.seen.get(id) ?? new Map();
    this.seen.set(id, seen.set(by, JSON.stringify([version, gives])));
  }

  private settle(): void {
    const due = this.trades.take();
    for (const { kind, trade } of due) if (kind === 'swap') this.swap(trade);
    if (due.some(({ kind }) => kind === 'swap')) this.settle();
  }

  private swap({ id, version, parties, gives }: Trade): void {
    const agreed = JSON.stringify([version, gives]);
    for (const { session } of parties) expect(this.seen.get(id)?.get(session)).toBe(agreed);
    const [a, b] = parties.map(({ session }) => this.held[session]!) as [
      Map<string, number>,
      Map<string, number>,
    ];
    const has = (held: Map<string, number>, needs: Goods) =>
      Object.entries(needs).every(([item, amount]) => held.get(item)! >= amount);
    if (!has(a, gives[0]) || !has(b, gives[1])) {
      this.trades.fail(id, 'NOT_ENOUGH');
      return;
    }
    const move = (from: typeof a, to: typeof a, what: Goods) => {
      for (const [item, amount] of Object.entries(what)) {
        from.set(item, from.get(item)! - amount);
        to.set(item, to.get(item)! + amount);
      }
    };
    move(a, b, gives[0]);
    move(b, a, gives[1]);
    this.trades.swapped(id);
    this.onDisk.add(id);
  }
}

describe('Whatever players do, and whenever they vanish', () => {
  it('only what both have confirmed is swapped, sums stay, and no account stays locked', () => {
    let swaps = 0;
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60, size: 'max' }), (acts) => {
        const model = new Model();
        for (const what of acts) {
          const before = JSON.stringify(model.held.map((held) => [...held]));
          model.hadWaiting = model.isWaiting;
          model.run(what);
          const after = model.held.map((held) => [...held]);
          // Whoever vanishes, or does anything but confirm, only lets those be made that wait.
          const mayMove = what.do === 'confirm' || what.do === 'disk' || model.hadWaiting;
          if (!mayMove) expect(JSON.stringify(after)).toBe(before);
          if (JSON.stringify(after) !== before) swaps++;
          for (const item of ['gold', 'trophy']) {
            const amounts = model.held.map((held) => held.get(item)!);
            expect(Math.min(...amounts)).toBeGreaterThanOrEqual(0);
            const one = item === 'gold' ? 10 : 4;
            expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(one * (PLAYERS + 1));
          }
        }
        model.run({ do: 'disk', by: 1 });
        model.run({ do: 'wait', by: 1, ms: OFFER_MS });
        model.run({ do: 'disk', by: 1 });
        model.run({ do: 'wait', by: 1, ms: OFFER_MS });
        expect(model.trades.isIdle).toBe(true);
      }),
      { numRuns: 400 },
    );
    // Else nothing was shown.
    expect(swaps).toBeGreaterThan(0);
  });
});
