// Effects of rooms on accounts: each is applied at most once, and its result is kept until the room has it.
import type { DatabaseSync } from 'node:sqlite';

/** What a room does to an account. `amount` is a whole number from 0. */
export interface BankEffect {
  /** Counts the effects of the room, from 1. */
  readonly n: number;
  /** `balance` only asks. */
  readonly kind: 'deposit' | 'withdraw' | 'balance';
  /** The account's id; '' is refused. */
  readonly account: string;
  /** The number with which the account's lock was granted to who does it. */
  readonly fence: number;
  /** The player's name, for the leaderboard. */
  readonly name: string;
  readonly item: string;
  readonly amount: number;
}

/** The outcome of an effect. */
export interface Settled {
  readonly n: number;
  readonly accepted: boolean;
  /** What the account holds of the item after it. */
  readonly balance: number;
}

/** All that is done in one transaction. */
export interface BankBatch {
  /** Accounts that were taken over: older fencing numbers are refused from now on. */
  readonly raised: readonly { readonly account: string; readonly fence: number }[];
  /** `seen`: up to which number the room has all answers. */
  readonly handOvers: readonly {
    readonly room: number;
    readonly seen: number;
    readonly effects: readonly BankEffect[];
  }[];
  /** Rooms that no longer exist, so their answers are not needed. */
  readonly ended: readonly number[];
}

/** The caller brackets `apply` with a transaction. */
export class AccountsEffects {
  private readonly sql: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync) {
    this.sql = prepare(db);
  }

  /** Whether the batch only asks, so that it needs no transaction. */
  asksOnly({ raised, handOvers, ended }: BankBatch): boolean {
    const isQuestion = (effect: BankEffect): boolean => effect.kind === 'balance';
    const hasChange = raised.length + ended.length > 0;
    return !hasChange && handOvers.every(({ effects }) => effects.every(isQuestion));
  }

  /** The results of a batch that only asks. */
  answers({ handOvers }: BankBatch): Settled[][] {
    return handOvers.map(({ effects }) => effects.map((effect) => this.answer(effect)));
  }

  apply({ raised, handOvers, ended }: BankBatch): Settled[][] {
    for (const { account, fence } of raised) this.sql.raise.run(account, fence);
    const all = handOvers.map(({ room, seen, effects }) => {
      const from = this.see(room, seen);
      return effects.map((effect) => this.settle(room, from, effect));
    });
    for (const room of ended) this.forget(room);
    return all;
  }

  /** The newest fencing number with which the account was used or taken over; 0 for none. */
  fenceOf(account: string): number {
    return (this.sql.holder.get(account)?.fence as number | undefined) ?? 0;
  }

  /** Whether the account was ever used to deposit, to trade, or taken over. */
  isKnown(account: string): boolean {
    return this.sql.holder.get(account) !== undefined;
  }

  /** As `fenceOf`, of many: those that have none are left out. */
  fencesOf(accounts: readonly string[]): ReadonlyMap<string, number> {
    const rows = this.sql.holders.all(JSON.stringify(accounts));
    return new Map(rows.map(({ account, fence }) => [account as string, fence as number]));
  }

  /** The lowest room above `after` that has rows here; undefined: there is none. */
  roomAfter(after: number): number | undefined {
    const { room } = this.sql.roomAfter.get(after, after, after)!;
    return (room as number | null) ?? undefined;
  }

  /** Deletes at most `max` of the results that are kept for the room.
   *  @returns whether that were all. */
  forgetResults(room: number, max: number): boolean {
    return this.sql.dropSome.run(room, room, max).changes < max;
  }

  /** The highest room that ever had rows here. */
  get lastRoom(): number {
    return (this.sql.lastRoom.get()!.room as number | null) ?? 0;
  }

  /** @returns up to where the answers to the room's effects are kept no more. */
  private see(room: number, seen: number): number {
    const { sql } = this;
    const before = (sql.seen.get(room)?.n as number | undefined) ?? 0;
    if (seen <= before) return before;
    sql.see.run(room, seen);
    sql.unkeep.run(room, seen);
    return seen;
  }

  private settle(room: number, seen: number, effect: BankEffect): Settled {
    const { n } = effect;
    if (effect.kind === 'balance') return this.answer(effect);
    const kept = this.sql.kept.get(room, n);
    if (kept) return { n, accepted: kept.accepted === 1, balance: kept.balance as number };
    // The room has had the answer, so this one is not needed.
    if (n <= seen) return { ...this.answer(effect), accepted: false };
    const before = this.balanceOf(effect);
    const after = before + (effect.kind === 'deposit' ? effect.amount : -effect.amount);
    const accepted = this.isAllowed(effect, after);
    if (accepted) this.write(room, effect, after - before);
    const balance = accepted ? after : before;
    this.sql.keep.run(room, n, Number(accepted), balance);
    return { n, accepted, balance };
  }

  private answer(effect: BankEffect): Settled {
    return { n: effect.n, accepted: true, balance: this.balanceOf(effect) };
  }

  private balanceOf({ account, item }: BankEffect): number {
    return (this.sql.balance.get(account, item)?.balance as number | undefined) ?? 0;
  }

  private isAllowed({ account, fence, item, amount }: BankEffect, after: number): boolean {
    if (account === '' || after < 0 || !Number.isSafeInteger(after)) return false;
    const deposited = (this.sql.balance.get(account, item)?.deposited as number | undefined) ?? 0;
    return Number.isSafeInteger(deposited + amount) && fence >= this.fenceOf(account);
  }

  private write(room: number, effect: BankEffect, change: number): void {
    const { account, name, fence, item, amount } = effect;
    if (change === 0) return;
    const { sql } = this;
    const holder = sql.holder.get(account);
    if (holder?.fence !== fence || holder.name !== name) sql.hold.run(account, name, fence);
    if (change > 0) sql.deposit.run(account, item, amount, amount);
    else sql.withdraw.run(amount, account, item);
    sql.net.run(room, item, change);
  }

  /** The room is no more: what it has put in counts as that of room 0. */
  forget(room: number): void {
    const { sql } = this;
    sql.noteRoom.run(room);
    sql.endNets.run(room);
    for (const one of [sql.dropNets, sql.dropSettled, sql.dropSeen]) one.run(room);
  }
}

