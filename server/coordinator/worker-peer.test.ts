// A worker's end of the link: which session a connection speaks for, and what it may ask for.
import type { Socket } from 'node:net';
import { duplexPair } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Config } from '../config.ts';
import { Channel, type FromWorker, fromCoordinatorCodec, fromWorkerCodec } from '../link/index.ts';
import { FakeLink } from './fake-link.ts';
import { pass, startTime, stopTime } from './fake-time.ts';
import { PRESENT_MS_MAX, UNREAD_BYTES_MAX, UNREAD_MS_MAX } from './link-watch.ts';
import type { Room } from './room.ts';
import { GRACE_MS } from './strangers.ts';
import { log } from './test-room.ts';
import { TestWorld } from './test-world.ts';
import { type PeerWorld, WorkerPeer } from './worker-peer.ts';

type Attached = Extract<Parameters<FakeLink['send']>[0], { type: 'attached' }>;

/** A worker on the other end of a real channel. */
class TestWorker {
  readonly peer: WorkerPeer;
  /** What it was sent. */
  readonly got = new FakeLink();
  private readonly channel;

  constructor(world: PeerWorld) {
    const [ours, theirs] = duplexPair();
    this.peer = new WorkerPeer(theirs as Socket, world);
    this.channel = new Channel({
      stream: ours,
      out: fromWorkerCodec,
      in: fromCoordinatorCodec,
      message: (message) => this.got.send(message),
      closed: () => {},
    });
  }

  /** Sends the messages; what answers them has come when it resolves. */
  async send(...messages: FromWorker[]): Promise<void> {
    for (const message of messages) this.channel.send(message);
    await settle();
  }

  async attach(
    connection: number,
    token = '',
    since = 0,
    account = '',
    address = '127.0.0.1',
  ): Promise<Attached> {
    this.got.take();
    const who = { token, name: 'ada', account, address };
    await this.send({ type: 'attach', connection, ...who, since, rooms: null });
    return this.got.of('attached')[0]!;
  }

  async join(connection: number, room: number, game = '', request: number | null = 1) {
    this.got.take();
    await this.send({ type: 'join', connection, room, game, request });
  }

  stopReading(): void {
    this.channel.pause();
  }

  async die(): Promise<void> {
    this.channel.destroy();
    await settle();
  }
}

