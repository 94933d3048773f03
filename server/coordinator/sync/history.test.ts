// Histories: what the checker accepts and rejects, and that the state's own are accepted.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Request } from './index.ts';
import { type Asked, Group, WAITS } from './test-group.ts';
import { type Operation, refutation, type Sequential } from './test-history.ts';
import {
  type LockInput,
  type LockOutput,
  type QueueInput,
  type QueueOutput,
  sequentialLock,
  sequentialQueue,
  sequentialValue,
  type ValueInput,
  type ValueOutput,
} from './test-sequential.ts';

/** A row: who, what, the output, when it was called and when it returned. */
type Row<I, O> = readonly [string, I, O | undefined, number, number];
function accepts<S, I, O>(object: Sequential<S, I, O>, rows: readonly Row<I, O>[]): boolean {
  const history = rows.map(([client, input, output, called, returned]) => {
    return { client, input, output, called, returned };
  });
  return refutation(object, history) === undefined;
}

describe('Of a lock, the checker', () => {
  const lock = (...rows: Row<LockInput, LockOutput>[]) => accepts(sequentialLock, rows);

  it('accepts one holder after another', () => {
    expect(
      lock(
        ['ada', 'acquire', 1, 0, 1],
        ['bob', 'acquire', 2, 0, 5],
        ['ada', 'release', 'done', 2, 6],
        ['cat', 'acquire', 'TIMEOUT', 0, 9],
      ),
    ).toBe(true);
  });

  it('rejects two holders at a time', () => {
    expect(lock(['ada', 'acquire', 1, 0, 1], ['bob', 'acquire', 2, 0, 5])).toBe(false);
    expect(
      lock(
        ['ada', 'acquire', 1, 0, 1],
        ['bob', 'acquire', 2, 0, 3],
        ['ada', 'release', 'done', 4, 5],
      ),
    ).toBe(false);
  });

  it('rejects fencing numbers that fall or come again', () => {
    for (const fence of [4, 5]) {
      expect(
        lock(
          ['ada', 'acquire', 5, 0, 1],
          ['ada', 'release', 'done', 2, 3],
          ['bob', 'acquire', fence, 4, 5],
        ),
      ).toBe(false);
    }
  });

  it('accepts that a dead holder’s lock is free, not before its death', () => {
    const after = ['bob', 'acquire', 2, 0, 5] as const;
    expect(lock(['ada', 'acquire', 1, 0, 1], ['ada', 'gone', 'done', 3, 9], after)).toBe(true);
    expect(lock(['ada', 'acquire', 1, 0, 1], ['ada', 'gone', 'done', 6, 9], after)).toBe(false);
  });

  it('accepts that who died may have got it without having heard', () => {
    const bob = ['bob', 'acquire', 'TIMEOUT', 5, 6] as const;
    expect(lock(['ada', 'acquire', undefined, 0, 0], bob)).toBe(true);
    expect(lock(['ada', 'release', 'NOT_OWNER', 0, 1], bob)).toBe(true);
    expect(lock(['ada', 'release', 'done', 0, 1], bob)).toBe(false);
  });
});

describe('Of a value, the checker', () => {
  const value = (...rows: Row<ValueInput, ValueOutput>[]) => accepts(sequentialValue, rows);
  const write = { op: 'write', value: 7 } as const;
  const read = { op: 'read' } as const;
  const add = { op: 'add', amount: 1 } as const;

  it('accepts either of what overlaps, and rejects to go back', () => {
    const seen = (first: number, second: number) =>
      value(
        ['ada', write, { value: 7 }, 0, 9],
        ['bob', read, { value: first }, 1, 2],
        ['bob', read, { value: second }, 3, 4],
      );
    expect([seen(0, 0), seen(0, 7), seen(7, 7)]).toEqual([true, true, true]);
    expect([seen(7, 0), seen(3, 3)]).toEqual([false, false]);
  });

  it('rejects a read of what was before a write that had returned', () => {
    expect(value(['ada', write, { value: 7 }, 0, 1], ['bob', read, { value: 0 }, 2, 3])).toBe(
      false,
    );
  });

  it('rejects additions that are lost', () => {
    const adds = (a: number, b: number) =>
      value(['ada', add, { value: a }, 0, 5], ['bob', add, { value: b }, 0, 5]);
    expect([adds(1, 2), adds(2, 1), adds(1, 1)]).toEqual([true, true, false]);
  });

  it('rejects two who set what only one could find', () => {
    const set = { op: 'compareAndSet', expected: 0, value: 4 } as const;
    const both = (second: boolean) =>
      value(
        ['ada', set, { value: 4, set: true }, 0, 5],
        ['bob', set, { value: 4, set: second }, 0, 5],
      );
    expect([both(false), both(true)]).toEqual([true, false]);
  });

  it('accepts a write whose writer died, early, late or never', () => {
    const rows = (second: number) =>
      value(['ada', write, undefined, 0, 0], ['bob', read, { value: second }, 8, 9]);
    expect([rows(0), rows(7), rows(5)]).toEqual([true, true, false]);
  });
});

