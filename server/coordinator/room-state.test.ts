// What a room makes of each input: places, commands and their answers, refusals, events, its end.
import { describe, expect, it } from 'vitest';
import { type Game, Refusal, refuse, Type } from '../games/game.ts';
import { inputCodec } from './input-codec.ts';
import { ANSWERS_KEPT } from './ledger.ts';
import { type Input, type Outputs, RoomState } from './room-state.ts';
import { type TallyState, tally } from './test-game.ts';

const newState = (game = tally) => new RoomState(game, { id: 5, seed: 1, now: 100 });
const join = (player: number): Input => ({ kind: 'join', player, name: `player ${player}` });
const leave = (player: number): Input => ({ kind: 'leave', player });

function command(player: number, seq: number, name: string, args?: unknown, call = true): Input {
  return { kind: 'command', player, seq, name, args, call };
}

/** The one answer that the inputs had. */
function answerOf(state: RoomState, ...inputs: Input[]) {
  const { answers } = state.apply(200, inputs);
  expect(answers).toHaveLength(1);
  return answers[0]!.answer;
}

const appliedIn = (state: RoomState) => (state.room.state as TallyState).applied;

describe('A batch of inputs', () => {
  it('is one tick, with the time that came with it', () => {
    const state = newState();
    expect([state.room.tick, state.room.now]).toEqual([0, 100]);
    state.apply(150, []);
    expect([state.room.tick, state.room.now]).toEqual([1, 150]);
  });

  it('is applied in order, and the game’s tick after it', () => {
    const seen: unknown[] = [];
    const state = newState({
      ...tally,
      tick: (room) => seen.push((room.state as TallyState).applied.slice()),
    });
    state.apply(1, [join(1), join(2), command(2, 1, 'add', { by: 1 })]);
    state.apply(2, [command(1, 1, 'add', { by: 2 }), command(2, 2, 'add', { by: 3 })]);
    expect(seen).toEqual([['player 2 1'], ['player 2 1', 'player 1 2', 'player 2 3']]);
  });
});

describe('An observer of a batch', () => {
  it('is told of each input before it is applied, and of the tick after the last', () => {
    const seen: unknown[] = [];
    const state = newState({ ...tally, tick: () => seen.push('tick') });
    const before = (index: number) => seen.push([index, state.playerCount]);
    state.apply(1, [join(1), join(2)], before);
    expect(seen).toEqual([[0, 0], [1, 1], [2, 2], 'tick']);
  });
});

describe('A command that was set aside', () => {
  it('uses up its number, is answered as refused, and changes nothing else', () => {
    const state = newState();
    const poison = inputCodec.setAside(command(1, 1, 'add', { by: 5 }));
    const next = command(1, 2, 'add', { by: 2 });
    const { answers } = state.apply(1, [join(1), poison, next]);
    expect(answers).toMatchObject([
      { player: 1, seq: 1, answer: { kind: 'rejected', code: 'GAME_ERROR' } },
      { player: 1, seq: 2, answer: { kind: 'result', value: 2 } },
    ]);
    expect(appliedIn(state)).toEqual(['player 1 2']);
    expect(state.ledgerOf(1)).toMatchObject({ applied: 2 });
    expect(state.ledgerOf(1)!.kept(1)).toMatchObject({ code: 'GAME_ERROR' });
  });
});

describe('A player', () => {
  it('has the avatar that the game gave, and is reported once however often it joins', () => {
    const state = newState();
    expect(state.apply(1, [join(1), join(1)]).joined).toEqual([1]);
    expect(state.apply(2, [join(1)]).joined).toEqual([]);
    expect([state.playerCount, state.viewOf(1)?.avatar, state.viewOf(2)]).toEqual([
      1,
      1,
      undefined,
    ]);
  });

  it('is shown as away while its connection is gone', () => {
    const state = newState();
    state.apply(1, [join(1), { kind: 'connection', player: 1, connected: false }]);
    expect(state.room.players.get(1)?.connected).toBe(false);
    state.apply(2, [{ kind: 'connection', player: 1, connected: true }]);
    expect(state.room.players.get(1)?.connected).toBe(true);
  });

  it('that has left is owed nothing of its batch, nor is a command of it run', () => {
    const state = newState();
    const outputs = state.apply(1, [
      join(1),
      command(1, 1, 'add', { by: 1 }),
      leave(1),
      command(1, 2, 'add', { by: 1 }),
    ]);
    expect(outputs).toMatchObject({ joined: [], answers: [] });
    expect(appliedIn(state)).toEqual(['player 1 1']);
    expect([state.playerCount, state.ledgerOf(1), state.room.entities.token!.size]).toEqual([
      0,
      undefined,
      0,
    ]);
  });

  it('that comes again within the batch begins again, and is told nothing of before', () => {
    const state = newState();
    state.apply(1, [join(1), command(1, 1, 'add', { by: 1 })]);
    const outputs = state.apply(2, [
      command(1, 2, 'add', { by: 5 }),
      leave(1),
      join(1),
      command(1, 1, 'add', { by: 7 }),
    ]);
    expect(outputs.joined).toEqual([1]);
    expect(outputs.answers).toEqual([{ player: 1, seq: 1, answer: { kind: 'result', value: 7 } }]);
    expect(state.ledgerOf(1)?.applied).toBe(1);
  });
});

