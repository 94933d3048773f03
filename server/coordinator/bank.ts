// The bank at work: collects what rooms do to accounts, writes it down, and tells them what came of it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessMetrics } from '../observe/index.ts';
import type { AccountsFile, BankBatch, BankEffect, Settled } from '../store/index.ts';
import type { AccountsTrouble } from './accounts-trouble.ts';

/** What the bank needs of the accounts. */
export type Accounts = Pick<AccountsFile, 'apply' | 'sync'>;

export interface BankOptions {
  readonly accounts: Accounts;
  readonly trouble: AccountsTrouble;
  readonly metrics: ProcessMetrics<'coordinator'>;
  /** The disk has not taken what was written: nobody knows what it holds. */
  diskFailed(error: unknown): void;
}

/** A room as the bank knows it. */
export interface BankRoom {
  readonly id: number;
  /** What came of an effect; the disk has it. */
  settled(result: Settled): void;
}

interface HandOver {
  readonly room: BankRoom;
  readonly seen: number;
  readonly effects: readonly BankEffect[];
  done(): void;
}

/** How long what the disk has not taken waits to be tried again. */
const RETRY_MS = 200;

/** Bounded by the outboxes of rooms: what is here is in one of them. */
export class Bank {
  private readonly options: BankOptions;
  private handOvers: HandOver[] = [];
  private raised: { account: string; fence: number }[] = [];
  private ended: number[] = [];
  private isAtWork = false;
  private isOpen = true;

  constructor(options: BankOptions) {
    this.options = options;
  }

  /** Effects that wait to be written down. */
  get waiting(): number {
    return this.handOvers.reduce((sum, { effects }) => sum + effects.length, 0);
  }

  /** Applies effects, each at most once however often it is handed over. What the disk does not take
   *  is tried again until it does.
   *  @param seen up to which effect the room has all answers.
   *  @returns when the room has been told of them all; never where the bank closes before. */
  handOver(room: BankRoom, seen: number, effects: readonly BankEffect[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.handOvers.push({ room, seen, effects, done: resolve });
    this.begin();
    return promise;
  }

  /** The account was taken over: what comes with an older fencing number is refused. */
  raise(account: string, fence: number): void {
    this.raised.push({ account, fence });
    this.begin();
  }

  /** The room is no more, and nothing of it is left anywhere else. */
  end(room: number): void {
    this.ended.push(room);
    this.begin();
  }

  /** What was not written down is in the outboxes, for the next process. */
  close(): void {
    this.isOpen = false;
  }

  /** What comes while the disk is at work waits for the next transaction. */
  private begin(): void {
    if (this.isAtWork || !this.isOpen) return;
    this.isAtWork = true;
    setImmediate(() => void this.work());
  }

  private async work(): Promise<void> {
    while (this.isOpen && this.handOvers.length + this.raised.length + this.ended.length > 0) {
      const { handOvers, raised, ended } = this;
      const batch: BankBatch = {
        raised,
        ended,
        handOvers: handOvers.map(({ room, seen, effects }) => ({ room: room.id, seen, effects })),
      };
      const results = this.apply(batch);
      if (!results) {
        await sleep(RETRY_MS);
        continue;
      }
      [this.handOvers, this.raised, this.ended] = [[], [], []];
      try {
        await this.options.accounts.sync();
      } catch (error) {
        this.options.diskFailed(error);
        return;
      }
      handOvers.forEach((handOver, i) => {
        this.tell(handOver, results[i]!);
      });
    }
    this.isAtWork = false;
  }

  private tell({ room, done }: HandOver, results: readonly Settled[]): void {
    const { metrics } = this.options;
    for (const result of results) {
      metrics.count('effectsSettled', 1, { verdict: result.accepted ? 'accepted' : 'refused' });
      if (this.isOpen) room.settled(result);
    }
    if (this.isOpen) done();
  }

  /** @returns undefined where the disk does not take it, or another program has the file locked. */
  private apply(batch: BankBatch): Settled[][] | undefined {
    const { accounts, metrics, trouble } = this.options;
    const startedAt = performance.now();
    try {
      const results = accounts.apply(batch);
      metrics.observe('bankCommitSeconds', (performance.now() - startedAt) / 1000);
      trouble.succeeded();
      return results;
    } catch (error) {
      trouble.failed(error, 'bank');
      return undefined;
    }
  }
}
