// Which rooms the session is in, which it asks for, and what becomes of them when a connection or
// the session is lost.
import { encodeBinary, LOBBY, type Message } from '../protocol/index.ts';
import { ClientError, clientErrorTable, FAILURES_MAX, ServerError } from './errors.ts';
import { lobbyJoined, Room, type RoomServices } from './room.ts';
import type { LeftReason, RoomView } from './room-view.ts';

/** A room by its number, or any with place of a game. */
export type JoinTarget = { readonly game: string } | { readonly room: number };

export interface RoomsOptions extends RoomServices {
  readonly rejoin: boolean;
  /** The session has a room that nobody has joined: it is that of a match, or came with a token.
   *  @returns the answer that waits for the room. */
  readonly found: (view: RoomView) => PromiseWithResolvers<RoomView> | undefined;
}

/** A `join` that has no answer yet: of a caller, or of a room that is to be joined again. */
interface Asked {
  readonly target: JoinTarget;
  readonly answer: PromiseWithResolvers<RoomView> | undefined;
  readonly room: Room | undefined;
  /** How often the server has failed after it was sent. */
  failures: number;
}

export class Rooms {
  readonly lobby: Room;
  private readonly options: RoomsOptions;
  private readonly rooms = new Map<number, Room>();
  private readonly asked = new Map<number, Asked>();
  /** The rooms of a resumed session whose `resumed` has not come. */
  private readonly resuming = new Set<number>();
  /** Rooms that this client has given up. */
  private readonly givenUp = new Set<number>();
  private requests = 0;
  /** Whether joins go out at once: there is a connection, and every room on it is resumed. */
  private settled = false;
  private refusal: ClientError | undefined;

  constructor(options: RoomsOptions) {
    this.options = options;
    this.lobby = new Room(lobbyJoined, options);
    this.rooms.set(LOBBY, this.lobby);
  }

  get(room: number): Room | undefined {
    return this.rooms.get(room);
  }

  *views(): Generator<RoomView> {
    for (const room of this.rooms.values()) if (room !== this.lobby) yield room.view;
  }

  /** How many commands and calls of all rooms are not settled. */
  get unacknowledged(): number {
    let sum = 0;
    for (const room of this.rooms.values()) sum += room.outbox.size;
    return sum;
  }

  async join(target: JoinTarget): Promise<RoomView> {
    if (this.refusal) throw this.refusal;
    const answer = Promise.withResolvers<RoomView>();
    this.ask({ target, answer, room: undefined, failures: 0 });
    return answer.promise;
  }

  /** The connection is gone: everything waits. */
  hold(): void {
    this.settled = false;
    for (const room of this.rooms.values()) room.outbox.hold();
  }

  /** The server has failed, or a process of it was replaced, while it had what was sent. */
  serverFailed(): void {
    for (const room of this.rooms.values()) room.outbox.serverFailed();
    if (!this.settled) return;
    for (const [request, asked] of this.asked) {
      if (++asked.failures < FAILURES_MAX) continue;
      this.asked.delete(request);
      asked.answer?.reject(new ClientError('GIVEN_UP', 'a join'));
      asked.room?.left({ code: 'GIVEN_UP', text: clientErrorTable.GIVEN_UP });
    }
  }

  /** The session goes on, on a new connection or a new worker. */
  resumed(welcome: Message<'welcome'>): void {
    if (welcome.pauseMs !== undefined) this.serverFailed();
    this.hold();
    this.resuming.clear();
    for (const number of welcome.rooms) this.resuming.add(number);
    for (const [number, room] of this.rooms) {
      if (room === this.lobby || this.resuming.has(number)) continue;
      this.lose(room, { code: 'NOT_IN_ROOM', text: 'The session is no longer in this room.' });
    }
    this.lobby.outbox.resume(welcome.lobbySeq);
    this.settle();
  }

