// A room that was saved and restored goes on as the other would have, in every byte.
import fc from 'fast-check';
import { Packr, Unpackr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { type Entity, type Game, Type } from '../games/game.ts';
import goldrush from '../games/goldrush/index.ts';
import { stateHash } from '../store/index.ts';
import type { Input } from './inputs.ts';
import { SeededRandom } from './random.ts';
import { RoomState, type SavedRoom } from './room-state.ts';
import { quietTally, tally } from './test-game.ts';

const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' });
const ways: Record<string, (saved: SavedRoom) => SavedRoom> = {
  JSON: (saved) => JSON.parse(JSON.stringify(saved)),
  msgpack: (saved) => unpackr.unpack(packr.pack(saved)),
};

const player = fc.integer({ min: 1, max: 4 });
const sign = fc.integer({ min: -1, max: 1 });
const commandsOf: Record<string, fc.Arbitrary<{ name: string; args: unknown }>> = {
  tally: fc.oneof(
    fc.record({
      name: fc.constant('add'),
      args: fc.record({ by: fc.integer({ min: -1, max: 999 }) }),
    }),
    fc.record({ name: fc.constant('place'), args: fc.record({ text: fc.string() }) }),
    fc.record({ name: fc.constantFrom('roll', 'decline', 'throw'), args: fc.constant({}) }),
  ),
  goldrush: fc.record({
    name: fc.constantFrom('walk', 'walk', 'walk', 'shoot', 'scores', 'audit'),
    args: fc.oneof(fc.record({ dx: sign, dy: fc.constant(0) }), fc.constant({})),
  }),
};

const inputs = (game: string): fc.Arbitrary<Input> =>
  fc.oneof(
    fc.record({ kind: fc.constant('join' as const), player, name: fc.string({ maxLength: 9 }) }),
    fc.record({ kind: fc.constant('leave' as const), player }),
    fc.record({ kind: fc.constant('connection' as const), player, connected: fc.boolean() }),
    {
      weight: 6,
      arbitrary: fc
        .record({
          player,
          seq: fc.constant(0),
          call: fc.boolean(),
          run: commandsOf[game]!,
        })
        .map(({ run, ...rest }) => ({ kind: 'command' as const, ...rest, ...run })),
    },
  );

type Batches = { now: number; inputs: Input[] }[];

const batches = (game: string) =>
  fc.array(fc.record({ now: fc.nat(), inputs: fc.array(inputs(game), { maxLength: 8 }) }), {
    maxLength: 20,
    size: 'max',
  });

/** Numbers commands as a room takes them. */
function numbered(list: Batches): Batches {
  let seq = 0;
  const next = (input: Input) => (input.kind === 'command' ? { ...input, seq: ++seq } : input);
  return list.map(({ now, inputs }) => ({ now, inputs: inputs.map(next) }));
}

function run(game: Game, arbitrary: ReturnType<typeof batches>, numRuns: number): void {
  const way = fc.constantFrom(...Object.keys(ways));
  fc.assert(
    fc.property(fc.integer(), arbitrary, arbitrary, way, (seed, first, second, way) => {
      const all = numbered([...first, ...second]);
      const [before, after] = [all.slice(0, first.length), all.slice(first.length)];
      const prepared = game.prepare?.run(new SeededRandom(seed));
      const original = new RoomState(game, { id: 3, seed, now: 5, prepared });
      for (const { now, inputs } of before) original.apply(now, inputs);
      original.takeChanges();
      const saved = original.save();
      const restored = RoomState.restore(game, { id: 3, saved: ways[way]!(saved) });
      expect(restored.save()).toStrictEqual(saved);
      expect(stateHash(restored.save())).toBe(stateHash(saved));
      expect(restored.allRows()).toEqual(original.allRows());
      expect(restored.takeChanges()).toEqual(new RoomState(tally, EMPTY).takeChanges());
      for (const { now, inputs } of after) {
        expect(restored.apply(now, inputs)).toStrictEqual(original.apply(now, inputs));
        expect(restored.takeChanges()).toEqual(original.takeChanges());
        expect(restored.save()).toStrictEqual(original.save());
        expect(restored.allRows()).toEqual(original.allRows());
      }
    }),
    { numRuns },
  );
}
const EMPTY = { id: 1, seed: 1, now: 1 };

describe('A restored room', () => {
  it.each([tally, quietTally])('of $name is as the one that was saved', (game) => {
    run(game, batches('tally'), 150);
  });

  it('of Goldrush is as the one that was saved', () => {
    run(goldrush as Game, batches('goldrush'), 8);
  });

  it('has the memory that the game gave it, and does not prepare it again', () => {
    let prepared = 0;
    const game: Game = { ...tally, create: () => prepared++ };
    const original = new RoomState(game, EMPTY);
    original.room.state = { deep: [{ list: [1, null, 'a'], not: undefined }] };
    const saved = unpackr.unpack(packr.pack(original.save()));
    const restored = RoomState.restore(game, { id: 1, saved });
    expect(restored.room.state).toStrictEqual({ deep: [{ list: [1, null, 'a'], not: undefined }] });
    expect(prepared).toBe(1);
  });

  it('has no avatar that was removed, and neither has the one that was saved', () => {
    const original = new RoomState(tally, EMPTY);
    original.apply(2, [{ kind: 'join', player: 1, name: 'a' }]);
    const { room } = original;
    room.entities.token!.remove(room.players.get(1)!.avatar as Entity);
    const restored = RoomState.restore(tally, { id: 1, saved: original.save() });
    expect([original.viewOf(1)?.avatar, restored.viewOf(1)?.avatar]).toEqual([0, 0]);
    expect(room.players.get(1)!.avatar).toBeUndefined();
  });

  it('keeps an answer as it was given, whatever the game does with the value after', () => {
    const list = {
      args: Type.Object({}),
      run(room: { state: { applied: string[] } }) {
        room.state.applied.push('x');
        return room.state.applied;
      },
    };
    const game = { ...tally, commands: { list } } as unknown as Game;
    const original = new RoomState(game, EMPTY);
    const command = (seq: number): Input => {
      return { kind: 'command', player: 1, seq, name: 'list', args: {}, call: true };
    };
    original.apply(2, [{ kind: 'join', player: 1, name: 'a' }, command(1), command(2)]);
    expect(original.ledgerOf(1)!.kept(1)).toEqual({ kind: 'result', value: ['x'] });
  });

  it('is refused when the game has other kinds or fields now', () => {
    const original = new RoomState(tally, EMPTY);
    original.apply(2, [{ kind: 'join', player: 1, name: 'a' }]);
    const saved = original.save();
    const without: Game = { ...tally, entities: { token: tally.entities.token } };
    const shorter: Game = { ...tally, entities: { ...tally.entities, token: { x: 'i16' } } };
    expect(() => RoomState.restore(without, { id: 1, saved })).toThrow('other kinds');
    expect(() => RoomState.restore(shorter, { id: 1, saved })).toThrow('other kinds or fields');
  });
});