/** Lets both channels flush and read, and rooms tick. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    pass(51);
    // A turn of the loop: streams give what was written in a later microtask or tick.
    await new Promise<void>((resolve) => process.nextTick(() => queueMicrotask(resolve)));
  }
}

let world: TestWorld & PeerWorld;
let gone: WorkerPeer[];
let worker: TestWorker;
beforeEach(() => {
  stopTime();
  gone = [];
  const made = new TestWorld({ roomsPerSessionMax: 2, sessionsMax: 4 });
  world = Object.assign(made, { log, gone: (peer: WorkerPeer) => gone.push(peer) });
  worker = new TestWorker(world);
});
afterEach(() => {
  world.end();
  startTime();
});

const command = (connection: number, room: number, seq: number, name: string, args = {}) =>
  ({ type: 'command', connection, room, seq, name, args, call: true }) as const;

it('A connection on whose message the coordinator fails is closed, and nobody else’s', async () => {
  await worker.attach(1);
  await worker.attach(2);
  world.rooms.byId = () => {
    throw new Error('a mistake of ours');
  };
  await worker.join(1, 7);
  expect(worker.got.of('refused')).toMatchObject([{ connection: 1, code: 'INTERNAL' }]);
  await worker.send(command(2, 0, 1, 'online'));
  expect(worker.got.of('result')).toMatchObject([{ connection: 2 }]);
});

it('A connection on whose join the coordinator fails later is closed, and the process goes on', async () => {
  await worker.attach(1);
  const found = Promise.withResolvers<Room>();
  world.rooms.withPlace = () => found.promise;
  await worker.join(1, -1, 'tally');
  world.rooms.withPlace = () => {
    throw new Error('a mistake of ours');
  };
  found.resolve(undefined as unknown as Room);
  await settle();
  expect(worker.got.of('refused')).toMatchObject([{ connection: 1, code: 'INTERNAL' }]);
  await worker.attach(2);
  expect(world.sessions.size).toBe(2);
});

it('A session that cannot be begun for a mistake of ours is refused with INTERNAL', async () => {
  const begin = vi.spyOn(world.sessions, 'begin').mockImplementation(() => {
    throw new Error('a mistake of ours');
  });
  await worker.attach(1);
  expect(worker.got.of('refused')).toMatchObject([{ connection: 1, code: 'INTERNAL' }]);
  begin.mockRestore();
});

it('A link that is closed takes nothing more: the files may be another process’', async () => {
  await worker.attach(1);
  const written = world.storage.events.length;
  worker.peer.close();
  await worker.send(command(1, 0, 1, 'match', { game: 'tally' }));
  await worker.attach(2);
  expect([world.storage.events.length, world.sessions.size]).toEqual([written, 1]);
});

it('Each refused command is counted by its code, of the lobby, of a room, and of none', async () => {
  const count = vi.spyOn(world.metrics, 'count');
  await worker.attach(1);
  await worker.join(1, -1, 'tally');
  await worker.send(command(1, 0, 1, 'nothing'));
  await worker.send(command(1, 1, 1, 'nothing'));
  await worker.send(command(1, 99, 1, 'nothing'));
  await settle();
  const codes = count.mock.calls.filter(([name]) => (name as string) === 'commandsRejected');
  expect(codes.map(([, times, labels]) => [times, labels])).toEqual([
    [1, { code: 'UNKNOWN_COMMAND' }],
    [1, { code: 'UNKNOWN_COMMAND' }],
    [1, { code: 'NOT_IN_ROOM' }],
  ]);
  count.mockRestore();
});

describe('The link of a worker', () => {
  const present = { type: 'present', copies: [], worker: 4 } as const;
  const again = { type: 'attach', name: 'ada', account: '', address: '127.0.0.1' } as const;

  it('ends where the worker does not read, and its clients are welcomed again when it comes back', async () => {
    await worker.send(present);
    const { token } = await worker.attach(10);
    await worker.send({ ...again, connection: 10, token, since: 0, rooms: [] });
    expect(worker.got.of('attached').at(-1)).toMatchObject({ continued: true });
    worker.stopReading();
    const data = 'x'.repeat(1_000_000);
    for (let sent = 0; sent <= UNREAD_BYTES_MAX + data.length; sent += data.length) {
      worker.peer.send({ type: 'event', room: 0, connections: [10], name: 'news', data });
      worker.peer.flush();
    }
    const now = performance.now();
    worker.peer.beat(now);
    worker.peer.beat(now + UNREAD_MS_MAX - 1);
    expect(gone).toEqual([]);
    const error = vi.spyOn(log, 'error');
    worker.peer.beat(now + UNREAD_MS_MAX);
    await settle();
    expect(gone).toEqual([worker.peer]);
    expect(error.mock.calls).toMatchObject([[{ worker: 4 }, expect.stringContaining('not read')]]);
    worker = new TestWorker(world);
    await worker.send(present);
    for (const connection of [10, 11]) {
      await worker.send({ ...again, connection, token, since: 0, rooms: [] });
    }
    expect(worker.got.of('attached')).toMatchObject([{ continued: false }, { continued: false }]);
  });

  it('ends where it does not say which worker it is', async () => {
    const [silent, now] = [worker.peer, performance.now()];
    worker = new TestWorker(world);
    await worker.send(present);
    for (const peer of [silent, worker.peer]) peer.beat(now + PRESENT_MS_MAX + 1000);
    await settle();
    expect(gone).toEqual([silent]);
  });
});

describe('attach', () => {
  it('without a token begins a session', async () => {
    await worker.send({ type: 'present', copies: [], worker: 4 });
    const { token } = await worker.attach(10);
    expect(worker.got.take()).toEqual([
      {
        type: 'attached',
        connection: 10,
        session: 1,
        token,
        name: 'ada',
        resumed: false,
        rooms: [],
        lobbySeq: 0,
        continued: false,
        account: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/),
      },
    ]);
    expect([worker.peer.worker, world.sessions.size]).toEqual([4, 1]);
  });

  it('to a session of an earlier process tells the key of its account where the worker has it', async () => {
    const { account: key, token } = await worker.attach(10);
    const { accountKey: _, ...session } = world.sessions.find(token)!;
    worker.peer.close();
    world = Object.assign(new TestWorld(), { log, gone: () => {} });
    const saved = { ...session, key: '', rooms: [], lost: [], lobby: { applied: 0, answers: [] } };
    const last = { waiting: [], lastSession: 1, lastRoom: 0, lastFence: session.fence };
    world.sessions.restore({ sessions: [saved], ...last });
    worker = new TestWorker(world);
    expect(await worker.attach(10, token)).toMatchObject({ resumed: true, account: '' });
    expect(await worker.attach(10, token, 0, 'x'.repeat(32))).toMatchObject({ account: '' });
    expect(await worker.attach(10, token, 0, key)).toMatchObject({ account: key });
    expect(await worker.attach(10, token)).toMatchObject({ account: key });
  });

  it('with a token nobody knows begins a new session', async () => {
    expect(await worker.attach(10, 'stale')).toMatchObject({ resumed: false, session: 1 });
  });

  it('with the token of a session resumes it, with its rooms and what was applied', async () => {
    const { token } = await worker.attach(10);
    await worker.join(10, -1, 'tally');
    await worker.send(command(10, 0, 1, 'online'), command(10, 1, 1, 'add', { by: 3 }));
    await worker.send({ type: 'detach', connection: 10 });
    const second = new TestWorker(world);
    expect(await second.attach(20, token)).toMatchObject({
      connection: 20,
      session: 1,
      resumed: true,
      rooms: [1],
      lobbySeq: 1,
    });
    expect(second.got.types.slice(0, 3)).toEqual(['attached', 'opened', 'joined']);
    expect(second.got.of('joined')).toMatchObject([{ connection: 20, seq: 1, request: null }]);
  });

  it('takes a session over from the connection that had it, which is told', async () => {
    const { token } = await worker.attach(10);
    const second = new TestWorker(world);
    await second.attach(20, token);
    expect(worker.got.of('refused')).toMatchObject([
      { connection: 10, code: 'SESSION_REPLACED', request: null },
    ]);
    worker.got.take();
    await worker.send(command(10, 0, 1, 'online'), { type: 'detach', connection: 10 });
    expect(worker.got.take()).toEqual([]);
    await second.send(command(20, 0, 1, 'online'));
    expect(second.got.of('result')).toMatchObject([{ value: { sessions: 1 } }]);
  });

  it('takes it over also on the same worker', async () => {
    const { token } = await worker.attach(10);
    await worker.attach(11, token);
    expect(worker.got.types).toEqual(['refused', 'attached']);
    await worker.send({ type: 'detach', connection: 10 }, command(11, 0, 1, 'online'));
    expect(worker.got.of('result')).toMatchObject([{ connection: 11 }]);
  });

  it('of a connection that was handed over cuts nobody off, also where it comes back', async () => {
    const { token } = await worker.attach(10);
    await worker.join(10, -1, 'tally');
    const second = new TestWorker(world);
    await second.attach(10, token, 1000);
    await worker.attach(10, token, 2000);
    expect(await worker.attach(10, token, 3000)).toMatchObject({ resumed: true, rooms: [1] });
    expect([...worker.got.of('refused'), ...second.got.of('refused')]).toEqual([]);
    await second.send({ type: 'detach', connection: 10 });
    await worker.send(command(10, 1, 1, 'add', { by: 3 }), command(10, 0, 1, 'online'));
    expect(worker.got.of('result')).toHaveLength(2);
  });

  it('with an account ends the session that had it, and tells its connection', async () => {
    const { account, token } = await worker.attach(10);
    await worker.join(10, -1, 'tally');
    const second = new TestWorker(world);
    const attached = await second.attach(20, '', 0, account);
    expect(attached).toMatchObject({ session: 2, resumed: false, rooms: [], account });
    expect(worker.got.of('refused')).toMatchObject([{ connection: 10, code: 'SESSION_REPLACED' }]);
    expect([world.sessions.find(token), world.sessions.size]).toEqual([undefined, 1]);
  });

  it('with an account that cannot be written down ends nothing', async () => {
    const { account, token } = await worker.attach(10);
    const second = new TestWorker(world);
    world.storage.fails = true;
    await second.attach(20, '', 0, account);
    expect(second.got.of('refused')).toMatchObject([{ code: 'SESSION_NOT_STORED' }]);
    expect(worker.got.of('refused')).toEqual([]);
    expect(world.sessions.find(token)!.link).toBe(worker.peer);
    world.storage.fails = false;
    expect(await second.attach(20, '', 0, account)).toMatchObject({ session: 2 });
    expect(worker.got.of('refused')).toMatchObject([{ connection: 10, code: 'SESSION_REPLACED' }]);
    expect(world.sessions.find(token)).toBeUndefined();
  });

  it('with an account is refused where its client has come back on a newer connection', async () => {
    const { account, token } = await worker.attach(11);
    expect(await worker.attach(10, '', 0, account)).toBeUndefined();
    expect(worker.got.take()).toMatchObject([{ connection: 10, code: 'SESSION_REPLACED' }]);
    expect(world.sessions.find(token)).toBeDefined();
  });

  it('with a token of a session resumes that, whatever account is shown', async () => {
    const { token, account } = await worker.attach(10);
    const other = await worker.attach(11);
    expect(await worker.attach(12, token, 0, other.account)).toMatchObject({ session: 1, account });
    expect(world.sessions.size).toBe(2);
  });

  it('is refused where its client has come back on a newer connection', async () => {
    const { token } = await worker.attach(11);
    const second = new TestWorker(world);
    expect(await second.attach(10, token)).toBeUndefined();
    expect(second.got.take()).toMatchObject([{ connection: 10, code: 'SESSION_REPLACED' }]);
    await worker.send(command(11, 0, 1, 'online'));
    expect(worker.got.types).toEqual(['attached', 'result']);
  });

  it('is refused where a newer worker has the connection already', async () => {
    const { token } = await worker.attach(10);
    const [second, third] = [new TestWorker(world), new TestWorker(world)];
    await third.attach(10, token, 2000);
    expect(await second.attach(10, token, 1000)).toBeUndefined();
    await second.die();
    await third.send(command(10, 0, 1, 'online'));
    expect(third.got.types).toEqual(['attached', 'result']);
  });

  it('beyond the limit of sessions is refused', async () => {
    for (const connection of [1, 2, 3, 4]) await worker.attach(connection);
    await worker.attach(5);
    expect(worker.got.take()).toMatchObject([
      { type: 'refused', connection: 5, code: 'SERVER_FULL' },
    ]);
  });
});

describe('The end of a connection', () => {
  it('by quit ends the session', async () => {
    const { token } = await worker.attach(10);
    await worker.send({ type: 'quit', connection: 10 }, { type: 'detach', connection: 10 });
    expect(world.sessions.find(token)).toBeUndefined();
  });

  it('together with its worker leaves the session to be resumed', async () => {
    const { token } = await worker.attach(10);
    await worker.join(10, -1, 'tally');
    await worker.die();
    expect(gone).toEqual([worker.peer]);
    expect(world.sessions.find(token)?.link).toBeUndefined();
    expect(await new TestWorker(world).attach(20, token)).toMatchObject({ resumed: true });
  });
});

describe('join and leave', () => {
  beforeEach(async () => {
    await worker.attach(10);
  });

  it('by the name of a game give a room of it, the same for the next player', async () => {
    await worker.attach(11);
    await worker.join(10, -1, 'tally');
    expect(worker.got.of('joined')).toMatchObject([{ connection: 10, room: 1, request: 1 }]);
    await worker.join(11, -1, 'tally', null);
    expect(worker.got.of('joined')).toMatchObject([{ connection: 11, room: 1, request: null }]);
  });

  it('by the name of a game mean the room that one is in already', async () => {
    await world.rooms.open('tally');
    await worker.join(10, 1);
    for (let i = 0; i < 2; i++) world.rooms.open('tally');
    await worker.join(10, -1, 'tally', 6);
    expect(worker.got.of('joined')).toMatchObject([{ room: 1, request: 6 }]);
  });

  it.each([
    ['an unknown room', 77, '', 'UNKNOWN_ROOM', 'room 77'],
    ['the lobby', 0, '', 'UNKNOWN_ROOM', 'room 0'],
    ['an unknown game', -1, 'chess', 'UNKNOWN_GAME', 'chess'],
    ['a game that fails', -1, 'broken', 'GAME_ERROR', 'broken'],
  ])('of %s is refused with the request', async (_what, room, game, code, detail) => {
    await worker.join(10, room, game, 5);
    expect(worker.got.take()).toEqual([
      {
        type: 'refused',
        connection: 10,
        code,
        text: expect.stringContaining(detail),
        request: 5,
      },
    ]);
  });

  it('of a full room is refused', async () => {
    const full = (await world.rooms.open('tally')) as Room;
    for (let i = 0; i < 3; i++) full.join(world.session(new FakeLink(2)), null);
    await worker.join(10, 1, '', 5);
    expect(worker.got.of('refused')).toMatchObject([{ code: 'ROOM_FULL', request: 5 }]);
  });

  it('of more rooms than a session may be in is refused', async () => {
    for (const room of [1, 2, 3]) {
      await world.rooms.open('tally');
      await worker.join(10, room);
    }
    expect(worker.got.of('refused')).toMatchObject([{ code: 'JOINED_LIMIT', request: 1 }]);
    await worker.join(10, 2);
    expect(worker.got.of('joined')).toHaveLength(1);
    await worker.send({ type: 'leave', connection: 10, room: 1 });
    await worker.join(10, 3);
    expect(worker.got.of('joined')).toHaveLength(1);
  });

  it('of a game whose world has to be prepared wait for one room, and for another when it is full', async () => {
    for (const connection of [11, 12, 13]) await worker.attach(connection);
    for (const connection of [10, 11, 12, 13]) await worker.join(connection, -1, 'prepared');
    expect([worker.got.take(), world.pool.held.length]).toEqual([[], 1]);
    await world.pool.give('first');
    await settle();
    const places = () => worker.got.of('joined').map(({ connection, room }) => [connection, room]);
    expect([places(), world.pool.held.length]).toEqual([[10, 11, 12].map((at) => [at, 1]), 1]);
    worker.got.take();
    await world.pool.give('second');
    await settle();
    expect(places()).toEqual([[13, 2]]);
  });

  it('of a game that cannot be prepared are refused, each with its request', async () => {
    await worker.join(10, -1, 'prepared', 5);
    await worker.send({ type: 'join', connection: 10, room: -1, game: 'prepared', request: 6 });
    await world.pool.fail(new Error('not today'));
    await settle();
    expect(worker.got.of('refused')).toMatchObject(
      [5, 6].map((request) => ({ code: 'GAME_ERROR', request })),
    );
    await worker.join(10, -1, 'tally', 7);
    expect(worker.got.of('joined')).toMatchObject([{ request: 7 }]);
  });

  it('of one who has gone meanwhile are forgotten', async () => {
    await worker.join(10, -1, 'prepared');
    await worker.send({ type: 'detach', connection: 10 });
    await world.pool.give('made');
    await settle();
    const [room] = [...world.rooms];
    expect([room?.players, worker.got.of('joined')]).toEqual([0, []]);
  });

  it('a leave is answered, and refused for a room that one is not in', async () => {
    await worker.join(10, -1, 'tally');
    await worker.send({ type: 'leave', connection: 10, room: 1 });
    expect(worker.got.of('left')).toMatchObject([{ connection: 10, room: 1, code: 'LEFT' }]);
    worker.got.take();
    await worker.send({ type: 'leave', connection: 10, room: 1 });
    expect(worker.got.take()).toMatchObject([
      { type: 'refused', code: 'NOT_IN_ROOM', request: null },
    ]);
  });

  it('a command for a room that one is not in is rejected', async () => {
    worker.got.take();
    await worker.send(command(10, 9, 1, 'add'));
    expect(worker.got.take()).toMatchObject([
      { type: 'rejected', connection: 10, room: 9, seq: 1, code: 'NOT_IN_ROOM' },
    ]);
  });
});

describe('The limits of an address', () => {
  const HOME = '2001:db8:0:1::1';
  const NEXT_DOOR = '2001:db8:0:1:ffff::2';
  const ELSEWHERE = '2001:db8:0:2::1';
  let last = 0;

  /** A world with two rooms of `tally`, in which these limits hold. */
  async function limited(changes: Partial<Config>): Promise<void> {
    last = 0;
    const made = new TestWorld(changes);
    world = Object.assign(made, { log, gone: (peer: WorkerPeer) => gone.push(peer) });
    worker = new TestWorker(world);
    for (let i = 0; i < 2; i++) await world.rooms.open('tally');
  }

  /** @returns the connection's number, or why it was refused. */
  async function hello(address: string, account = ''): Promise<number | string> {
    const connection = ++last;
    const attached = await worker.attach(connection, '', 0, account, address);
    return attached ? connection : worker.got.of('refused')[0]!.code;
  }

  /** @returns `joined`, or why not. */
  async function join(connection: number | string, room = 1): Promise<string> {
    await worker.join(connection as number, room);
    return worker.got.of('refused')[0]?.code ?? worker.got.of('joined')[0]!.type;
  }

  const who = {
    type: 'attach',
    token: '',
    name: 'ada',
    account: '',
    since: 0,
    rooms: null,
  } as const;

  /** Says `count` hellos at once, by turns from these addresses.
   *  @returns how many were refused. */
  async function helloAtOnce(count: number, ...addresses: string[]): Promise<number> {
    worker.got.take();
    const address = (i: number) => addresses[i % addresses.length]!;
    const all = Array.from({ length: count }, (_, i) => ({
      ...who,
      connection: ++last,
      address: address(i),
    }));
    await worker.send(...all);
    return worker.got.of('refused').length;
  }

  /** @returns what came of so many joins at once, of these connections by turns. */
  async function joinAtOnce(count: number, ...connections: (number | string)[]): Promise<string[]> {
    worker.got.take();
    const all = Array.from({ length: count }, (_, request) => {
      const connection = connections[request % connections.length] as number;
      return { type: 'join', connection, room: 1, game: '', request } as const;
    });
    await worker.send(...all);
    return worker.got.of('refused').map(({ code, request }) => `${code} ${request}`);
  }

  it('let it begin sessions at a rate, and resume any number', async () => {
    await limited({ sessionsPerSecondPerAddress: 1 });
    const { token } = await worker.attach(++last, '', 0, '', HOME);
    expect(await helloAtOnce(24, HOME, NEXT_DOOR)).toBe(5);
    expect(await hello(ELSEWHERE)).toBe(last);
    expect(await worker.attach(++last, token, 0, '', HOME)).toMatchObject({ resumed: true });
    pass(1000);
    expect(await hello(NEXT_DOOR)).toBe(last);
  });

  it('refuse a session before the account’s older one has ended for it', async () => {
    await limited({ sessionsPerSecondPerAddress: 1 });
    const key = 'k'.repeat(22);
    await hello(HOME, key);
    const older = world.sessions.ownerOf(key)!.id;
    await helloAtOnce(25, HOME);
    expect([await hello(HOME, key), world.sessions.ownerOf(key)!.id]).toEqual([
      'ADDRESS_LIMIT',
      older,
    ]);
  });

  it('bound its sessions; those that have only said hello make place for new ones', async () => {
    await limited({ sessionsPerAddressMax: 3 });
    const players = [await hello(HOME), await hello(NEXT_DOOR)];
    for (const one of players) expect(await join(one)).toBe('joined');
    await hello(HOME);
    expect(await hello(HOME)).toBe('ADDRESS_LIMIT');
    expect(await hello(ELSEWHERE)).toBe(last);
    pass(GRACE_MS);
    const third = await hello(HOME);
    expect(worker.got.of('refused')).toMatchObject([{ connection: 3, code: 'SERVER_FULL' }]);
    expect(await join(third)).toBe('joined');
    pass(GRACE_MS);
    expect(await hello(HOME)).toBe('ADDRESS_LIMIT');
  });

  it('count a session that takes an account over from another address', async () => {
    await limited({ sessionsPerAddressMax: 1 });
    const key = 'k'.repeat(22);
    await hello(ELSEWHERE, key);
    expect(await join(await hello(HOME))).toBe('joined');
    expect(await hello(HOME, key)).toBe('ADDRESS_LIMIT');
    expect(await hello(ELSEWHERE, key)).toBe(last);
  });

  it('count a session for the address that it was resumed from', async () => {
    await limited({ sessionsPerAddressMax: 1 });
    const { token } = await worker.attach(++last, '', 0, '', HOME);
    await join(last);
    await worker.attach(++last, token, 0, '', ELSEWHERE);
    expect(await hello(HOME)).toBe(last);
    pass(GRACE_MS);
    expect(await hello(ELSEWHERE)).toBe('ADDRESS_LIMIT');
  });

  it('let its players join at a rate, for any account, and answer each request', async () => {
    await limited({ joinsPerSecondPerAddress: 1 });
    const [one, other, stranger] = [
      await hello(HOME),
      await hello(NEXT_DOOR),
      await hello(ELSEWHERE),
    ];
    expect(await joinAtOnce(22, one, other)).toEqual(['TOO_SOON 20', 'TOO_SOON 21']);
    expect(await join(stranger)).toBe('joined');
    pass(1000);
    expect(await join(one)).toBe('joined');
  });

  it('count a match that is asked for as a join: it opens a room as well', async () => {
    await limited({ joinsPerSecond: 1 });
    const one = (await hello(ELSEWHERE)) as number;
    worker.got.take();
    const asks = Array.from({ length: 11 }, (_, i) =>
      command(one, 0, i + 1, 'match', { game: 'duel' }),
    );
    await worker.send(...asks);
    expect(worker.got.of('rejected').map(({ code }) => code)).toEqual([
      ...Array(10).fill('UNKNOWN_GAME'),
      'TOO_SOON',
    ]);
  });

  it('bound the places of its players, matches that are waited for among them', async () => {
    await limited({ placesPerAddressMax: 2 });
    const [one, other] = [await hello(HOME), await hello(NEXT_DOOR)];
    expect([await join(one, 1), await join(other, 1)]).toEqual(['joined', 'joined']);
    expect([await join(one, 2), await join(one, 1)]).toEqual(['PLACE_QUOTA', 'joined']);
    worker.got.take();
    await worker.send(command(one as number, 0, 1, 'match', { game: 'duel' }));
    expect(worker.got.of('rejected')).toMatchObject([{ code: 'PLACE_QUOTA' }]);
    expect(await join(await hello(ELSEWHERE), 2)).toBe('joined');
    await worker.send({ type: 'leave', connection: other as number, room: 1 });
    expect(await join(one, 2)).toBe('joined');
  });

  it('do not hold for exempt addresses, those of an account do', async () => {
    await limited({ sessionsPerSecondPerAddress: 1, sessionsPerAddressMax: 1, joinsPerSecond: 1 });
    expect(await helloAtOnce(30, '127.0.0.1')).toBe(0);
    expect(await joinAtOnce(11, last)).toEqual(['TOO_SOON 10']);
    expect(await join(last - 1)).toBe('joined');
  });
});

describe('A server with as many sessions as may be', () => {
  it('ends sessions that have only said hello for new ones, and refuses when there are none', async () => {
    for (const connection of [1, 2, 3, 4]) await worker.attach(connection);
    await worker.send({ type: 'detach', connection: 3 });
    for (const connection of [1, 2]) await worker.join(connection, -1, 'tally');
    const come = async (connection: number) => {
      const isIn = (await worker.attach(connection)) !== undefined;
      return isIn || worker.got.of('refused').map(({ connection: of, code }) => [of, code]);
    };
    expect(await come(5)).toBe(true);
    expect(await come(6)).toEqual([[6, 'SERVER_FULL']]);
    pass(GRACE_MS);
    expect(await come(7)).toBe(true);
    await worker.join(7, -1, 'tally');
    pass(GRACE_MS);
    expect(await come(8)).toBe(true);
    expect(world.sessions.size).toBe(4);
  });
});
