// Inputs in a journal: read as they were written, whatever clients sent.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainValue } from '../../protocol/test-arbitraries.ts';
import { asWritten } from '../store/index.ts';
import { inputCodec } from './input-codec.ts';
import { type Input, inputRows } from './inputs.ts';

const key = fc.oneof(fc.constantFrom('dx', 'dy', '1', 'toString', ''), fc.string());
const args = fc.oneof(
  fc.constantFrom<unknown>({ dx: 1, dy: 0 }, { dy: 0, dx: 1 }, {}, null, undefined, 5, [1], 'x'),
  fc.dictionary(key, plainValue(2), { maxKeys: 4 }),
  plainValue(2),
);
const number = fc.nat();
const input: fc.Arbitrary<Input> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record({
        player: number,
        seq: number,
        name: fc.oneof(fc.constantFrom('walk', 'shoot'), fc.string()),
        args,
        call: fc.boolean(),
      })
      .map((command) => ({ kind: 'command' as const, ...command })),
  },
  fc.record({ kind: fc.constant('leave' as const), player: number }),
  fc.record({ kind: fc.constant('refused' as const), player: number, seq: number }),
);
/** As a journal without shapes had it. */
const alone = (inputs: readonly Input[]) =>
  (asWritten(inputs.map(inputRows.toArray)) as unknown[][]).map(inputRows.fromArray);

describe('Inputs in a journal', () => {
  it('are read as they were written, in order', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
        const read = inputCodec.read(asWritten(inputCodec.write(inputs)));
        expect(read).toStrictEqual(alone(inputs));
      }),
    );
  });

  it('have the names of commands and arguments only once', () => {
    const walk = (seq: number): Input => {
      return {
        kind: 'command',
        player: 9,
        seq,
        name: 'walk',
        args: { dx: -1, dy: 0 },
        call: false,
      };
    };
    const written = inputCodec.write([walk(1), { kind: 'leave', player: 7 }, walk(2)]);
    const values = [0, 9, 1, -1, 0, [2, 7], 0, 9, 2, -1, 0];
    expect(written).toEqual([[['walk', false, 'dx', 'dy']], values]);
  });

  it('make nothing but plain members of what a client calls its arguments', () => {
    const given = JSON.parse('{"__proto__":{"gold":1},"by":2}') as unknown;
    const hostile: Input = {
      kind: 'command',
      player: 1,
      seq: 1,
      name: 'add',
      args: given,
      call: false,
    };
    const [read] = inputCodec.read(asWritten(inputCodec.write([hostile])));
    const { args } = read as Extract<Input, { kind: 'command' }>;
    expect(Object.getPrototypeOf(args)).toBe(Object.prototype);
    expect(args).not.toHaveProperty('gold');
    expect(args).toMatchObject({ by: 2 });
  });
});
