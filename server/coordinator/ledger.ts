// Which commands of one player a room has applied, and the answers it keeps for those sent again.

import type { Answer } from './answer.ts';

/** Answers kept for each player of a room. */
export const ANSWERS_KEPT = 64;

export interface SavedLedger {
  readonly applied: number;
  /** The oldest first. */
  readonly answers: readonly (readonly [seq: number, answer: Answer])[];
}

export class Ledger {
  /** The last sequence number applied. */
  applied = 0;
  private readonly answers = new Map<number, Answer>();

  apply(seq: number): void {
    this.applied = seq;
  }

  keep(seq: number, answer: Answer): void {
    this.answers.set(seq, answer);
    if (this.answers.size <= ANSWERS_KEPT) return;
    const [oldest] = this.answers.keys();
    this.answers.delete(oldest!);
  }

  kept(seq: number): Answer | undefined {
    return this.answers.get(seq);
  }

  save(): SavedLedger {
    return { applied: this.applied, answers: [...this.answers] };
  }

  restore({ applied, answers }: SavedLedger): void {
    this.applied = applied;
    this.answers.clear();
    for (const [seq, answer] of answers) this.answers.set(seq, answer);
  }
}
