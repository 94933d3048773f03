// What a room does to accounts: part of its state, kept from the tick that did it until it is settled.
import { type Bank, type Effect, nearName, type Player, shown } from '../games/index.ts';
import type { BankEffect } from '../store/index.ts';
import type { PlayerRecord } from './player-record.ts';
import type { Undoable, UndoLog } from './undo-log.ts';

/** An effect as the game knows it, and as the bank does. */
export type OutboxEffect = Effect & BankEffect;

export interface SavedOutbox {
  /** The number of the last effect. */
  readonly last: number;
  /** Those that are not settled. */
  readonly effects: readonly OutboxEffect[];
}

/** A room whose effects are not settled must not go on making more. */
const UNDER_WAY_MAX = 10_000;

export class Outbox implements Bank, Undoable {
  private readonly undoLog: UndoLog;
  private readonly items: ReadonlySet<string>;
  private readonly effects = new Map<number, OutboxEffect>();
  private last = 0;
  private fresh: OutboxEffect[] = [];

  /** @param items that the game may name. */
  constructor(items: readonly string[], undoLog: UndoLog) {
    this.undoLog = undoLog;
    this.items = new Set(items);
  }

  get underWay(): Iterable<OutboxEffect> {
    return this.effects.values();
  }

  get isFull(): boolean {
    return this.effects.size >= UNDER_WAY_MAX;
  }

  /** The room has the answers to all effects up to this one. */
  get seen(): number {
    for (const n of this.effects.keys()) return n - 1;
    return this.last;
  }

  deposit(player: Player, item: string, amount: number): number {
    return this.add('deposit', player, item, amount);
  }

  withdraw(player: Player, item: string, amount: number): number {
    return this.add('withdraw', player, item, amount);
  }

  balance(player: Player, item: string): number {
    return this.add('balance', player, item, 0);
  }

  /** Those that were added since the last call. */
  takeFresh(): readonly OutboxEffect[] {
    if (this.fresh.length === 0) return NONE;
    const { fresh } = this;
    this.fresh = [];
    return fresh;
  }

  /** @returns undefined where it has been settled before. */
  settle(n: number): OutboxEffect | undefined {
    const effect = this.effects.get(n);
    this.effects.delete(n);
    return effect;
  }

  /** @returns undefined for a room that has never had an effect: it is saved as one of before. */
  save(): SavedOutbox | undefined {
    const { last, effects } = this;
    return last === 0 ? undefined : { last, effects: [...effects.values()] };
  }

  restore({ last, effects }: SavedOutbox): void {
    this.last = last;
    for (const effect of effects) this.effects.set(effect.n, effect);
  }

  private add(kind: Effect['kind'], player: Player, item: string, amount: number): number {
    if (!this.items.has(item)) throw new RangeError(this.noItem(item));
    if (!Number.isSafeInteger(amount) || amount < 0) {
      throw new RangeError(`an amount is a whole number from 0, but got ${shown(amount)}`);
    }
    if (this.isFull) throw new RangeError(`${UNDER_WAY_MAX} effects of the room are under way`);
    const { id, name, account, fence } = player as PlayerRecord;
    const n = this.last + 1;
    const effect = { n, kind, player: id, account, fence, name, item, amount };
    if (this.undoLog.isOpen) this.undoLog.note(this, effect, n, undefined, 0);
    this.last = n;
    this.effects.set(n, effect);
    this.fresh.push(effect);
    return n;
  }

  private noItem(item: unknown): string {
    const items = [...this.items];
    const near = typeof item === 'string' ? nearName(item, items) : undefined;
    const declared = items.length === 0 ? 'it has no items' : `its items are ${items.join(', ')}`;
    const hint = near === undefined ? declared : `did you mean ${near}?`;
    return `the game has no item ${shown(item)}: ${hint}`;
  }

  undo(_effect: unknown, n: number): void {
    this.effects.delete(n);
    this.fresh.pop();
    this.last = n - 1;
  }

  describe(effect: unknown): string {
    const { kind, amount, item } = effect as OutboxEffect;
    return `bank ${kind} ${amount} ${item}`;
  }
}

const NONE: readonly OutboxEffect[] = [];
