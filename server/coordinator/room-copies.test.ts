// The copies of a room on workers: brought up to date each tick, or again from the beginning.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shapeHash } from '../link/index.ts';
import { FakeLink } from './fake-link.ts';
import { pass, startTime, stopTime } from './fake-time.ts';
import { RoomCopies } from './room-copies.ts';
import { RoomState } from './room-state.ts';
import { Session } from './session.ts';
import { quietTally, tally } from './test-game.ts';
import { TestRoom } from './test-room.ts';

let link: FakeLink;
let at: TestRoom;
let session: Session;
beforeEach(() => {
  stopTime();
  link = new FakeLink();
  at = new TestRoom();
  session = at.joined(link);
});
afterEach(() => {
  at.room.end('ROOM_ENDED', 'The test is over.');
  startTime();
});

describe('Publishing', () => {
  it('sends each worker one delta for what a tick changed, however many players it has', () => {
    const other = new FakeLink(2);
    at.joined(link);
    at.joined(other);
    link.take();
    at.add(session, 1);
    at.step();
    expect([link.types, other.types]).toEqual([['delta'], ['delta']]);
    expect(other.of('delta')[0]!.changed).toEqual(link.of('delta')[0]!.changed);
    expect([link.of('delta')[0]!.acks, other.of('delta')[0]!.acks]).toEqual([
      [session.connection, 1],
      [],
    ]);
  });

  it('acknowledges once', () => {
    at.add(session, 1);
    pass(500);
    expect(link.acksOf(session.connection)).toEqual([1]);
  });

  it.each([
    ['with', tally],
    ['without', quietTally],
  ])('sends nothing where nothing happens, but once a second, %s ticks', (_what, game) => {
    const quiet = new TestRoom(game);
    const other = new FakeLink(2);
    quiet.joined(other);
    const times: number[] = [];
    for (let i = 0; i < 200; i++) {
      pass(50);
      if (i % 5 === 0) quiet.room.beat();
      if (other.take().length > 0) times.push(performance.now());
    }
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    expect(times.length).toBeGreaterThanOrEqual(8);
    expect(gaps.filter((gap) => gap < 1000 || gap > 1250)).toEqual([]);
    quiet.room.end('ROOM_ENDED', '');
  });

  it('sends events after the delta of their tick, to one player or to each worker', () => {
    const other = new FakeLink(2);
    at.joined(other);
    link.take();
    at.send(session, 1, 'tell', { all: false });
    at.send(session, 2, 'tell', { all: true });
    at.step();
    expect(link.types).toEqual(['delta', 'event', 'event']);
    expect(link.of('event').map(({ connections }) => connections)).toEqual([
      [session.connection],
      [],
    ]);
    expect(other.of('event').map(({ connections }) => connections)).toEqual([[]]);
  });
});