  /** A new session: the first, or the one after a lost one.
   *  @param lost whether an earlier one is gone, and whatever of it had no answer. */
  renewed(welcome: Message<'welcome'>, lost: boolean): void {
    this.hold();
    this.resuming.clear();
    this.givenUp.clear();
    const error = new ClientError('SESSION_LOST');
    for (const [number, room] of [...this.rooms]) {
      if (room === this.lobby && !lost) continue;
      room.outbox.restart(error);
      if (room === this.lobby) continue;
      this.rooms.delete(number);
      if (this.options.rejoin && !room.isLeaving) {
        this.ask({ target: { game: room.joined.game }, answer: undefined, room, failures: 0 });
      } else room.left({ code: error.code, text: error.message });
    }
    this.lobby.outbox.resume(welcome.lobbySeq);
    this.settle();
  }

  joined(message: Message<'joined'>): void {
    const known = this.rooms.get(message.room);
    const asked = this.takeAsked(message, known === undefined);
    if (known) {
      known.describe(message);
      if (asked?.answer) known.answer(asked.answer);
      asked?.room?.left({ code: 'NOT_IN_ROOM', text: 'This room is already joined.' });
      return;
    }
    // The server was replaced before it had written down that this room was left.
    if (!asked && this.givenUp.has(message.room)) {
      this.options.write(encodeBinary({ type: 'leave', room: message.room }));
      return;
    }
    const room = asked?.room ?? new Room(message, this.options);
    this.rooms.set(message.room, room);
    if (asked?.room) room.rejoined(message);
    // A room of a resumed session gets a `resumed` of its own; a new place begins at nothing.
    if (!this.resuming.has(message.room)) room.outbox.resume(0);
    const answer = asked ? asked.answer : this.options.found(room.view);
    if (answer) room.answer(answer);
  }

  roomResumed({ room, seq }: Message<'resumed'>): void {
    this.rooms.get(room)?.outbox.resume(seq);
    this.resuming.delete(room);
    // A join has no number: one that is unanswered now may be lost with what was replaced. Asking
    // twice for the same place gives the same place.
    this.settle();
  }

  left(message: Message<'left'>): void {
    const room = this.rooms.get(message.room);
    if (room === this.lobby) return;
    if (room) this.lose(room, { code: message.code, text: message.text });
    // Also of a room whose `joined` has not come: its join is sent again, and refused with its request.
    if (this.resuming.delete(message.room)) this.settle();
  }

  /** @returns whether the error answers a `join`. */
  refused({ code, text, request }: Message<'error'>): boolean {
    if (request === undefined) return false;
    const asked = this.asked.get(request);
    this.asked.delete(request);
    asked?.answer?.reject(new ServerError(code, text));
    asked?.room?.left({ code, text });
    return true;
  }

  /** Takes nothing more; what was sent may still be answered. */
  refuse(error: ClientError): void {
    this.refusal = error;
    for (const room of this.rooms.values()) room.outbox.refuse(error);
  }

  /** The client has ended. @param cause what ended it, unless it was closed on purpose. */
  end(error: ClientError, cause: Error): void {
    this.refuse(error);
    for (const room of this.rooms.values()) room.end(error, cause);
    for (const { answer, room } of this.asked.values()) {
      answer?.reject(cause);
      room?.end(error, cause);
    }
    this.asked.clear();
  }

  private lose(room: Room, reason: LeftReason): void {
    const { room: number } = room.joined;
    this.rooms.delete(number);
    if (room.isLeaving) this.givenUp.add(number);
    room.left(reason);
  }

  private ask(asked: Asked): void {
    const request = ++this.requests;
    this.asked.set(request, asked);
    if (this.settled) this.writeJoin(request, asked);
  }

  /** Sends the joins that have no answer, once it is known which of them the server had heard. */
  private settle(): void {
    if (this.resuming.size > 0) return;
    this.settled = true;
    for (const [request, asked] of this.asked) this.writeJoin(request, asked);
  }

  private writeJoin(request: number, { target }: Asked): void {
    this.options.write(encodeBinary({ type: 'join', request, ...target }));
  }

  /** Finds the join that this answers: by its request, or, where the answer was lost with a
   *  connection and the room came with the session instead, by what was asked for. */
  private takeAsked({ request, room, game }: Message<'joined'>, isNew: boolean): Asked | undefined {
    for (const [key, asked] of this.asked) {
      const { target } = asked;
      const fits = 'room' in target ? target.room === room : target.game === game;
      if (request === undefined ? isNew && fits : request === key) {
        this.asked.delete(key);
        return asked;
      }
    }
    return undefined;
  }
}
