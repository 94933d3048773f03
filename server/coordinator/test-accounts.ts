// Accounts and a bank for tests that are not about them: in memory, and settled when asked to.
import type { BankEffect, Settled } from '../store/index.ts';
import { accountOf } from './account.ts';
import type { Bank, BankRoom } from './bank.ts';
import type { SessionsOptions } from './sessions.ts';

export const forgetfulAccounts: SessionsOptions['accounts'] = {
  fence: 0,
  secret: Buffer.from('a secret of a test'),
  /** The account of one key was in use before the server made them all. */
  isKnown: (account) => account === accountOf('k'.repeat(22)),
  reserve() {},
  fencesOf: () => new Map(),
};

type HandedOver = { readonly room: BankRoom; readonly seen: number; readonly done: () => void } & {
  readonly effects: readonly BankEffect[];
};

/** Remembers what it was given, and settles it when the test says so. */
export class FakeBank implements Pick<Bank, 'handOver' | 'end' | 'raise'> {
  readonly given: HandedOver[] = [];
  readonly ended: number[] = [];
  readonly raised: [account: string, fence: number][] = [];

  handOver(room: BankRoom, seen: number, effects: readonly BankEffect[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.given.push({ room, seen, effects, done: resolve });
    return promise;
  }

  end(room: number): void {
    this.ended.push(room);
  }

  raise(account: string, fence: number): void {
    this.raised.push([account, fence]);
  }

  /** Settles all that was given so far. */
  settle(answer: Omit<Settled, 'n'> = { accepted: true, balance: 0 }): void {
    for (const { room, effects, done } of this.given.splice(0)) {
      for (const { n } of effects) room.settled({ n, ...answer });
      done();
    }
  }
}
