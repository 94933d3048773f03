// Keeps the commands and calls of one room until they are settled, so that they can be sent again.
import { CLIENT_FRAME_BYTES_MAX, encodeBinary, type Message, messages } from '../protocol/index.ts';
import { ClientError, clientErrorTable, FAILURES_MAX, RejectedError } from './errors.ts';

interface Pending {
  readonly message: Message<'command' | 'call'>;
  readonly frame: Buffer;
  /** Of a call; a command has none. */
  readonly answer: PromiseWithResolvers<unknown> | undefined;
  /** It stands for one that was given up, to use up its number: what comes of it is told to no one. */
  readonly isStandIn?: boolean;
}

export interface OutboxOptions {
  readonly room: number;
  readonly unacknowledgedMax: number;
  /** Sends a frame on the present connection. */
  readonly write: (frame: Buffer) => void;
  /** What waited has been written, by `resume`. */
  readonly opened: () => void;
  /** A command was given up; a call fails with the same error. */
  readonly givenUp: (error: RejectedError) => void;
}

/** `resumed` may come many times for one gap, once for each input behind it that was under way. If
 *  each made everything be sent again, and each copy of it could meet the next gap, there would be
 *  no end to it. So on one connection everything is sent again once in this time at most. */
const SEND_AGAIN_MS = 50;

/** The name of a command that no room has. */
const STAND_IN = 'given-up';

const commandName = new RegExp((messages.command.fields.name as { pattern?: string }).pattern!);

/** Invariant: `pending` is in the order of its numbers, which have gaps only where something has
 *  been settled, and never holds more than `unacknowledgedMax`.
 *
 *  A room applies inputs in order, so that an answer to one acknowledges all before it. A command
 *  is settled by an acknowledgement of its number or a later one, a call by its own answer only. So
 *  a call that the server has applied, but whose result was lost with a connection, is sent again;
 *  the server answers it from the result that it keeps. */
