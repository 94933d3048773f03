// The size of a state: a warning that says what it costs, and not again and again.
import { describe, expect, it } from 'vitest';
import type { Game } from '../games/index.ts';
import type { Log } from '../observe/index.ts';
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

describe('A state that is checked after each step', () => {
  it('throws an error with the path of the value, also where nothing is written', () => {
    const checks = new StateChecks();
    checks.afterStep({ memoryValue: { seats: [] } });
    const bad = { memoryValue: { seats: [1n] } };
    const sentence = 'state.seats[0] is a BigInt: store a number, or its digits as a string';
    expect(() => new StateChecks().afterStep(bad)).toThrow(new StateError(sentence));
  });
});
