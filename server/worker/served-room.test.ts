// A room as a worker serves it: which clients get a frame of a tick, and what is in it.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Encoding, MessageDecoder, type ServerMessage } from '../../protocol/index.ts';
import type { Sight } from '../link/index.ts';
import type { Connection } from './connection.ts';
import { Flow } from './flow.ts';
import { ServedRoom } from './served-room.ts';
import { Mirror } from './test-mirror.ts';
import { TestWorld } from './test-world.ts';

const UNSENT_BYTES_MAX = 1000;

type State = Extract<ServerMessage, { type: 'state' }>;

/** As much of a connection as a room sees, with a client behind it. */
class Viewer {
  readonly id: number;
  readonly encoding: Encoding;
  unsentBytes = 0;
  readonly flow = new Flow();
  readonly got: ServerMessage[] = [];
  readonly mirror: Mirror;
  private readonly decoder: MessageDecoder;

  constructor(id: number, encoding: Encoding, served: ServedRoom) {
    this.id = id;
    this.encoding = encoding;
    this.mirror = new Mirror(served.copy.kinds);
    this.decoder = new MessageDecoder({
      from: 'server',
      frameBytesMax: 100_000,
      kindsOf: () => served.copy.kinds,
      receiver: {
        message: (message) => this.send(message as ServerMessage),
        malformed: (error) => {
          throw error;
        },
      },
    });
    if (encoding === 'binary') this.decoder.push(Buffer.from([0]));
  }

  send(message: ServerMessage): void {
    this.got.push(message);
    if (message.type === 'state') this.mirror.apply(message);
  }

  write(frame: Buffer | string): void {
    this.decoder.push(Buffer.from(frame));
  }

  /** The states since the last call. */
  take(): State[] {
    return this.got.splice(0).filter((message): message is State => message.type === 'state');
  }
}

let now: number;
let world: TestWorld;
let room: ServedRoom;
let fast: Viewer;
let slow: Viewer;

function join(viewer: Viewer, avatar: number, request: number | null = null, seq = 0): void {
  const joined = {
    type: 'joined',
    connection: viewer.id,
    room: 3,
    avatar,
    sight: [0, 0],
    about: { size: 90 },
  } as const;
  room.join(viewer as unknown as Connection, { ...joined, request, seq });
}

beforeEach(() => {
  now = 5000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  world = new TestWorld({ width: 90, height: 90, viewRadius: 30 }, 3);
  room = new ServedRoom(world.opened(), UNSENT_BYTES_MAX);
  fast = new Viewer(1, 'binary', room);
  slow = new Viewer(2, 'json', room);
  join(fast, 1);
  join(slow, 2);
});
afterEach(() => vi.restoreAllMocks());

const rename = (which: number, text: string) => ({ op: 'change', which, text, number: 1 }) as const;
const show = (...deltas: Parameters<ServedRoom['apply']>[0]) => {
  room.apply(deltas);
  return room.show();
};
const tick = (...ops: Parameters<TestWorld['step']>[0]) => show(world.step(ops));
const knownTo = (viewer: Viewer) =>
  [...viewer.mirror.known].map(([id, { values }]) => [id, values[0]] as const);

describe('A client that joins', () => {
  it('is told that it is in, where to go on, and all that it sees', () => {
    const viewer = new Viewer(9, 'binary', room);
    viewer.flow.sent(3, 5);
    join(viewer, 1, 44, 4);
    expect(viewer.got).toMatchObject([
      {
        type: 'joined',
        room: 3,
        game: 'random',
        avatar: 1,
        tickMs: 50,
        viewRadius: 30,
        about: { size: 90 },
        request: 44,
      },
      { type: 'resumed', room: 3, seq: 4 },
      { type: 'state', room: 3, tick: 0, reset: true },
    ]);
    expect(viewer.flow.inFlight).toBe(0);
    expect(viewer.mirror.known.size).toBe(3);
  });

  it('again is told everything again', () => {
    fast.take();
    join(fast, 1);
    expect(fast.take()).toMatchObject([{ reset: true }]);
  });

  it('without a request is answered without one', () => {
    expect(fast.got[0]).not.toHaveProperty('request');
  });
});

