// How many commands are unanswered: each counts once, from when it is sent until it is answered.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Flow } from './flow.ts';

describe('Flow', () => {
  it('counts what is sent and not answered, over all rooms', () => {
    const flow = new Flow();
    flow.sent(1, 1);
    flow.sent(1, 2);
    flow.sent(2, 1);
    expect(flow.inFlight).toBe(3);
    flow.answered(1, 2);
    expect(flow.inFlight).toBe(1);
    flow.answered(1, 1);
    flow.answered(9, 1);
    expect(flow.inFlight).toBe(1);
  });

  it('begins to count at the number that comes first', () => {
    const flow = new Flow();
    flow.sent(1, 1000);
    expect(flow.inFlight).toBe(1);
  });

  it('counts nothing behind a gap, until what was left out is sent again', () => {
    const flow = new Flow();
    flow.sent(1, 1);
    flow.sent(2, 1);
    for (const seq of [5, 6, 7]) flow.sent(1, seq);
    expect(flow.inFlight).toBe(2);
    flow.restart(1, 1);
    expect(flow.inFlight).toBe(1);
    flow.sent(1, 8);
    expect(flow.inFlight).toBe(1);
    flow.sent(1, 2);
    flow.sent(1, 3);
    expect(flow.inFlight).toBe(3);
  });

  it('knows a gap also where all that was sent before is answered', () => {
    const flow = new Flow();
    flow.restart(1, 14);
    flow.answered(1, 18);
    for (const seq of [20, 21, 22]) flow.sent(1, seq);
    expect(flow.inFlight).toBe(0);
    flow.sent(1, 19);
    flow.sent(1, 20);
    expect(flow.inFlight).toBe(2);
    flow.answered(1, 20);
    expect(flow.inFlight).toBe(0);
  });

  it('counts nothing of a room that is left', () => {
    const flow = new Flow();
    flow.sent(1, 1);
    flow.leave(1);
    flow.leave(7);
    expect(flow.inFlight).toBe(0);
  });

  it('takes no more as answered than was sent', () => {
    const flow = new Flow();
    flow.sent(1, 1);
    flow.answered(1, 50);
    expect(flow.inFlight).toBe(0);
    flow.sent(1, 2);
    expect(flow.inFlight).toBe(1);
  });

  it('remembers only rooms that owe an answer, whatever rooms a client names', () => {
    const flow = new Flow();
    for (let room = 1; room <= 100; room++) {
      flow.sent(room, 1);
      flow.answered(room, 1);
    }
    expect((flow as unknown as { rooms: Map<number, unknown> }).rooms.size).toBe(0);
  });

  it('counts for any client that numbers without a gap each command that waits, once', () => {
    const room = fc.nat(2);
    const act = fc.oneof(
      fc.record({ room, send: fc.constant(true) }),
      fc.record({ room, repeat: fc.nat(5) }),
      fc.record({ room, answer: fc.nat(5) }),
      fc.record({ room, restart: fc.constant(true) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80, size: 'max' }), (acts) => {
        const flow = new Flow();
        const waiting: number[][] = [[], [], []];
        const lastSeq = [0, 0, 0];
        for (const does of acts) {
          const of = waiting[does.room]!;
          if ('send' in does) {
            of.push(++lastSeq[does.room]!);
            flow.sent(does.room, lastSeq[does.room]!);
          } else if ('restart' in does) {
            flow.restart(does.room, lastSeq[does.room]!);
            of.length = 0;
          } else if ('repeat' in does) {
            if (of.length > 0) flow.sent(does.room, of[does.repeat % of.length]!);
          } else if (of.length > 0) {
            const seq = of[does.answer % of.length]!;
            flow.answered(does.room, seq);
            of.splice(0, of.indexOf(seq) + 1);
          }
          expect(flow.inFlight).toBe(waiting.flat().length);
        }
      }),
    );
  });
});
