// One room of the session: applies what the server says of it, and survives what ends a connection.
import { encodeBinary, LOBBY, type Message, ProtocolError } from '../protocol/index.ts';
import { ClientError, RejectedError } from './errors.ts';
import { KeptEvents } from './kept-events.ts';
import { Mirror } from './mirror.ts';
import { Outbox } from './outbox.ts';
import { type LeftReason, type RoomParts, RoomView } from './room-view.ts';

export interface RoomServices {
  readonly unacknowledgedMax: number;
  readonly write: (frame: Buffer) => void;
  /** A caller of `join` or `match` has been given a room. The program gets a turn in which it adds listeners.
   *  @param tell called behind that turn. */
  readonly answered: (tell?: () => void) => void;
  /** A state could not be applied; a new connection brings a complete one. */
  readonly broken: (error: ClientError) => void;
}

export class Room implements RoomParts {
  joined: Message<'joined'>;
  readonly outbox: Outbox;
  readonly mirror: Mirror;
  readonly view: RoomView;
  avatar: number;
  private readonly kept: KeptEvents;
  /** From the next state on. */
  private nextAvatar: number;
  private readonly services: RoomServices;
  /** Callers of `join` and `match` that wait for something to be seen. */
  private waiting: PromiseWithResolvers<RoomView>[] = [];
  private isSeen = false;
  private leaving: PromiseWithResolvers<void> | undefined;
  private over = false;

  constructor(joined: Message<'joined'>, services: RoomServices) {
    this.joined = joined;
    this.services = services;
    const { unacknowledgedMax, write } = services;
    this.outbox = new Outbox({
      room: joined.room,
      unacknowledgedMax,
      write,
      opened: () => {
        if (this.leaving) this.writeLeave();
      },
      givenUp: (error) => this.view.emit('rejected', error),
    });
    this.mirror = new Mirror(joined.kinds);
    this.avatar = this.nextAvatar = joined.avatar;
    this.view = new RoomView(this);
    this.kept = new KeptEvents(this.view);
  }

  get isLeaving(): boolean {
    return this.leaving !== undefined;
  }

  state(message: Message<'state'>): void {
    let change: ReturnType<Mirror['apply']>;
    try {
      change = this.mirror.apply(message);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.services.broken(new ClientError('BAD_STATE', `room ${message.room}`, error));
      return;
    }
    if (message.ack !== undefined) this.outbox.acknowledge(message.ack);
    const hasOther = this.avatar !== this.nextAvatar;
    this.avatar = this.nextAvatar;
    const tell = () => {
      if (hasOther) this.view.emit('avatar', this.view.avatar);
      this.view.emit('state', change);
    };
    this.isSeen = true;
    if (this.waiting.length > 0) this.answerWaiting(tell);
    else tell();
  }

  /** Gives `answer` the view at the first state, so that the program finds tick, avatar and entities in it; or
   *  when the place is gone before. Rejects it where the client ends. */
  answer(answer: PromiseWithResolvers<RoomView>): void {
    this.waiting.push(answer);
    if (this.isSeen || this.over) this.answerWaiting();
  }

  hasAvatar({ avatar }: Message<'avatar'>): void {
    this.nextAvatar = avatar;
  }

  event({ name, data }: Message<'event'>): void {
    this.kept.emit('event', name, data);
  }

  rejected({ room, seq, code, text }: Message<'rejected'>): void {
    const error = new RejectedError(code, text, room, seq);
    if (this.outbox.rejected(error)) this.view.emit('rejected', error);
  }

  /** The server describes the same place again: after a resume, or for a second `join`. */
  describe(joined: Message<'joined'>): void {
    this.joined = joined;
    this.nextAvatar = joined.avatar;
    this.mirror.describe(joined.kinds);
  }

  /** The session, lost, has found a new place in the same game; `resumed` comes next. */
  rejoined(joined: Message<'joined'>): void {
    this.describe(joined);
    this.avatar = joined.avatar;
    this.outbox.move(joined.room);
    this.view.emit('rejoined');
  }

  leave(): Promise<void> {
    if (this.over) return Promise.resolve();
    if (!this.leaving) {
      this.leaving = Promise.withResolvers<void>();
      this.outbox.refuse(new ClientError('NOT_IN_ROOM'));
      if (this.outbox.isOpen) this.writeLeave();
    }
    return this.leaving.promise;
  }

  /** The place is gone. */
  left(reason: LeftReason): void {
    this.end(new ClientError('NOT_IN_ROOM', reason.text));
    this.kept.emit('left', reason);
  }

  /** Nothing more comes of this room. @param callsError what its calls fail with. */
  end(error: ClientError, callsError?: Error): void {
    this.over = true;
    this.outbox.end(error, callsError);
    this.leaving?.resolve();
    if (callsError) {
      for (const { reject } of this.waiting) reject(callsError);
      this.waiting = [];
    } else if (this.waiting.length > 0) this.answerWaiting();
  }

  private answerWaiting(tell?: () => void): void {
    for (const { resolve } of this.waiting) resolve(this.view);
    this.waiting = [];
    this.services.answered(tell);
  }

  private writeLeave(): void {
    this.services.write(encodeBinary({ type: 'leave', room: this.joined.room }));
  }
}

/** The place in the lobby, which no `joined` describes. */
export const lobbyJoined: Message<'joined'> = {
  type: 'joined',
  room: LOBBY,
  game: 'lobby',
  kinds: [],
  avatar: 0,
  tickMs: 0,
  viewRadius: 0,
  about: undefined,
};
