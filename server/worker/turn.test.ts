// The order in which one turn's messages reach clients, and how much of it is done at once.
import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FromCoordinator } from '../link/index.ts';
import { Turn } from './turn.ts';

const NOTHING = Buffer.alloc(0);
const delta = (room: number, tick: number, acks: number[] = []): FromCoordinator => ({
  type: 'delta',
  room,
  tick,
  left: NOTHING,
  entered: NOTHING,
  changed: NOTHING,
  acks,
  views: [],
});
const event = (room: number, name: string): FromCoordinator => ({
  type: 'event',
  room,
  connections: [],
  name,
  data: null,
});
const shut = (room: number): FromCoordinator => ({ type: 'shut', room });

let happened: string[];
let turn: Turn;
/** Clients of each room that have not been shown it. */
let unshown: Map<number, number>;
const clients = new Map([
  [1, 1],
  [2, 600],
]);

beforeEach(() => {
  happened = [];
  unshown = new Map();
  turn = new Turn({
    apply(room, deltas) {
      happened.push(`apply ${room}: ${deltas.map(({ tick }) => tick)}`);
      unshown.set(room, clients.get(room)!);
    },
    show(room, max) {
      const count = Math.min(max, unshown.get(room) ?? 0);
      unshown.set(room, (unshown.get(room) ?? 0) - count);
      happened.push(`show ${room} to ${count}`);
      return count;
    },
    receive: (message) => {
      happened.push(message.type === 'event' ? message.name : message.type);
    },
    flush: () => {},
  });
});

async function settled(): Promise<string[]> {
  for (let i = 0; i < 6; i++) await setImmediate();
  return happened.splice(0);
}

describe('Deltas of a room that come in one turn', () => {
  it('are applied together, and shown once', async () => {
    for (const tick of [1, 2, 3]) {
      turn.add(delta(1, tick));
      turn.batchEnd();
    }
    expect(happened).toEqual([]);
    expect(await settled()).toEqual(['apply 1: 1,2,3', 'show 1 to 1']);
  });

  it('are shown before the messages that came between them and after them, which keep their order', async () => {
    turn.add(event(1, 'first'));
    turn.add(delta(1, 1));
    turn.add(event(1, 'second'));
    turn.add(delta(1, 2));
    turn.add(event(1, 'third'));
    turn.batchEnd();
    expect(await settled()).toEqual(['first', 'apply 1: 1,2', 'show 1 to 1', 'second', 'third']);
  });

  it('are not mixed with those of the copy that follows it', async () => {
    turn.add(delta(1, 1));
    turn.add(event(1, 'before'));
    turn.add(shut(1));
    turn.add(delta(1, 9));
    turn.batchEnd();
    expect(await settled()).toEqual([
      'apply 1: 1',
      'show 1 to 1',
      'before',
      'shut',
      'apply 1: 9',
      'show 1 to 1',
    ]);
  });

  it('do not acknowledge a command before the message that says how commands are numbered', async () => {
    turn.add(delta(1, 1, [7, 14]));
    turn.add({ type: 'resumed', connection: 7, room: 1, seq: 15 });
    turn.add(delta(1, 2, [8, 3]));
    turn.add(delta(1, 3, [7, 16]));
    turn.batchEnd();
    const shown = 'show 1 to 1';
    expect(await settled()).toEqual(['apply 1: 1,2', shown, 'resumed', 'apply 1: 3', shown]);
    turn.add(delta(1, 4, [7, 17]));
    turn.add(delta(1, 5, [7, 18]));
    turn.batchEnd();
    expect(await settled()).toEqual(['apply 1: 4,5', shown]);
  });

  it('are shown at once where the process is about to end', () => {
    turn.add(delta(2, 1));
    turn.add(event(2, 'after'));
    turn.settle();
    expect(happened).toEqual(['apply 2: 1', 'show 2 to 600', 'after']);
  });
});

describe('A room with many clients', () => {
  it('is shown to some of them in a turn, and timers run between', async () => {
    turn.add(delta(2, 1));
    turn.add(delta(1, 1));
    turn.add(event(2, 'after'));
    turn.batchEnd();
    await setImmediate();
    expect(happened.splice(0)).toEqual(['apply 2: 1', 'apply 1: 1', 'show 2 to 256']);
    expect(await settled()).toEqual(['show 2 to 256', 'show 2 to 88', 'show 1 to 1', 'after']);
  });

  it('is shown before messages that came meanwhile, which later ones do not overtake', async () => {
    turn.add(delta(2, 1));
    turn.batchEnd();
    for (let i = 0; i < 2; i++) await setImmediate();
    // A client that has the answer first gives its next call the number of the answered one.
    turn.add({ type: 'resumed', connection: 7, room: 0, seq: 4 });
    turn.batchEnd();
    await setImmediate();
    expect(happened.splice(0).at(-1)).toBe('show 2 to 88');
    turn.add({ type: 'result', connection: 7, room: 0, seq: 5, value: null });
    turn.batchEnd();
    expect(await settled()).toEqual(['resumed', 'result']);
  });

  it('is not changed before all of them have been shown it', async () => {
    turn.add(delta(2, 1));
    turn.batchEnd();
    await setImmediate();
    turn.add(delta(2, 2));
    turn.add(event(2, 'after'));
    turn.add(delta(2, 3));
    turn.batchEnd();
    expect(await settled()).toEqual([
      'apply 2: 1',
      'show 2 to 256',
      'show 2 to 256',
      'show 2 to 88',
      'apply 2: 2,3',
      'show 2 to 256',
      'show 2 to 256',
      'show 2 to 88',
      'after',
    ]);
  });
});