describe('Of a queue, the checker', () => {
  const queue = (...rows: Row<QueueInput, QueueOutput>[]) => accepts(sequentialQueue(2), rows);
  const put = (value: number, at: number) =>
    ['ada', { op: 'put', value }, 'done', at, at + 1] as const;
  const get = (output: QueueOutput, at: number, client = 'bob') =>
    [client, { op: 'get' }, output, at, at + 1] as const;

  it('accepts the order of the puts, and rejects another', () => {
    expect(queue(put(1, 0), put(2, 2), get(1, 4), get(2, 6))).toBe(true);
    expect(queue(put(1, 0), put(2, 2), get(2, 4), get(1, 6))).toBe(false);
    expect(queue(put(1, 0), put(2, 1), get(2, 4), get(1, 6))).toBe(true);
  });

  it('rejects lost, doubled and invented items', () => {
    expect(queue(put(1, 0), get('EMPTY', 4))).toBe(false);
    expect(queue(put(1, 0), get(1, 2), get(1, 4))).toBe(false);
    expect(queue(get(1, 2))).toBe(false);
  });

  it('rejects a bound that is not kept, and one that is where it is not', () => {
    expect(queue(put(1, 0), put(2, 2), put(3, 4))).toBe(false);
    expect(queue(put(1, 0), ['ada', { op: 'put', value: 2 }, 'FULL', 4, 5])).toBe(false);
  });

  it('accepts that an unconfirmed item of the dead comes again, but no confirmed one', () => {
    const gone = ['bob', { op: 'gone' }, 'done', 6, 7] as const;
    const confirm = ['bob', { op: 'confirm', value: 1 }, 'done', 4, 5] as const;
    expect(queue(put(1, 0), get(1, 2), gone, get(1, 8, 'cat'))).toBe(true);
    expect(queue(put(1, 0), get(1, 2), confirm, gone, get(1, 8, 'cat'))).toBe(false);
    expect(queue(put(1, 0), put(2, 2), get(1, 4), gone, get(2, 8, 'cat'))).toBe(false);
  });
});

describe('Histories of the state', () => {
  const step = fc.record({
    owner: fc.constantFrom('ada', 'bob', 'cat', 'dan'),
    pick: fc.nat({ max: 99 }),
    dies: fc.integer({ min: 0, max: 30 }).map((n) => n === 0),
    hears: fc.boolean(),
  });
  const steps = fc.array(step, { maxLength: 60, size: 'max' });

  it('are linearizable for a lock, while owners die', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const seen = record<LockInput, LockOutput>({ kind: 'lock' }, given, (pick) => {
          if (pick % 2) return { input: 'release', kind: 'release', fields: {} };
          return { input: 'acquire', kind: 'acquire', fields: { timeoutMs: pick % 4 ? 4 : null } };
        });
        const told = seen.filter(({ output }) => (output as string) !== 'DEADLOCK');
        expect(refutation(sequentialLock, told)).toBe(undefined);
      }),
    );
  });

  it('are linearizable for a value, while owners die', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const seen = record<ValueInput, ValueOutput>(
          { kind: 'value', initial: 0 },
          given,
          (pick) => {
            const fields = { value: pick, amount: pick, expected: 0 };
            const op = (['read', 'write', 'add', 'compareAndSet'] as const)[pick % 4]!;
            return { input: { op, ...fields }, kind: op, fields };
          },
        );
        const told = seen.filter(({ input }) => (input as unknown) !== 'gone');
        expect(refutation(sequentialValue, told)).toBe(undefined);
      }),
    );
  });

  it('are linearizable for a queue, while owners die', () => {
    let value = 0;
    fc.assert(
      fc.property(steps, (given) => {
        const seen = record<QueueInput, QueueOutput>(
          { kind: 'queue', maxSize: 2 },
          given,
          (pick) => {
            value++;
            const timed = { timeoutMs: 0, auto: false };
            if (pick % 2) return { input: { op: 'get' }, kind: 'get', fields: timed };
            return { input: { op: 'put', value }, kind: 'put', fields: { ...timed, value } };
          },
        );
        const told = seen.map((one) =>
          (one.input as unknown) === 'gone' ? { ...one, input: { op: 'gone' } as const } : one,
        );
        expect(refutation(sequentialQueue(2), told)).toBe(undefined);
      }),
    );
  });
});

/** What owners see who do as they are told, and hear of it later. */
function record<I, O>(
  spec: Parameters<Group['open']>[1],
  steps: readonly { owner: string; pick: number; dies: boolean; hears: boolean }[],
  doing: (pick: number) => { input: I; kind: Request['kind']; fields: object },
): Operation<I, O>[] {
  const group = new Group(['ada', 'bob', 'cat', 'dan']);
  group.open('x', spec);
  const under = new Map<string, { asked: Asked; input: I; called: number }>();
  const seen: Operation<I, O>[] = [];
  const end = (owner: string, returned: number) => {
    const one = under.get(owner);
    if (!one) return;
    under.delete(owner);
    const { answer } = one.asked;
    const output = answer === WAITS ? undefined : outputOf(answer);
    seen.push({
      client: owner,
      input: one.input,
      output: output as O,
      called: one.called,
      returned,
    });
  };
  for (const { owner, pick, dies, hears } of steps) {
    group.wait(1);
    const { now } = group;
    if (dies) {
      // It may have had its answer, or not: nobody knows.
      const one = under.get(owner);
      if (one) seen.push({ client: owner, ...one, output: undefined, returned: now });
      under.delete(owner);
      group.gone(owner);
      const gone = { client: owner, input: 'gone' as I, output: 'done' as O };
      seen.push({ ...gone, called: now, returned: now });
      group.attach(owner);
      group.open('x', spec, [owner]);
    } else if (!under.has(owner)) {
      const { input, kind, fields } = doing(pick);
      under.set(owner, { asked: group.askDeaf(owner, kind, 'x', fields), input, called: now });
    } else if (hears && under.get(owner)!.asked.answer !== WAITS) {
      end(owner, now);
    }
  }
  for (const owner of ['ada', 'bob', 'cat', 'dan']) end(owner, group.now + 1);
  return seen;
}

function outputOf(answer: unknown): unknown {
  if (answer === null) return 'done';
  if (answer instanceof Object && 'item' in answer && 'value' in answer) return answer.value;
  return answer;
}
