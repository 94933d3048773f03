// Changes of a large memory by references that game code has kept from earlier calls.
import { describe, expect, it } from 'vitest';
import { type Game, type Room, refuse, Type } from '../games/game.ts';
import { createLog } from '../observe/index.ts';
import { newOutputs } from './outputs.ts';
import { Mistakes } from './room-failures.ts';
import { type Input, RoomState } from './room-state.ts';

type State = { gold: number; list: number[] };

const SIZE = 100;
const args = Type.Object({});
const command = (seq: number, name: string): Input => {
  return { kind: 'command', player: 1, seq, name, args: {}, call: true };
};

/** A room whose game keeps its list in a variable. */
function roomWith(end: (room: Room) => unknown): RoomState {
  let list: number[] | undefined;
  const game = {
    name: 'stale',
    text: '',
    ticksPerSecond: 10,
    playersMax: 9,
    entities: {},
    state: (): State => ({ gold: 5, list: new Array(SIZE).fill(0) }),
    commands: {
      keep: {
        args,
        run: ({ state }: { state: State }) => {
          list = state.list;
        },
      },
      spoil: {
        args,
        run(room: Room) {
          list![3] = 7;
          return end(room);
        },
      },
    },
  } as unknown as Game;
  const state = new RoomState(game, { id: 1, seed: 7, now: 0 });
  state.apply(1, [{ kind: 'join', player: 1, name: 'ada' }, command(1, 'keep')]);
  return state;
}

const no = () => refuse('NO', 'No.');
const listOf = (state: RoomState) => (state.memoryValue as State).list;

describe('A change of a large memory by a reference from an earlier command', () => {
  it.each<[string, (room: Room) => unknown]>([
    ['without room.state', no],
    ['and then by room.state', (room) => (room.state as State).gold++ < 0 || no()],
  ])('%s is undone and named where mistakes are reported', (_how, end) => {
    const state = roomWith(end);
    state.reportMistakes();
    const { stale, answers } = state.apply(2, [command(2, 'spoil')]);
    expect(answers).toMatchObject([{ answer: { code: 'NO' } }]);
    expect(state.memoryValue).toEqual({ gold: 5, list: new Array(SIZE).fill(0) });
    const changes = ['state.list'];
    expect(stale).toEqual([{ part: 'command', player: 1, command: 'spoil', changes }]);
  });

  it('is named also where the command succeeds, and stays', () => {
    const state = roomWith(() => 1);
    state.reportMistakes();
    expect(state.apply(2, [command(2, 'spoil')]).stale).toMatchObject([{ command: 'spoil' }]);
    expect(listOf(state)[3]).toBe(7);
    // It counts as one of that command, and not of the next.
    expect(state.apply(3, [command(3, 'keep')]).stale).toEqual([]);
  });

  it('is logged with its path and with what to do, once in ten seconds', () => {
    const lines: string[] = [];
    const log = createLog({
      role: 'coordinator',
      level: 'info',
      write: (line) => lines.push(line),
    });
    const { room } = roomWith(no);
    const stale = [
      { part: 'command', player: 1, command: 'spoil', changes: ['state.list'] },
    ] as const;
    const mistakes = new Mistakes();
    const failing = { id: room.id, game: { name: 'stale' } as Game, tick: 2 };
    for (let i = 0; i < 2; i++) {
      mistakes.log(failing, { ...newOutputs(), stale: [...stale] }, { log });
    }
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!).msg).toMatch(
      /^stale: the command spoil changed state\.list by a reference from an earlier call, .* room\.state in each call/,
    );
  });

  it('is not named where the command has read room.state first', () => {
    const state = roomWith(() => 1);
    state.reportMistakes();
    expect(state.apply(2, [command(2, 'keep')]).stale).toEqual([]);
  });

  it('is out of reach of code that goes on after its command was refused for a promise', async () => {
    let late: number[] | undefined;
    const state = roomWith(async () => {
      await undefined;
      late![4] = 9;
    });
    late = listOf(state);
    state.apply(2, [command(2, 'spoil')]);
    await new Promise((resolve) => setImmediate(resolve));
    expect([late[4], listOf(state)[4]]).toEqual([9, 0]);
  });
});