describe('Another avatar', () => {
  const turn = (viewer: Viewer, avatar: number, sight: Sight = [0, 0]) =>
    world.step(
      [{ op: 'add', kind: 1, x: 80, y: 80, text: 'new' }],
      [],
      [[viewer.id, avatar, sight]],
    );
  const told = (viewer: Viewer) =>
    viewer.got.splice(0).map((message) => {
      if (message.type === 'avatar') return ['avatar', message.avatar];
      return message.type === 'state' ? ['state', message.reset] : [message.type];
    });

  it('is told right before the state that has it, in each encoding, and once', () => {
    for (const viewer of [fast, slow]) {
      told(viewer);
      const delta = turn(viewer, 4 + viewer.id - 1);
      show(delta);
      expect(told(viewer)).toEqual([
        ['avatar', 4 + viewer.id - 1],
        ['state', false],
      ]);
      expect(knownTo(viewer)).toContainEqual([4 + viewer.id - 1, 'new']);
      expect(knownTo(viewer)).not.toContainEqual([1, '']);
      tick(rename(0, 'Ada'));
      expect(told(viewer)).toEqual([]);
    }
  });

  it('is told with a state of its own where nothing that is seen has changed', () => {
    told(fast);
    show(world.step([], [], [[fast.id, 2, [0, 0]]]));
    expect(told(fast)).toEqual([
      ['avatar', 2],
      ['state', false],
    ]);
  });

  it('is told to a client that reads slowly before the state that brings it up to date', () => {
    told(slow);
    slow.unsentBytes = UNSENT_BYTES_MAX + 1;
    show(turn(slow, 3));
    show(turn(slow, 5));
    expect(told(slow)).toEqual([]);
    slow.unsentBytes = 0;
    tick();
    expect(told(slow)).toEqual([
      ['avatar', 5],
      ['state', true],
    ]);
  });

  it('is kept where the copy begins again', () => {
    show(turn(fast, 4));
    told(fast);
    room.reopen(world.opened());
    tick();
    expect(told(fast)).toEqual([['state', true]]);
    expect(knownTo(fast)).toEqual([[4, 'new']]);
  });

  it('that is none leaves the client to see what the game says', () => {
    for (const [sight, count] of [
      ['all', 4],
      ['nothing', 0],
      [[80, 80], 1],
    ] as const) {
      room.reopen(world.opened());
      show(world.step([], [], [[fast.id, 0, sight]]));
      expect(knownTo(fast).length).toBe(count === 4 ? world.things.length : count);
      if (count !== 4) continue;
      tick({ op: 'add', kind: 1, x: 80, y: 80, text: 'far' });
      expect(knownTo(fast).length).toBe(4);
    }
  });
});

describe('A tick', () => {
  it('is shown to each client in its encoding', () => {
    fast.take();
    slow.take();
    expect(tick(rename(0, 'Ada'))).toMatchObject({ states: 2, skipped: 0 });
    for (const viewer of [fast, slow]) {
      expect(viewer.take()).toMatchObject([{ room: 3, tick: 1, reset: false }]);
      expect(knownTo(viewer)).toEqual([
        [1, 'Ada'],
        [2, ''],
        [3, ''],
      ]);
    }
  });

  it('is not shown to one who has left', () => {
    fast.take();
    room.leave(fast.id);
    tick(rename(0, 'Ada'));
    expect(fast.take()).toEqual([]);
  });

  it('in which nothing changed in view is shown to nobody', () => {
    fast.take();
    expect(tick()).toMatchObject({ states: 0, skipped: 0 });
    expect(tick({ op: 'add', kind: 1, x: 89, y: 89, text: 'far' })).toMatchObject({
      states: 0,
      skipped: 0,
    });
    expect(fast.take()).toEqual([]);
  });

  it('in which nothing changed is shown once a second, to each client in its own time', () => {
    const times: number[] = [];
    fast.take();
    for (let i = 0; i < 200; i++) {
      now += 50;
      tick(...(i === 5 ? [rename(0, 'Ada')] : []));
      if (fast.take().length > 0) times.push(now - 5000);
    }
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    expect(times[0]).toBe(300);
    expect(times.length).toBeGreaterThanOrEqual(9);
    expect(gaps.filter((gap) => gap < 900 || gap > 1000)).toEqual([]);
  });

  it('that comes once a second is shown, though it may come a little early', () => {
    fast.take();
    for (const ms of [1000, 998, 1001, 996]) {
      now += ms;
      tick();
    }
    expect(fast.take()).toHaveLength(4);
  });
});

describe('An acknowledgement', () => {
  it('comes once, to the client whom it is for, also where nothing changed', () => {
    fast.flow.sent(3, 1);
    fast.take();
    slow.take();
    expect(show(world.step([], [fast.id, 1, 77, 5]))).toMatchObject({ states: 1, skipped: 0 });
    expect(fast.take()).toMatchObject([{ tick: 1, ack: 1 }]);
    expect([slow.take(), fast.flow.inFlight]).toEqual([[], 0]);
    tick(rename(0, 'Ada'));
    expect(fast.take()[0]).not.toHaveProperty('ack');
  });

  it('does not change what is shown to others who see the same', () => {
    const twin = new Viewer(8, 'binary', room);
    join(twin, 1);
    twin.take();
    show(world.step([rename(0, 'Ada')], [fast.id, 3]));
    expect(twin.take()[0]).not.toHaveProperty('ack');
    expect(knownTo(twin)).toEqual(knownTo(fast));
  });
});

