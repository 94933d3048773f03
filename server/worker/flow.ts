// How many commands of a connection are unanswered, over all of its rooms.

interface RoomFlow {
  sent: number;
  answered: number;
}

/** Invariant: `inFlight` is the sum of `sent - answered` over the rooms. */
export class Flow {
  inFlight = 0;
  private readonly rooms = new Map<number, RoomFlow>();

  /** Command `seq` goes to the coordinator. One that went before does not count again. Numbers left
   *  out count as sent: the coordinator refuses the gap with `resumed`, which restarts the room. */
  sent(room: number, seq: number): void {
    let flow = this.rooms.get(room);
    if (!flow) {
      flow = { sent: seq - 1, answered: seq - 1 };
      this.rooms.set(room, flow);
    }
    if (seq <= flow.sent) return;
    this.inFlight += seq - flow.sent;
    flow.sent = seq;
  }

  /** Everything up to `seq` has been answered. */
  answered(room: number, seq: number): void {
    const flow = this.rooms.get(room);
    if (!flow || seq <= flow.answered) return;
    const upTo = Math.min(seq, flow.sent);
    this.inFlight -= upTo - flow.answered;
    flow.answered = upTo;
    // A client may name any number of rooms: only those that owe an answer are remembered.
    if (flow.answered === flow.sent) this.rooms.delete(room);
  }

  /** Who was to answer is gone: nothing is waited for any more. */
  clear(): void {
    this.rooms.clear();
    this.inFlight = 0;
  }

  /** The room is told where to go on, or is left: nothing of it is waited for any more. */
  restart(room: number): void {
    const flow = this.rooms.get(room);
    if (!flow) return;
    this.inFlight -= flow.sent - flow.answered;
    this.rooms.delete(room);
  }
}
