// A member of a room: its place, the numbers of its commands, and what its client is told.
import type { ProcessMetrics } from '../observe/index.ts';
import { type Answer, refused, sendAnswer } from './answer.ts';
import { GapNotice } from './gap-notice.ts';
import type { RoomState } from './room-state.ts';
import type { Session } from './session.ts';

/** The room as its members see it. */
export interface MemberRoom {
  readonly state: RoomState;
  /** Commands of one player that may wait; the worker keeps to less. */
  readonly inboxPerPlayerMax: number;
  readonly metrics: ProcessMetrics<'coordinator'>;
  /** Tells the member again up to which command the room has applied. */
  acknowledge(session: Session): void;
}

/** What it is told while it has no connection is lost: the next one is told where the room is. */
export class Member {
  readonly session: Session;
  /** Whether the room's state has taken it in. */
  entered: boolean;
  /** The requests that asked for the place and wait for their answer. */
  requests: (number | null)[] = [];
  /** Its commands that a recovery has set aside: its next greeting tells of them. */
  untold: readonly number[] = [];
  private readonly room: MemberRoom;
  /** The last sequence number taken into the inbox. */
  private taken: number;
  private readonly gap = new GapNotice();

  /** @param entered its place was recovered with the room. */
  constructor(session: Session, room: MemberRoom, entered: boolean) {
    this.session = session;
    this.room = room;
    this.entered = entered;
    this.taken = this.applied;
  }

  /** The last sequence number that the room has applied. */
  get applied(): number {
    const ledger = this.entered ? this.room.state.ledgerOf(this.session.id) : undefined;
    return ledger?.applied ?? 0;
  }

  /** A command has come; one that is not the next, or is too much, is answered here.
   *  @returns whether the room is to take it into its inbox. */
  take(seq: number, call: boolean): boolean {
    const { applied, taken } = this;
    const isNext = seq === taken + 1;
    if (isNext && taken - applied < this.room.inboxPerPlayerMax) {
      this.taken = seq;
      this.gap.close();
      return true;
    }
    if (seq <= applied) this.answerAgain(seq, call);
    // One before it is missing, or the inbox has no place for it: the client sends it again.
    else if (seq > taken && this.gap.due(seq)) this.tellApplied();
    // Else it waits in the inbox already, and its answer will come by itself; or the gap was told of.
    return false;
  }

  /** It has another connection, and goes on after what the room has applied. */
  resume(): void {
    this.gap.close();
    this.tellApplied();
  }

  /** It has another connection, and is to be greeted. */
  renew(): void {
    // Requests were made on a connection that is gone; one answer is due on this one.
    this.requests = [null];
    this.gap.close();
  }

  /** Tells it that it is in. */
  greet(request: number | null, about: unknown): void {
    const { session, applied: seq } = this;
    const { state } = this.room;
    const { link, connection } = session;
    const { avatar, sight } = state.viewOf(session.id)!;
    link?.send({
      ...{ type: 'joined', connection, room: this.id },
      ...{ avatar, sight, about, request, seq },
    });
    const { untold } = this;
    this.untold = [];
    for (const seq of untold) this.answerAgain(seq, false);
  }

  /** Tells it that its place is gone; that there is none, where it waits to hear that it is in. */
  dismiss(code: string, text: string): void {
    const { link, connection } = this.session;
    for (const request of this.requests.length > 0 ? this.requests : [null]) {
      if (request !== null) link?.send({ type: 'refused', connection, code, text, request });
      else link?.send({ type: 'left', connection, room: this.id, code, text });
    }
  }

  tell(name: string, data: unknown): void {
    const { link, connection } = this.session;
    link?.send({ type: 'event', room: this.id, connections: [connection], name, data });
  }

  answer(seq: number, answer: Answer): void {
    sendAnswer(this.room.metrics, this.session, this.id, seq, answer);
  }

  private answerAgain(seq: number, call: boolean): void {
    const kept = this.room.state.ledgerOf(this.session.id)?.kept(seq);
    if (kept) this.answer(seq, kept);
    else if (call) this.answer(seq, refused('RESULT_EXPIRED'));
    else this.room.acknowledge(this.session);
  }

  private tellApplied(): void {
    const { link, connection } = this.session;
    link?.send({ type: 'resumed', connection, room: this.id, seq: this.applied });
  }

  private get id(): number {
    return this.room.state.room.id;
  }
}
