// A room is a function of its inputs: fed the same, two of them are the same in every byte.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from './random.ts';
import { type Input, RoomState } from './room-state.ts';
import { tally } from './test-game.ts';

const player = fc.integer({ min: 1, max: 4 });
const commands = fc.oneof(
  fc.record({
    name: fc.constant('add'),
    args: fc.record({ by: fc.integer({ min: -1, max: 1001 }) }),
  }),
  fc.record({ name: fc.constant('place'), args: fc.record({ text: fc.string() }) }),
  fc.record({
    name: fc.constantFrom('roll', 'tell', 'decline', 'throw', 'unheard-of'),
    args: fc.constant({ all: true }),
  }),
);
const input: fc.Arbitrary<Input> = fc.oneof(
  fc.record({ kind: fc.constant('join' as const), player, name: fc.string({ maxLength: 9 }) }),
  fc.record({ kind: fc.constant('leave' as const), player }),
  fc.record({ kind: fc.constant('connection' as const), player, connected: fc.boolean() }),
  fc
    .record({ player, seq: fc.integer({ min: 1, max: 100 }), call: fc.boolean(), run: commands })
    .map(({ run, ...rest }) => ({ kind: 'command' as const, ...rest, ...run })),
);
const batches = fc.array(
  fc.record({ now: fc.nat(), inputs: fc.array(input, { maxLength: 8 }), publish: fc.boolean() }),
  { maxLength: 20, size: 'max' },
);

type Batches = typeof batches extends fc.Arbitrary<infer T> ? T : never;

/** Everything that can be seen of a room that is fed so. */
function story(seed: number, given: Batches): unknown[] {
  const state = new RoomState(tally, { id: 1, seed, now: 0 });
  return given.map(({ now, inputs, publish }) => {
    const outputs = structuredClone(state.apply(now, inputs));
    const rows = publish ? [state.takeChanges(), state.allRows()] : [];
    return structuredClone({ outputs, rows, saved: state.save() });
  });
}

describe('A room', () => {
  it('that is fed the same says, publishes and remembers the same', () => {
    fc.assert(
      fc.property(fc.integer(), batches, (seed, given) => {
        expect(story(seed, given)).toStrictEqual(story(seed, given));
      }),
      { numRuns: 60 },
    );
  });

  it('remembers the same, however often it is asked what changed', () => {
    fc.assert(
      fc.property(fc.integer(), batches, (seed, given) => {
        const saved = (publish: boolean) =>
          story(
            seed,
            given.map((batch) => ({ ...batch, publish })),
          ).map((of) => (of as { saved: unknown }).saved);
        expect(saved(true)).toStrictEqual(saved(false));
      }),
      { numRuns: 30 },
    );
  });

  it('of another seed goes another way', () => {
    const joins = Array.from({ length: 8 }, (_, i) => ({
      now: 0,
      publish: true,
      inputs: [{ kind: 'join' as const, player: i + 1, name: '' }],
    }));
    expect(story(1, joins)).not.toEqual(story(2, joins));
  });
});

describe('room.random', () => {
  it('goes on from where it was saved', () => {
    const random = new SeededRandom(3);
    random.float();
    const saved = random.save();
    const draw = () => Array.from({ length: 5 }, () => random.integer(-5, 5));
    const drawn = draw();
    expect(draw()).not.toEqual(drawn);
    random.restore(saved);
    expect(draw()).toEqual(drawn);
  });

  it('gives whole numbers from min to max, and floats of at least 0 and less than 1', () => {
    const random = new SeededRandom(4);
    const numbers = Array.from({ length: 500 }, () => random.integer(-1, 2));
    expect(new Set(numbers)).toEqual(new Set([-1, 0, 1, 2]));
    const floats = Array.from({ length: 500 }, () => random.float());
    expect(floats.every((float) => float >= 0 && float < 1)).toBe(true);
  });

  it('picks each of a list, and refuses an empty one', () => {
    const random = new SeededRandom(5);
    const picked = Array.from({ length: 100 }, () => random.pick(['a', 'b', 'c']));
    expect(new Set(picked)).toEqual(new Set(['a', 'b', 'c']));
    expect(() => random.pick([])).toThrow(RangeError);
  });
});
