// What a room remembered under other code fits the game as it is now, or is refused with a reason.
import { describe, expect, it } from 'vitest';
import { defineGame, type Game, hidden, type OldRoom } from '../games/game.ts';
import { asWritten } from '../store/index.ts';
import { CarryOverError, carryOver } from './carry-over.ts';
import { Guard } from './guard.ts';
import { snapshotOf } from './room-snapshot.ts';
import { RoomState } from './room-state.ts';

const guard = new Guard(100);
const spec = {
  name: 'mine',
  text: 'Digs.',
  ticksPerSecond: 20,
  playersMax: 9,
  entities: {
    miner: { x: 'u16', y: 'u16', gold: 'u16', luck: hidden('u8') },
    lamp: { on: 'bool' },
  },
  state: () => ({ round: 1 }),
  commands: {},
} as const;

const before = defineGame({
  ...spec,
  join: (room, { id }) => room.entities.miner.add({ x: id, y: 2, gold: 300, luck: 7 }) as never,
}) as Game;

/** What the game of before has left: two miners, and the second player's lamp between them. */
function left(game: Game = before) {
  const state = new RoomState(game, { id: 3, seed: 1, now: 0 });
  state.apply(50, [{ kind: 'join', player: 1, name: 'ada' }]);
  state.room.entities.lamp!.add({ on: true });
  state.apply(100, [{ kind: 'join', player: 2, name: 'bob' }]);
  return asWritten(snapshotOf(game, state));
}

/** The room as the game `now` goes on with it. */
function carried(now: Partial<Game>, from: Game = before): RoomState {
  const game = { ...before, ...now } as Game;
  const { saved, changed } = carryOver(game, left(from), guard);
  expect(changed).toBe(true);
  return RoomState.restore(game, { id: 3, saved: asWritten(saved) });
}

const all = (state: RoomState, kind: string) =>
  state.save().entities[state.kinds.findIndex(({ name }) => name === kind)];

describe('A room of the same game', () => {
  it('is carried over as it is', () => {
    const snapshot = left();
    expect(carryOver(before, snapshot, guard)).toEqual({ saved: snapshot.saved, changed: false });
  });
});

describe('Entities', () => {
  it('are carried over by the names of their fields, new ones being 0, false or empty', () => {
    const miner = { name: 'string', gold: 'u32', y: 'u16', tired: 'bool', depth: 'f32' } as const;
    const state = carried({ entities: { miner, lamp: { on: 'bool' } } });
    expect(all(state, 'miner')).toEqual([
      [1, ['', 300, 2, false, 0]],
      [3, ['', 300, 2, false, 0]],
    ]);
    expect(all(state, 'lamp')).toEqual([[2, [true]]]);
    expect([1, 2].map((player) => state.viewOf(player)?.avatar)).toEqual([1, 3]);
  });

  it('of a kind that is new are none, wherever it stands among the kinds', () => {
    const state = carried({ entities: { cart: { x: 'u8' }, ...before.entities } });
    expect(all(state, 'cart')).toEqual([]);
    expect(all(state, 'miner')).toHaveLength(2);
    expect(state.room.entities.cart!.add({}).id).toBe(4);
  });

  it('that do not fit their field’s new type are refused, with what to do', () => {
    const entities = { ...before.entities, miner: { gold: 'u8' } };
    expect(() => carried({ entities })).toThrow(
      /^its state does not fit mine as it is now: miner.gold is u8: .*300: raise its stateVersion and give it migrate/,
    );
  });

  it('of a kind that is gone are refused, unless there are none', () => {
    expect(() => carried({ entities: { miner: spec.entities.miner } })).toThrow(
      'it has no kind lamp, and the room has 1 of it',
    );
    const without = { ...before, entities: { ...before.entities, cart: { x: 'u8' } } } as Game;
    expect(all(carried({}, without), 'miner')).toHaveLength(2);
  });
});

describe('A game’s migrate', () => {
  it('is given the state and the entities, and gives the new ones', () => {
    const seen: OldRoom[] = [];
    const state = carried({
      stateVersion: 2,
      state: () => ({ rounds: [] }),
      entities: { digger: { x: 'u16', coins: 'u8' }, pile: { coins: 'u32' } },
      migrate(old) {
        seen.push(structuredClone(old));
        const diggers = old.entities.miner!.map(({ id, x, gold }) => ({ id, x, coins: gold / 2 }));
        return {
          state: { rounds: [old.state.round] },
          entities: { digger: diggers, pile: [{ coins: 70_000 }] },
        };
      },
    } as Partial<Game>);
    expect(seen).toEqual([
      {
        stateVersion: 0,
        state: { round: 1 },
        entities: {
          miner: [
            { id: 1, x: 1, y: 2, gold: 300, luck: 7 },
            { id: 3, x: 2, y: 2, gold: 300, luck: 7 },
          ],
          lamp: [{ id: 2, on: true }],
        },
      },
    ]);
    expect(all(state, 'digger')).toEqual([
      [1, [1, 150]],
      [3, [2, 150]],
    ]);
    expect(all(state, 'pile')).toEqual([[4, [70_000]]]);
    expect(state.save()).toMatchObject({ tick: 2, entityIds: 4, state: { rounds: [1] } });
    expect(state.viewOf(2)?.avatar).toBe(3);
  });

  it('may change what it is given in place, and is not asked about a room of its version', () => {
    const now: Game = {
      ...before,
      stateVersion: 1,
      migrate(old) {
        old.state.round++;
        return old;
      },
    };
    const { saved } = carryOver(now, left(), guard);
    expect(saved.state).toEqual({ round: 2 });
    const again = { ...left(), stateVersion: 1, saved };
    expect(carryOver(now, again, guard)).toEqual({ saved, changed: false });
  });

  it.each([
    [
      'that throws',
      () => {
        throw new Error('what is this?');
      },
      'what is this?',
    ],
    ['that gives nothing', () => undefined, 'must return { state, entities }'],
    ['that gives no plain state', () => ({ state: new Map(), entities: {} }), 'a Map'],
    [
      'that invents a number',
      () => ({ state: 1, entities: { lamp: [{ id: 9 }] } }),
      'lamp 9: an id',
    ],
    [
      'that gives a number twice',
      () => ({ state: 1, entities: { lamp: [{ id: 1 }, { id: 1 }] } }),
      'lamp 1: an id',
    ],
    ['that leaves a kind behind', () => ({ state: 1, entities: { cart: [{}] } }), 'no kind cart'],
  ])('%s is refused: it has to be corrected', (_what, migrate, text) => {
    const game = { ...before, stateVersion: 1, migrate } as unknown as Game;
    const act = () => carryOver(game, left(), guard);
    expect(act).toThrow(CarryOverError);
    expect(act).toThrow(text);
    expect(act).toThrow(/: correct its migrate$/);
  });
});

describe('A state version', () => {
  it('that is newer than the game’s is refused', () => {
    const newer = { ...before, stateVersion: 2 };
    expect(() => carryOver({ ...before, stateVersion: 1 }, left(newer), guard)).toThrow(
      'its state has version 2, and this mine has 1: start the newer game again',
    );
  });

  it('that is older is enough without migrate where everything fits', () => {
    expect(all(carried({ stateVersion: 5 }), 'miner')).toHaveLength(2);
  });
});
