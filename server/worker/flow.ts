// How many commands of a connection are unanswered, over all of its rooms.

interface RoomFlow {
  sent: number;
  answered: number;
  /** The coordinator has said where the room stands: what leaves a gap behind that is known. */
  readonly isKnown: boolean;
}

/** Invariant: `inFlight` is the sum of `sent - answered` over the rooms. */
export class Flow {
  inFlight = 0;
  private readonly rooms = new Map<number, RoomFlow>();

  /** Command `seq` goes to the coordinator. One that went before does not count again. One behind a
   *  gap does not count: the coordinator drops it, and has said or will say where to go on. What is
   *  to be sent again comes behind all of these, so that they must be read whatever their number. */
  sent(room: number, seq: number): void {
    let flow = this.rooms.get(room);
    if (!flow) {
      flow = { sent: seq - 1, answered: seq - 1, isKnown: false };
      this.rooms.set(room, flow);
    }
    if (seq !== flow.sent + 1) return;
    this.inFlight++;
    flow.sent = seq;
  }

  /** Everything up to `seq` has been answered. */
  answered(room: number, seq: number): void {
    const flow = this.rooms.get(room);
    if (!flow || seq <= flow.answered) return;
    this.inFlight -= Math.min(seq, flow.sent) - flow.answered;
    // It may have been sent before the room was begun again.
    flow.sent = Math.max(seq, flow.sent);
    flow.answered = seq;
    // A client may name any number of rooms: only those that it is in, or that owe an answer, are
    // remembered.
    if (flow.answered === flow.sent && !flow.isKnown) this.rooms.delete(room);
  }

  /** Who was to answer is gone: nothing is waited for any more. */
  clear(): void {
    this.rooms.clear();
    this.inFlight = 0;
  }

  /** The client is told to go on behind `seq`: nothing else is waited for any more. */
  restart(room: number, seq: number): void {
    this.leave(room);
    this.rooms.set(room, { sent: seq, answered: seq, isKnown: true });
  }

  /** The client is not in the room any more. */
  leave(room: number): void {
    const flow = this.rooms.get(room);
    if (!flow) return;
    this.inFlight -= flow.sent - flow.answered;
    this.rooms.delete(room);
  }
}