describe('A client that reads slowly', () => {
  beforeEach(() => {
    slow.take();
    fast.take();
    slow.unsentBytes = UNSENT_BYTES_MAX + 1;
  });

  it('is not shown ticks, while others are', () => {
    expect(tick(rename(0, 'Ada'))).toMatchObject({ states: 1, skipped: 1 });
    expect([slow.take().length, fast.take().length]).toEqual([0, 1]);
  });

  it('is brought up to date by one frame, and then shown what changes', () => {
    tick(rename(0, 'Ada'));
    tick({ op: 'remove', which: 2 }, { op: 'add', kind: 0, x: 0, y: 0, text: 'sign' });
    slow.unsentBytes = UNSENT_BYTES_MAX;
    tick();
    expect(slow.take()).toMatchObject([{ tick: 3, reset: true }]);
    expect(slow.mirror.known).toEqual(fast.mirror.known);
    tick(rename(1, 'Bob'));
    expect(slow.take()).toMatchObject([{ tick: 4, reset: false }]);
    expect(slow.mirror.known).toEqual(fast.mirror.known);
  });

  it('is told with it, once, the last of what was acknowledged meanwhile', () => {
    slow.flow.sent(3, 1);
    slow.flow.sent(3, 2);
    show(world.step([], [slow.id, 1]));
    show(world.step([], [slow.id, 2]));
    expect(slow.flow.inFlight).toBe(0);
    slow.unsentBytes = 0;
    tick();
    expect(slow.take()).toMatchObject([{ ack: 2 }]);
    tick(rename(0, 'Ada'));
    expect(slow.take()[0]).not.toHaveProperty('ack');
  });

  it('at its joining is shown the room when it can read', () => {
    const late = new Viewer(9, 'binary', room);
    late.unsentBytes = UNSENT_BYTES_MAX + 1;
    join(late, 1);
    expect(late.got.map(({ type }) => type)).toEqual(['joined', 'resumed']);
    late.unsentBytes = 0;
    tick();
    expect(late.take()).toMatchObject([{ reset: true }]);
  });
});

describe('A worker that is late', () => {
  beforeEach(() => {
    slow.take();
    fast.take();
  });

  it('shows several ticks by one frame, in which each entity is named once', () => {
    const late = [
      world.step([rename(0, 'Ada'), { op: 'add', kind: 0, x: 0, y: 0, text: 'gone again' }]),
      world.step([rename(0, 'Eve'), { op: 'remove', which: 0 }]),
      world.step([rename(0, 'Bob'), { op: 'add', kind: 0, x: 0, y: 0, text: 'stays' }]),
    ];
    expect(show(...late)).toMatchObject({ states: 2, skipped: 0 });
    for (const viewer of [fast, slow]) {
      expect(viewer.take()).toMatchObject([{ tick: 3, reset: false }]);
      expect(viewer.mirror.named).toMatchObject({ left: [], entered: [5], changed: [1] });
    }
    expect(knownTo(fast)[0]).toEqual([1, 'Bob']);
    expect(slow.mirror.known).toEqual(fast.mirror.known);
  });

  it('tells a client the last of what was acknowledged in them', () => {
    for (const seq of [1, 2, 3]) fast.flow.sent(3, seq);
    const acks = [[fast.id, 1], [fast.id, 2, slow.id, 7], []];
    show(...acks.map((pairs) => world.step([], pairs)));
    expect([fast.take(), slow.take()]).toMatchObject([[{ ack: 2 }], [{ ack: 7 }]]);
    expect(fast.flow.inFlight).toBe(1);
  });

  it('shows them to some clients at a time, and to each of them once', () => {
    room.apply([world.step([rename(0, 'Ada')])]);
    expect(room.show(1)).toMatchObject({ clients: 1, states: 1 });
    expect(room.show(1)).toMatchObject({ clients: 1, states: 1 });
    expect(room.show(1)).toMatchObject({ clients: 0, states: 0 });
    expect([fast.take().length, slow.take().length]).toEqual([1, 1]);
  });
});

describe('A copy that begins again', () => {
  it('is shown to everyone from the beginning, with the next tick', () => {
    fast.take();
    world.step([rename(0, 'missed')]);
    room.reopen(world.opened());
    expect(fast.take()).toEqual([]);
    tick();
    expect(fast.take()).toMatchObject([{ reset: true, tick: 2 }]);
    expect(knownTo(fast)[0]).toEqual([1, 'missed']);
  });
});

describe('What is said to everyone', () => {
  it('reaches each client that is in the room', () => {
    const event = { type: 'event', room: 3, name: 'boom', data: 1 } as const;
    room.leave(slow.id);
    room.broadcast(event);
    expect([fast.got.at(-1), slow.got.at(-1)?.type]).toEqual([event, 'state']);
  });
});
