// Hands over to the bank what a room does to accounts, and knows when all of it is settled.
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

export class RoomEffects {
  private readonly options: RoomEffectsOptions;
  private readonly bankRoom: BankRoom;
  private settling = Promise.resolve();

  /** @param put takes what came of an effect into the room's next batch. */
  constructor(options: RoomEffectsOptions, put: (input: Input) => void) {
    this.options = options;
    const { id } = options;
    this.bankRoom = { id, settled: (result) => put({ kind: 'settled', ...result }) };
  }

  /** The bank must not know of what a power failure may take back from the room. */
  handOver(effects: readonly OutboxEffect[]): void {
    if (effects.length === 0) return;
    const { state, storage, bank, diskFailed } = this.options;
    const seen = state.effectsSeen;
    const settled = storage.secure().then(
      () => bank.handOver(this.bankRoom, seen, effects),
      (error) => diskFailed(error),
    );
    this.settling = Promise.all([this.settling, settled]).then(() => {});
  }

  /** Fulfilled when every effect that was handed over is settled. */
  settled(): Promise<void> {
    return this.settling;
  }

  /** The room is no more, and nothing of it is left anywhere else. */
  end(): void {
    this.options.bank.end(this.options.id);
  }
}
