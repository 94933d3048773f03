// Commands to a room: each applied exactly once and in order, whatever is lost or sent twice.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLink } from './fake-link.ts';
import { startTime, stopTime } from './fake-time.ts';
import { ANSWERS_KEPT } from './ledger.ts';
import type { Session } from './session.ts';
import { quietTally } from './test-game.ts';
import { TestRoom } from './test-room.ts';

let link: FakeLink;
let at: TestRoom;
let session: Session;

function begin(room = new TestRoom()): void {
  link = new FakeLink();
  at = room;
  session = at.joined(link);
}

beforeEach(() => {
  stopTime();
  begin();
});
afterEach(() => {
  at.room.end('ROOM_ENDED', 'The test is over.');
  startTime();
});

/** What the player's token has counted to, as a call that applies one more sees it. */
function countAfter(seq: number): unknown {
  link.take();
  at.add(session, seq, 1, true);
  at.step();
  return (link.of('result')[0]?.value as number) - 1;
}

const resumedSeqs = () => link.of('resumed').map(({ seq }) => seq);

describe('A command', () => {
  it('is acknowledged with the delta that shows what it did', () => {
    at.add(session, 1);
    at.add(session, 2);
    expect(link.take()).toEqual([]);
    at.step();
    expect(link.types).toEqual(['delta']);
    expect(link.acksOf(session.connection)).toEqual([2]);
    expect(link.of('delta')[0]!.changed.length).toBeGreaterThan(0);
  });

  it('as a call is answered with its value, after the delta', () => {
    at.add(session, 1, 5, true);
    at.step();
    expect(link.types).toEqual(['delta', 'result']);
    expect(link.of('result')).toEqual([
      { type: 'result', connection: session.connection, room: 7, seq: 1, value: 5 },
    ]);
  });

  it('that is refused is answered and acknowledged', () => {
    at.send(session, 1, 'decline');
    at.step();
    expect(link.types).toEqual(['delta', 'rejected']);
    expect(link.of('rejected')).toMatchObject([{ seq: 1, code: 'NOT_NOW', text: 'Not now.' }]);
    expect(link.acksOf(session.connection)).toEqual([1]);
  });

  it('on which the game throws is refused alone', () => {
    at.send(session, 1, 'throw');
    at.add(session, 2);
    at.step();
    expect(link.of('rejected')).toMatchObject([{ seq: 1, code: 'GAME_ERROR' }]);
    expect(countAfter(3)).toBe(1);
  });

  it('of one who has no place, or no connection, is nothing', () => {
    const stranger = at.session(link);
    at.add(stranger, 1);
    at.detach(session);
    at.add(session, 1);
    at.attach(session, link);
    expect(countAfter(1)).toBe(0);
  });
});

describe('A gap', () => {
  it('is answered with what was applied, once, and nothing behind it is applied', () => {
    at.add(session, 1);
    at.step();
    link.take();
    for (const seq of [3, 4, 5]) at.add(session, seq, 100);
    expect(link.take()).toEqual([
      { type: 'resumed', connection: session.connection, room: 7, seq: 1 },
    ]);
    expect(countAfter(2)).toBe(1);
  });

  it('is told of again when the client begins again without closing it', () => {
    at.add(session, 3);
    at.add(session, 4);
    at.add(session, 3);
    expect(resumedSeqs()).toEqual([0, 0]);
  });

  it('is told of again on a new connection', () => {
    at.add(session, 3);
    at.detach(session);
    at.attach(session, link);
    link.take();
    at.add(session, 5);
    expect(resumedSeqs()).toEqual([0]);
  });

  it('that was closed may open again', () => {
    at.add(session, 2);
    at.add(session, 1);
    at.step();
    at.add(session, 3);
    expect(resumedSeqs()).toEqual([0, 1]);
  });
});

describe('A command that comes twice', () => {
  it('while it waits is applied once', () => {
    at.add(session, 1);
    at.add(session, 1);
    at.step();
    expect(link.take().map(({ type }) => type)).toEqual(['delta']);
    expect(countAfter(2)).toBe(1);
  });

  it('while it waits, as a call, is answered once', () => {
    at.add(session, 1, 5, true);
    at.add(session, 1, 5, true);
    expect(link.take()).toEqual([]);
    at.step();
    expect(link.types).toEqual(['delta', 'result']);
  });

  it('after it was applied is acknowledged again', () => {
    at.add(session, 1);
    at.step();
    link.take();
    at.add(session, 1);
    at.step();
    expect(link.acksOf(session.connection)).toEqual([1]);
    expect(countAfter(2)).toBe(1);
  });

  it('as a call is answered with the value that it had, and at once', () => {
    at.add(session, 1, 5, true);
    at.step();
    const [first] = link.of('result');
    link.take();
    at.add(session, 1, 5, true);
    expect(link.take()).toEqual([first]);
    expect(countAfter(2)).toBe(5);
  });

  it('after a refusal is refused again with the same words', () => {
    at.send(session, 1, 'decline');
    at.step();
    const [first] = link.of('rejected');
    link.take();
    at.send(session, 1, 'decline');
    expect(link.take()).toEqual([first]);
  });

  it(`more than ${ANSWERS_KEPT} calls later is told that its value is gone`, () => {
    for (let seq = 1; seq <= ANSWERS_KEPT + 1; seq++) {
      at.add(session, seq, 1, true);
      at.step();
    }
    link.take();
    at.add(session, 1, 1, true);
    at.add(session, 2, 1, true);
    expect(link.of('rejected')).toMatchObject([{ seq: 1, code: 'RESULT_EXPIRED' }]);
    expect(link.of('result')).toMatchObject([{ seq: 2, value: 2 }]);
  });

  it('in a room without ticks is acknowledged all the same', () => {
    begin(new TestRoom(quietTally));
    at.add(session, 1);
    at.step();
    link.take();
    at.add(session, 1);
    at.step();
    expect(link.acksOf(session.connection)).toEqual([1]);
  });
});

describe('The inbox', () => {
  it('holds so many commands of a player, and asks for the rest again', () => {
    for (let seq = 1; seq <= 7; seq++) at.add(session, seq);
    expect(resumedSeqs()).toEqual([0]);
    expect(at.room.inboxLength).toBe(4);
    at.step();
    expect(link.acksOf(session.connection)).toEqual([4]);
    expect(countAfter(5)).toBe(4);
  });

  it('is bounded for each player alone', () => {
    const other = at.joined(link);
    for (let seq = 1; seq <= 5; seq++) at.add(session, seq);
    at.add(other, 1);
    at.step();
    expect(link.acksOf(other.connection)).toEqual([1]);
  });
});
