// Which commands of one player a room has applied, and the answers it keeps for those sent again.

import { type Answer, result } from './answer.ts';

/** Answers kept for each player of a room. */
export const ANSWERS_KEPT = 64;

/** In few words: it is most of a snapshot where players have done much. */
export interface SavedLedger {
  readonly applied: number;
  readonly rejected: readonly RejectedAlike[];
  /** Of calls: number and value, in turn. */
  readonly results: readonly unknown[];
}

/** What was refused for one reason: most of what a player is refused is. */
type RejectedAlike = readonly [code: string, text: string, ...seqs: number[]];

/** As sessions keep it, and as rooms did before. */
export interface ListedLedger {
  readonly applied: number;
  /** The oldest first. */
  readonly answers: readonly (readonly [seq: number, answer: Answer])[];
}

export class Ledger {
  /** The last sequence number applied. */
  applied = 0;
  /** The oldest first; `answers` has what belongs to each. */
  private seqs: number[] = [];
  private answers: Answer[] = [];
  /** As it was restored, until an answer is kept or asked for: everybody waits while a room comes back,
   *  and few ask again. */
  private unread: SavedLedger | ListedLedger | undefined;

  apply(seq: number): void {
    this.applied = seq;
  }

  keep(seq: number, answer: Answer): void {
    this.read();
    this.seqs.push(seq);
    this.answers.push(answer);
    if (this.seqs.length <= ANSWERS_KEPT) return;
    this.seqs.shift();
    this.answers.shift();
  }

  kept(seq: number): Answer | undefined {
    this.read();
    return this.answers[this.seqs.lastIndexOf(seq)];
  }

  save(): SavedLedger {
    if (this.unread && 'rejected' in this.unread) return { ...this.unread, applied: this.applied };
    this.read();
    const rejected: [code: string, text: string, ...seqs: number[]][] = [];
    const results: unknown[] = [];
    for (let i = 0; i < this.seqs.length; i++) {
      const seq = this.seqs[i]!;
      const answer = this.answers[i]!;
      if (answer.kind === 'result') {
        results.push(seq, answer.value);
        continue;
      }
      const { code, text } = answer;
      const alike = rejected.find((one) => one[1] === text && one[0] === code);
      if (alike) alike.push(seq);
      else rejected.push([code, text, seq]);
    }
    return { applied: this.applied, rejected, results };
  }

  restore(saved: SavedLedger | ListedLedger): void {
    this.applied = saved.applied;
    this.unread = saved;
  }

  private read(): void {
    const { unread } = this;
    if (!unread) return;
    this.unread = undefined;
    const answers = 'answers' in unread ? unread.answers : listed(unread);
    this.seqs = answers.map(([seq]) => seq);
    this.answers = answers.map(([, answer]) => answer);
  }
}

function listed({ rejected, results }: SavedLedger): [seq: number, answer: Answer][] {
  const answers: [number, Answer][] = [];
  for (const [code, text, ...seqs] of rejected) {
    const answer: Answer = { kind: 'rejected', code, text };
    for (const seq of seqs) answers.push([seq, answer]);
  }
  for (let i = 0; i < results.length; i += 2) {
    answers.push([results[i] as number, result(results[i + 1])]);
  }
  return answers.sort(([a], [b]) => a - b);
}
