// The size of a state: a warning that says what it costs, and not again and again.
import { describe, expect, it } from 'vitest';
import { Type } from '../games/game.ts';
import type { Game, Room } from '../games/index.ts';
import type { Log } from '../observe/index.ts';
import { RoomState } from './room-state.ts';
import { StateChecks, StateError, warnOfSize } from './state-check.ts';
import { quietTally } from './test-game.ts';

describe('A state of many values', () => {
  it('is a warning with its size and cost, once in a while for each game', () => {
    const warnings: unknown[] = [];
    const log = { warn: (_of: unknown, text: string) => warnings.push(text) } as unknown as Log;
    const game: Game = { ...quietTally, name: 'big' };
    warnOfSize(game, { room: 1, values: 200_000, heldMs: 80 }, log);
    for (let i = 0; i < 3; i++)
      warnOfSize(game, { room: i, values: 2_000_000, heldMs: 812.4 }, log);
    expect(warnings).toEqual([
      'room.state of game big holds 2,000,000 values: each snapshot keeps all rooms waiting for 812 ms: keep things ' +
        'with fields in entities, long lists as one string, and remove what is no longer needed',
    ]);
  });
});

describe('A command that leaves what cannot be written in the state', () => {
  const spoiled = (values: number) => {
    const game = {
      ...quietTally,
      state: () => ({ list: new Array(values).fill(0), since: 0 as unknown }),
      commands: {
        go: { args: Type.Object({}), run: (room: Room) => spoil(room.state as { since: unknown }) },
      },
    } as Game;
    const state = new RoomState(game, { id: 1, seed: 1, now: 0 });
    state.apply(1, [{ kind: 'join', player: 1, name: 'ada' }]);
    const go = { kind: 'command', player: 1, seq: 1, name: 'go', args: {}, call: true } as const;
    const { failures } = state.apply(2, [go]);
    return { state, failures: failures.map(({ part, error }) => [part, String(error)]) };
  };
  const spoil = (state: { since: unknown }) => {
    state.since = new Date(0);
  };

  it('fails alone, and is undone, where the state is small', () => {
    const { state, failures } = spoiled(200);
    const text = 'StateError: state.since is a Date: store milliseconds (room.now)';
    expect(failures).toEqual([['command', text]]);
    expect(state.memoryValue).toMatchObject({ since: 0 });
  });

  it('is found by the check after the step where the state is large', () => {
    const { state, failures } = spoiled(300);
    expect(failures).toEqual([]);
    expect(() => new StateChecks().afterStep(state)).toThrow('state.since is a Date');
  });
});

describe('A state that is checked after each step', () => {
  it('throws an error with the path of the value, also where nothing is written', () => {
    const checks = new StateChecks();
    checks.afterStep({ memoryValue: { seats: [] } });
    const bad = { memoryValue: { seats: [1n] } };
    const sentence = 'state.seats[0] is a BigInt: store a number, or its digits as a string';
    expect(() => new StateChecks().afterStep(bad)).toThrow(new StateError(sentence));
  });
});