describe('The answer to a command', () => {
  it('is its value for a call, and nothing for one that nobody waits for', () => {
    const state = newState();
    state.apply(1, [join(1)]);
    expect(state.apply(2, [command(1, 1, 'add', { by: 4 }, false)]).answers).toEqual([]);
    expect(answerOf(state, command(1, 2, 'add', { by: 3 }))).toEqual({ kind: 'result', value: 7 });
    expect(answerOf(state, command(1, 3, 'place', { text: '' }))).toEqual({
      kind: 'result',
      value: null,
    });
  });

  it.each([
    ['that the game does not have', 'jump', {}, 'UNKNOWN_COMMAND', 'it has add, roll, place'],
    ['without its arguments', 'add', undefined, 'BAD_ARGUMENTS', 'add: by is missing'],
    [
      'with an argument out of bounds',
      'add',
      { by: 0 },
      'BAD_ARGUMENTS',
      'add: by must be a whole number from 1 to 1000, but is 0',
    ],
    ['with arguments that are no object', 'add', 3, 'BAD_ARGUMENTS', 'but got 3'],
    ['that the game refuses', 'decline', {}, 'NOT_NOW', 'Not now.'],
    ['on which the game throws', 'throw', {}, 'GAME_ERROR', 'The game failed on this request'],
  ])('%s is a refusal with a code and a sentence, call or not', (_what, name, args, code, text) => {
    for (const call of [true, false]) {
      const state = newState();
      state.apply(1, [join(1)]);
      expect(answerOf(state, command(1, 1, name, args, call))).toEqual({
        kind: 'rejected',
        code,
        text: expect.stringContaining(text),
      });
      expect(state.ledgerOf(1)?.applied).toBe(1);
    }
  });

  it('on which the game throws is recorded for the log, a refusal is not', () => {
    const state = newState();
    state.apply(1, [join(1)]);
    const inputs = [command(1, 1, 'throw'), command(1, 2, 'decline'), command(1, 3, 'roll')];
    const { failures, answers } = state.apply(2, inputs);
    expect(failures).toEqual([
      { part: 'command', player: 1, command: 'throw', error: new Error('the command failed') },
    ]);
    expect(answers.map(({ answer }) => answer.kind)).toEqual(['rejected', 'rejected', 'result']);
  });

  it(`is kept for the last ${ANSWERS_KEPT} of a player`, () => {
    const state = newState();
    state.apply(1, [join(1), join(2), command(2, 1, 'roll')]);
    for (let seq = 1; seq <= ANSWERS_KEPT; seq++) state.apply(seq, [command(1, seq, 'roll')]);
    const ledger = state.ledgerOf(1)!;
    const first = ledger.kept(1);
    expect(first).toMatchObject({ kind: 'result' });
    state.apply(99, [command(1, ANSWERS_KEPT + 1, 'roll')]);
    expect([ledger.kept(1), ledger.kept(2)?.kind]).toEqual([undefined, 'result']);
    expect(ledger.save().results).toHaveLength(2 * ANSWERS_KEPT);
    expect(state.ledgerOf(2)?.kept(1)).toMatchObject({ kind: 'result' });
  });
});

describe('A game', () => {
  const told = (state: RoomState, inputs: Input[]): Outputs['events'] =>
    state.apply(9, inputs).events;

  it('sends events to one player or to everyone, in order', () => {
    const state = newState();
    const inputs = [
      join(1),
      command(1, 1, 'tell', { all: false }),
      command(1, 2, 'tell', { all: true }),
    ];
    expect(told(state, inputs)).toEqual([
      { player: 1, name: 'said', data: { tick: 1 } },
      { player: 0, name: 'said', data: { tick: 1 } },
    ]);
    expect(told(state, [])).toEqual([]);
  });

  it.each(['', '9lives', 'two words', 'x'.repeat(41)])('sends no event named "%s"', (name) => {
    const state = newState({ ...tally, tick: (room) => room.broadcast(name, null) } as Game);
    expect(() => state.apply(1, [])).toThrow(RangeError);
  });

  it('ends the room with the first text that it gives, cut to 1,000 characters', () => {
    const state = newState();
    const { ended } = state.apply(1, [join(1), command(1, 1, 'finish')]);
    expect(ended).toBe('That was all.');
    const long = newState({
      ...tally,
      tick(room) {
        room.end('x'.repeat(2000));
        room.end('again');
      },
    });
    expect(long.apply(1, []).ended).toBe('x'.repeat(1000));
  });

  it('that throws outside of a command makes the batch throw', () => {
    const state = newState();
    expect(() => state.apply(1, [join(1), command(1, 1, 'fail')])).toThrow('the tick failed');
  });

  it('says what the room is about, or nothing', () => {
    expect(newState().about()).toEqual({ rule: 'count' });
    const { about: _about, ...silent } = tally;
    expect(newState(silent as Game).about()).toBeNull();
  });

  it('may have a kind whose x is a word: it has no place in the world', () => {
    const entities = { note: { x: 'string', y: 'string' } };
    const state = newState({ ...tally, entities } as Game);
    state.room.entities.note!.add({ x: 'here', y: 'there' });
    expect(() => state.room.entities.note!.near(0, 0, 1)).toThrow(TypeError);
  });
});

describe('refuse', () => {
  it('takes a code for programs and cuts the text for people', () => {
    expect(() => refuse('NO', 'x'.repeat(2000))).toThrow(new Refusal('NO', 'x'.repeat(1000)));
  });

  it.each(['', 'no', 'NO WAY', '1ST', 'N'.repeat(41)])('takes no code "%s"', (code) => {
    expect(() => refuse(code, 'text')).toThrow(RangeError);
  });

  it('with such a code is a failure of the game', () => {
    const commands = { bad: { args: Type.Object({}), run: () => refuse('no', '') } };
    const state = newState({ ...tally, commands } as Game);
    state.apply(1, [join(1)]);
    expect(answerOf(state, command(1, 1, 'bad'))).toMatchObject({ code: 'GAME_ERROR' });
  });
});