function prepare(db: DatabaseSync) {
  return {
    lastRoom: db.prepare(
      'SELECT max(room) AS room FROM (SELECT max(room) AS room FROM nets ' +
        'UNION ALL SELECT max(room) FROM seen UNION ALL SELECT max(room) FROM settled ' +
        'UNION ALL SELECT last_room FROM server)',
    ),
    roomAfter: db.prepare(
      'SELECT min(room) AS room FROM (SELECT min(room) AS room FROM nets WHERE room > ? ' +
        'UNION ALL SELECT min(room) FROM seen WHERE room > ? ' +
        'UNION ALL SELECT min(room) FROM settled WHERE room > ?)',
    ),
    dropSome: db.prepare(
      'DELETE FROM settled WHERE room = ? AND n IN ' +
        '(SELECT n FROM settled WHERE room = ? ORDER BY n LIMIT ?)',
    ),
    noteRoom: db.prepare('UPDATE server SET last_room = max(last_room, ?)'),
    holder: db.prepare('SELECT name, fence FROM holders WHERE account = ?'),
    holders: db.prepare(
      'SELECT account, fence FROM holders WHERE account IN (SELECT value FROM json_each(?))',
    ),
    hold: db.prepare('INSERT OR REPLACE INTO holders VALUES (?, ?, ?)'),
    raise: db.prepare(
      "INSERT INTO holders VALUES (?, '', ?) " +
        'ON CONFLICT DO UPDATE SET fence = max(fence, excluded.fence)',
    ),
    balance: db.prepare('SELECT balance, deposited FROM balances WHERE account = ? AND item = ?'),
    deposit: db.prepare(
      'INSERT INTO balances VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE ' +
        'SET balance = balance + excluded.balance, deposited = deposited + excluded.deposited',
    ),
    withdraw: db.prepare(
      'UPDATE balances SET balance = balance - ? WHERE account = ? AND item = ?',
    ),
    net: db.prepare(
      'INSERT INTO nets VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET net = net + excluded.net',
    ),
    kept: db.prepare('SELECT accepted, balance FROM settled WHERE room = ? AND n = ?'),
    keep: db.prepare('INSERT INTO settled VALUES (?, ?, ?, ?)'),
    unkeep: db.prepare('DELETE FROM settled WHERE room = ? AND n <= ?'),
    seen: db.prepare('SELECT n FROM seen WHERE room = ?'),
    see: db.prepare('INSERT OR REPLACE INTO seen VALUES (?, ?)'),
    endNets: db.prepare(
      'INSERT INTO nets SELECT 0, item, net FROM nets WHERE room = ? ' +
        'ON CONFLICT DO UPDATE SET net = net + excluded.net',
    ),
    dropNets: db.prepare('DELETE FROM nets WHERE room = ?'),
    dropSettled: db.prepare('DELETE FROM settled WHERE room = ?'),
    dropSeen: db.prepare('DELETE FROM seen WHERE room = ?'),
  };
}
