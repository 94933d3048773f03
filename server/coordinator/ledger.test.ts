// What a room remembers of a player's commands: the same after it was written down in few words.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asWritten } from '../store/index.ts';
import type { Answer } from './answer.ts';
import { ANSWERS_KEPT, Ledger } from './ledger.ts';

const wall: Answer = { kind: 'rejected', code: 'BLOCKED', text: 'There is a wall.' };
const answer: fc.Arbitrary<Answer | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constant(wall),
  fc
    .constantFrom('A', 'B')
    .chain((code) =>
      fc.constantFrom('one', 'two').map((text) => ({ kind: 'rejected' as const, code, text })),
    ),
  fc.oneof(fc.integer(), fc.string(), fc.constant(null)).map((value) => {
    return { kind: 'result' as const, value };
  }),
);

function filled(answers: readonly (Answer | undefined)[]): Ledger {
  const ledger = new Ledger();
  answers.forEach((one, i) => {
    ledger.apply(i + 1);
    if (one) ledger.keep(i + 1, one);
  });
  return ledger;
}

function allOf(ledger: Ledger, count: number): (Answer | undefined)[] {
  return Array.from({ length: count }, (_, i) => ledger.kept(i + 1));
}

describe('A ledger', () => {
  it('answers after it was written and read as before, and forgets in the same order', () => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 200 }), (answers) => {
        const ledger = filled(answers);
        const restored = new Ledger();
        restored.restore(asWritten(ledger.save()));
        const next = answers.length + 1;
        for (const one of [ledger, restored]) one.apply(next);
        expect(restored.save()).toStrictEqual(ledger.save());
        expect(allOf(restored, next)).toStrictEqual(allOf(ledger, next));
        expect(restored).toStrictEqual(ledger);
        for (const one of [ledger, restored]) one.keep(next, wall);
        expect(allOf(restored, next)).toStrictEqual(allOf(ledger, next));
      }),
    );
  });

  it('writes what was refused for one reason only once', () => {
    const answers = Array.from({ length: ANSWERS_KEPT }, (): Answer => ({ ...wall }));
    const saved = filled(answers).save();
    const seqs = answers.map((_, i) => i + 1);
    const rejected = [['BLOCKED', 'There is a wall.', ...seqs]];
    expect(saved).toStrictEqual({ applied: ANSWERS_KEPT, rejected, results: [] });
  });

  it('takes the list that older snapshots have', () => {
    const ledger = new Ledger();
    ledger.restore({
      applied: 7,
      answers: [
        [3, wall],
        [7, { kind: 'result', value: 5 }],
      ],
    });
    expect([ledger.applied, ledger.kept(3), ledger.kept(4), ledger.kept(7)]).toStrictEqual([
      7,
      wall,
      undefined,
      { kind: 'result', value: 5 },
    ]);
  });
});
