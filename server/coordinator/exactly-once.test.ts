// A client that keeps to PROTOCOL.md has each command applied exactly once, whatever is lost on the way.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLink } from './fake-link.ts';
import { startTime, stopTime } from './fake-time.ts';
import type { Session } from './session.ts';
import { quietTally, tally } from './test-game.ts';
import { TestRoom } from './test-room.ts';

let link: FakeLink;
let at: TestRoom;
let session: Session;

beforeEach(() => stopTime());
afterEach(startTime);

/** A client as PROTOCOL.md describes it, on connections that lose what is under way. */
class Client {
  private readonly pending: number[] = [];
  private lastSeq = 0;

  sendNew(): void {
    this.pending.push(++this.lastSeq);
    at.add(session, this.lastSeq, this.lastSeq, this.lastSeq % 2 === 0);
  }

  /** Its next command is lost on the way. */
  loseNew(): void {
    this.pending.push(++this.lastSeq);
  }

  sendAgain(which: number): void {
    const seq = this.pending[which % Math.max(1, this.pending.length)];
    if (seq !== undefined) at.add(session, seq, seq, seq % 2 === 0);
  }

  reconnect(): void {
    if (session.link) at.detach(session);
    link.take();
    at.attach(session, link, session.connection + 1);
    this.read();
  }

  /** Takes everything that came and answers as it should. */
  read(): void {
    for (const message of link.take()) {
      if (message.type === 'delta') this.dropUpTo(message.acks.at(-1) ?? 0);
      else if (message.type === 'result') this.drop(message.seq);
      else if (message.type === 'resumed' || message.type === 'joined') {
        this.dropUpTo(message.seq);
        for (const seq of this.pending) at.add(session, seq, seq, seq % 2 === 0);
      }
    }
  }

  get waiting(): number {
    return this.pending.length;
  }

  get sum(): number {
    return (this.lastSeq * (this.lastSeq + 1)) / 2;
  }

  get next(): number {
    return this.lastSeq + 1;
  }

  private drop(seq: number): void {
    if (this.pending.includes(seq)) this.pending.splice(this.pending.indexOf(seq), 1);
  }

  private dropUpTo(seq: number): void {
    while (this.pending[0] !== undefined && this.pending[0] <= seq) this.pending.shift();
  }
}

describe('A client that keeps to PROTOCOL.md', () => {
  const moves = [
    'sendNew',
    'sendNew',
    'loseNew',
    'sendAgain',
    'reconnect',
    'read',
    'step',
  ] as const;
  const move = fc.tuple(fc.constantFrom(...moves), fc.nat(5));

  it('has every command applied exactly once, whatever is lost, repeated or cut off', () => {
    fc.assert(
      fc.property(
        fc.array(move, { maxLength: 60, size: 'max' }),
        fc.boolean(),
        (steps, hasTicks) => {
          link = new FakeLink();
          at = new TestRoom(hasTicks ? tally : quietTally);
          session = at.joined(link);
          const client = new Client();
          for (const [what, which] of steps) {
            if (what === 'step') at.step();
            else client[what](which);
          }
          client.reconnect();
          for (let i = 0; i < 100 && client.waiting > 0; i++) {
            at.step();
            client.read();
          }
          expect(client.waiting).toBe(0);
          at.add(session, client.next, 1, true);
          at.step();
          expect(link.of('result').at(-1)?.value).toBe(client.sum + 1);
          at.room.end('ROOM_ENDED', '');
        },
      ),
    );
  });
});
