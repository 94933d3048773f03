// Hands over to the bank what a room does to accounts, and knows when all of it is settled.
import { performance } from 'node:perf_hooks';
import type { Bank, BankRoom } from './bank.ts';
import type { OutboxEffect } from './outbox.ts';
import type { Input, RoomState } from './room-state.ts';
import type { RoomStorage } from './storage.ts';

export interface RoomEffectsOptions {
  readonly id: number;
  readonly state: RoomState;
  readonly storage: RoomStorage;
  readonly bank: Pick<Bank, 'handOver' | 'end'>;
  /** The disk has not taken what was written: nobody knows what it holds. */
  diskFailed(error: unknown): void;
}

/** Where a room has effects all the time it hands them over so often: each time takes two syncs of the
 *  disk, which at every tick of 1,000 players were a tenth of the coordinator's time. */
const APART_MS = 200;

export class RoomEffects {
  private readonly options: RoomEffectsOptions;
  private readonly bankRoom: BankRoom;
  private waiting: OutboxEffect[] = [];
  private timer: NodeJS.Timeout | undefined;
  private handedOverAt = Number.NEGATIVE_INFINITY;
  private settling = Promise.resolve();

  /** @param put takes what came of an effect into the room's next batch. */
  constructor(options: RoomEffectsOptions, put: (input: Input) => void) {
    this.options = options;
    const { id } = options;
    this.bankRoom = { id, settled: (result) => put({ kind: 'settled', ...result }) };
  }

  /** At once, or a moment after the last. */
  handOver(effects: readonly OutboxEffect[]): void {
    if (effects.length === 0) return;
    this.waiting.push(...effects);
    const waitMs = this.handedOverAt + APART_MS - performance.now();
    if (waitMs <= 0) this.handOverNow();
    else this.timer ??= setTimeout(this.handOverNow, waitMs);
  }

  /** What waits is the next process' to hand over, unless `settled` is called. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** The bank must not know of what a power failure may take back from the room. */
  private readonly handOverNow = (): void => {
    this.stop();
    if (this.waiting.length === 0) return;
    const effects = this.waiting;
    this.waiting = [];
    this.handedOverAt = performance.now();
    const { state, storage, bank, diskFailed } = this.options;
    const seen = state.effectsSeen;
    const settled = storage.secure().then(
      () => bank.handOver(this.bankRoom, seen, effects),
      (error) => diskFailed(error),
    );
    this.settling = Promise.all([this.settling, settled]).then(() => {});
  };

  /** Hands over what waits. Fulfilled when all is settled. */
  settled(): Promise<void> {
    this.handOverNow();
    return this.settling;
  }

  /** The room is no more, and nothing of it is left anywhere else. */
  end(): void {
    this.options.bank.end(this.options.id);
  }
}