export class Outbox {
  /** The last number that the server has acknowledged. */
  acknowledged = 0;
  /** Whether what is sent goes out at once; otherwise it waits for `resume`. */
  isOpen = false;
  /** Whether anything of this session has gone out, so that the numbers given are final. */
  private wasOpen = false;
  private last = 0;
  private readonly options: OutboxOptions;
  private readonly pending = new Map<number, Pending>();
  private refusal: ClientError | undefined;
  private room: number;
  private sentAgainAt = Number.NEGATIVE_INFINITY;
  /** What was the first that was not settled when the server failed, and how often. */
  private suspect: Pending | undefined;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: OutboxOptions) {
    this.options = options;
    this.room = options.room;
  }

  /** How many commands and calls are not settled. */
  get size(): number {
    return this.pending.size;
  }

  /** @throws {ClientError} `OUTBOX_FULL`, `BAD_COMMAND`, or why the outbox takes nothing more. */
  send(name: string, args: unknown): number {
    return this.add('command', name, args, undefined);
  }

  /** Rejects with `RejectedError`, or with `ClientError` as `send` throws it, or with what ended
   *  the session or the place in the room before the answer came. */
  async call(name: string, args: unknown): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>();
    this.add('call', name, args, answer);
    return answer.promise;
  }

  acknowledge(seq: number): void {
    if (seq <= this.acknowledged) return;
    this.acknowledged = seq;
    for (const [key, { answer }] of this.pending) {
      if (key > seq) return;
      if (!answer) this.pending.delete(key);
    }
  }

  /** A room may answer commands, too; the lobby does. */
  result(seq: number, value: unknown): void {
    const { answer } = this.pending.get(seq) ?? {};
    this.pending.delete(seq);
    answer?.resolve(value);
    this.acknowledge(seq);
  }

  /** @returns whether it was a command, of which nobody else learns. */
  rejected(error: RejectedError): boolean {
    const { answer, isStandIn = false } = this.pending.get(error.seq) ?? {};
    this.pending.delete(error.seq);
    answer?.reject(error);
    this.acknowledge(error.seq);
    return answer === undefined && !isStandIn;
  }

  /** The server has failed while it had what is sent. The first that is not settled may be the cause:
   *  it is given up where that has happened too often. */
  serverFailed(): void {
    const first = [...this.pending].find(([, { isStandIn }]) => !isStandIn);
    if (!this.isOpen || !first) return;
    const [seq, pending] = first;
    this.failures = pending === this.suspect ? this.failures + 1 : 1;
    this.suspect = pending;
    if (this.failures >= FAILURES_MAX) this.giveUp(seq, pending);
  }

  /** What is sent from now on waits: the connection is gone. */
  hold(): void {
    this.shut();
    this.sentAgainAt = Number.NEGATIVE_INFINITY;
  }

  /** The server has applied everything up to `seq`: settles it, sends the rest again in order. */
  resume(seq: number): void {
    // What waits gets the numbers that the server expects in two cases. The numbers are still ours
    // to choose: an earlier client of this session has used some. Or the server lost its disk's
    // last moments and is behind what it acknowledged: that is gone, as its journal's setting says.
    if (!this.wasOpen) this.renumber(0, seq);
    else if (seq < this.acknowledged) this.renumber(seq, seq);
    this.last = Math.max(this.last, seq);
    this.acknowledge(seq);
    this.wasOpen = true;
    this.shut();
    const now = performance.now();
    const waitMs = this.pending.size === 0 ? 0 : this.sentAgainAt + SEND_AGAIN_MS - now;
    if (waitMs <= 0) this.open();
    else this.timer = setTimeout(() => this.open(), waitMs);
  }

  /** The session is lost: fails the calls, forgets the commands, and counts from 1. */
  restart(error: ClientError): void {
    this.fail(error);
    this.hold();
    this.wasOpen = false;
    this.last = 0;
    this.acknowledged = 0;
  }

  /** After `restart`: what was added since, and what follows, is for `room`. */
  move(room: number): void {
    this.room = room;
    this.renumber(0, 0);
  }

  /** Takes nothing more; what is in it stays until it is settled. */
  refuse(error: ClientError): void {
    this.refusal ??= error;
  }

  /** Takes nothing more and fails the calls. */
  end(error: ClientError, callsError: Error = error): void {
    this.refuse(error);
    this.shut();
    this.fail(callsError);
  }

  private add(
    type: 'command' | 'call',
    name: string,
    args: unknown,
    answer: Pending['answer'],
  ): number {
    if (this.refusal) throw this.refusal;
    const { unacknowledgedMax } = this.options;
    if (this.pending.size >= unacknowledgedMax) {
      throw new ClientError('OUTBOX_FULL', `at most ${unacknowledgedMax}`);
    }
    if (!commandName.test(name)) throw new ClientError('BAD_COMMAND', `its name is "${name}"`);
    const seq = this.last + 1;
    const message = { type, room: this.room, seq, name, args };
    const frame = encodeBinary(message);
    if (frame.length > CLIENT_FRAME_BYTES_MAX) {
      throw new ClientError('BAD_COMMAND', `it has more than ${CLIENT_FRAME_BYTES_MAX} bytes`);
    }
    this.last = seq;
    this.pending.set(seq, { message, frame, answer });
    if (this.isOpen) this.options.write(frame);
    return seq;
  }

  /** Its number stays used, by a command that every room refuses: the server may have taken the number,
   *  and those that follow it are on their way. */
  private giveUp(seq: number, { answer }: Pending): void {
    const error = new RejectedError('GIVEN_UP', clientErrorTable.GIVEN_UP, this.room, seq);
    const standIn = { type: 'command', room: this.room, seq, name: STAND_IN } as const;
    const frame = encodeBinary(standIn);
    // A place in the map keeps its order.
    this.pending.set(seq, { message: standIn, frame, answer: undefined, isStandIn: true });
    if (answer) answer.reject(error);
    else this.options.givenUp(error);
  }

  private open(): void {
    this.isOpen = true;
    if (this.pending.size > 0) this.sentAgainAt = performance.now();
    for (const { frame } of this.pending.values()) this.options.write(frame);
    this.options.opened();
  }

  private shut(): void {
    this.isOpen = false;
    clearTimeout(this.timer);
  }

  /** Gives what is numbered after `from` the numbers that follow `seq`, for the present room. */
  private renumber(from: number, seq: number): void {
    const waiting = [...this.pending].filter(([key]) => key > from);
    for (const [key] of waiting) this.pending.delete(key);
    this.acknowledged = Math.min(this.acknowledged, seq);
    this.last = seq;
    for (const [, pending] of waiting) {
      const message = { ...pending.message, room: this.room, seq: ++this.last };
      this.pending.set(this.last, { ...pending, message, frame: encodeBinary(message) });
    }
  }

  private fail(error: Error): void {
    for (const { answer } of this.pending.values()) answer?.reject(error);
    this.pending.clear();
  }
}