describe('A worker that is too slow', () => {
  /** It misses a command of `session`, which the others see. */
  function missOne(): void {
    link.congested = true;
    at.add(session, 1);
    at.step();
    expect(link.take()).toEqual([]);
  }

  it('is sent nothing until it can take it, and then everything, and what it missed of acks', () => {
    missOne();
    at.step();
    expect(link.take()).toEqual([]);
    link.congested = false;
    pass(1000);
    at.room.beat();
    expect(link.types.slice(0, 2)).toEqual(['opened', 'delta']);
    expect(link.of('opened')[0]!.tick).toBe(link.of('delta')[0]!.tick);
    expect(link.acksOf(session.connection)).toEqual([1]);
    link.take();
    at.add(session, 2);
    at.step();
    expect(link.types).toEqual(['delta']);
  });

  it('is sent both at the next change', () => {
    missOne();
    link.congested = false;
    at.add(session, 2);
    at.step();
    expect(link.types).toEqual(['opened', 'delta']);
    expect(link.acksOf(session.connection)).toEqual([2]);
  });

  it('keeps nobody else waiting', () => {
    const other = new FakeLink(2);
    at.joined(other);
    link.take();
    missOne();
    expect(other.types).toEqual(['delta']);
  });

  it('gets the acks that it missed also when somebody joins there before the next change', () => {
    missOne();
    link.congested = false;
    const newcomer = at.session(link);
    at.room.join(newcomer, null);
    at.step();
    expect(link.acksOf(session.connection)).toEqual([1]);
    expect(link.of('opened')).toHaveLength(1);
  });

  it('gets the acks that it missed also when somebody comes back there', () => {
    const second = at.joined(link);
    at.detach(second);
    link.take();
    missOne();
    link.congested = false;
    at.attach(second, link);
    pass(2000);
    expect(link.types.slice(0, 3)).toEqual(['opened', 'delta', 'joined']);
    expect(link.acksOf(session.connection)).toContain(1);
  });

  it('has its newest entities in the copy that it is given', () => {
    link.congested = true;
    at.send(session, 1, 'place', { text: 'here' });
    at.step();
    link.congested = false;
    pass(1100);
    expect(Buffer.from(link.of('opened')[0]!.entered).includes('here')).toBe(true);
  });
});

describe('A copy that a worker has kept from an earlier coordinator', () => {
  /** As a room begins that has just been recovered, with its last step to `tick`, and nothing that
   *  changed for two ticks before. */
  function copies(tick: number, canContinue = true, joining: readonly number[] = []) {
    const room = new RoomState(quietTally, { id: 7, seed: 1, now: 0 });
    for (let i = 1; i < tick; i++) room.apply(i, []);
    const joins = joining.map((player) => ({ kind: 'join', player, name: 'player' }) as const);
    room.apply(tick, joins);
    room.takeChanges();
    const last = { ...stepTo(tick), since: tick - 3 };
    const shape = { room: 7, game: 'quiet', kinds: room.kinds, world: null, tickMs: 50 };
    return {
      of: new RoomCopies(shape, { state: room }, () => [], canContinue, last),
      room,
      hash: shapeHash(shape),
    };
  }
  const rows = Buffer.from('rows');
  const stepTo = (tick: number) => ({ tick, left: rows, entered: rows, changed: rows });

  it('is told only what it has missed', () => {
    for (const [kept, missed] of [
      [9, []],
      [8, [9]],
      [6, [9]],
    ] as const) {
      const { of, hash } = copies(9);
      link.kept = [7, kept, hash];
      expect(of.canContinue(link)).toBe(true);
      of.add(link);
      of.continue(link, session);
      of.continue(link, session);
      expect(link.of('delta').map(({ tick }) => tick)).toEqual(missed);
      of.publish(stepTo(10));
      expect(link.types.slice(-1)).toEqual(['delta']);
      link.take();
    }
  });

  it('is told the view of a player only where it may have missed a change of it', () => {
    const { of, hash, room } = copies(9, true, [5]);
    const player = new Session({ id: 5, token: 'token', name: 'player' });
    Object.assign(player, { link, connection: 55 });
    for (const [kept, told] of [
      [9, []],
      [8, [[55, 1, [0, 0]]]],
    ] as const) {
      link.kept = [7, kept, hash];
      of.add(link);
      of.continue(link, player);
      expect(link.of('delta').flatMap(({ views }) => views)).toEqual(told);
      of.remove(link);
      link.take();
    }
    expect(room.viewOf(5)).toEqual({ avatar: 1, sight: [0, 0], tick: 9 });
  });

  it('begins again where that is not known, or it is not the same room any more', () => {
    const { of, hash } = copies(9);
    for (const kept of [undefined, [7, 5, hash], [7, 9, 'other']] as const) {
      link.kept = kept;
      expect(of.canContinue(link)).toBe(false);
    }
    link.kept = [7, 9, hash];
    expect(copies(9, false).of.canContinue(link)).toBe(false);
    pass(6000);
    expect(of.canContinue(link)).toBe(false);
  });
});
