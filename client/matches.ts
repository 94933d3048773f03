// The matches that the client waits for, whatever becomes of the connection and the session meanwhile.
import { ClientError, ServerError } from './errors.ts';
import type { Lobby, RoomView } from './room-view.ts';

export interface MatchOptions {
  /** Those who give the same party, which one of them has from `client.party()`, are put into one match
   *  together. Default: alone. */
  readonly party?: string;
  /** How many the party is. Default: as many as play in a match. */
  readonly size?: number;
  /** Waits no longer when aborted; a match that has been made in that moment is left again. */
  readonly signal?: AbortSignal;
}

export interface MatchesOptions {
  readonly lobby: Pick<Lobby, 'call'>;
  /** Whether to ask again when the session was lost. */
  readonly rejoin: boolean;
}

/** Interval at which the client asks whether it still waits. */
const CHECK_MS = 10_000;
const CAME_TO_NOTHING =
  'The match came to nothing, and the reason was lost with a part of the server: ask for another one.';

/** A match that is waited for. */
interface Wanted {
  readonly args: { readonly game: string; readonly party?: string; readonly size?: number };
  readonly answer: PromiseWithResolvers<RoomView>;
  /** Rooms up to this number were there before it was asked for, so they are not the match's. */
  after: number;
  /** Not while one that was given up stands before it: a room that still comes is of that one. */
  isAsked: boolean;
  /** The server has said that this session waits. */
  isWaiting: boolean;
  isAborted: boolean;
  /** Its room, which has come. */
  view: RoomView | undefined;
  checking: NodeJS.Timeout | undefined;
}

/** Invariant: what is not asked for yet stands behind one of the same game that is aborted, which
 *  goes when the server has said that it is taken back, or that its room has come. */
export class Matches {
  private readonly options: MatchesOptions;
  private readonly wanted = new Set<Wanted>();
  private newest = 0;
  private isWelcome = false;

  constructor(options: MatchesOptions) {
    this.options = options;
  }

  async match(game: string, { signal, ...party }: MatchOptions): Promise<RoomView> {
    const wanted: Wanted = {
      args: { game, ...party },
      answer: Promise.withResolvers<RoomView>(),
      after: 0,
      isAsked: false,
      isWaiting: false,
      isAborted: false,
      view: undefined,
      checking: undefined,
    };
    const abort = () => this.abort(wanted, signal?.reason);
    if (signal?.aborted) throw new ClientError('ABORTED', undefined, signal.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.wanted.add(wanted);
    this.askNext(game);
    try {
      return await wanted.answer.promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** A room has come that nobody has joined.
   *  @returns the answer of the match that it is of: to be given the room at its first state. */
  found(view: RoomView): PromiseWithResolvers<RoomView> | undefined {
    const wanted = [...this.wanted].find(
      ({ args, after, isAsked }) => isAsked && args.game === view.game && view.number > after,
    );
    if (!wanted) return undefined;
    // The match was made before the server has heard that it is not wanted any more.
    if (wanted.isAborted) void view.leave();
    else wanted.view = view;
    this.remove(wanted);
    return wanted.answer;
  }

  /** The session is in this room. */
  seen(room: number): void {
    this.newest = Math.max(this.newest, room);
  }

  /** The server has made a match that came to nothing. */
  unmatched(data: unknown): void {
    const { game, code, text } = data as { game: string; code: string; text: string };
    const asked = [...this.wanted].filter(({ args, isAsked }) => isAsked && args.game === game);
    for (const wanted of asked) this.fail(wanted, new ServerError(code, text));
  }

  /** The session goes on. @param rooms that it is in. */
  resumed(rooms: readonly number[]): void {
    for (const room of rooms) this.seen(room);
    // With the session of another client: nothing can have been asked for in it before.
    if (!this.isWelcome) for (const wanted of this.wanted) wanted.after = this.newest;
    this.isWelcome = true;
    for (const wanted of this.wanted) {
      const mayBeMade = rooms.some((room) => room > wanted.after);
      if (wanted.isAsked && !wanted.isAborted && !mayBeMade) this.check(wanted);
    }
  }

  /** A new session, which waits for nothing. */
  renewed(): void {
    this.newest = 0;
    this.isWelcome = true;
    for (const wanted of this.wanted) {
      wanted.after = 0;
      if (wanted.isWaiting) this.lost(wanted, new ClientError('SESSION_LOST'));
    }
  }

  /** The client has ended. */
  end(cause: Error): void {
    for (const { answer, checking } of this.wanted) {
      clearInterval(checking);
      answer.reject(cause);
    }
    this.wanted.clear();
  }

  /** Asks for what no longer has one before it that was given up. */
  private askNext(game: string): void {
    for (const wanted of this.wanted) {
      if (wanted.args.game !== game) continue;
      if (wanted.isAborted) return;
      if (!wanted.isAsked) this.ask(wanted);
    }
  }

  private ask(wanted: Wanted): void {
    wanted.isAsked = true;
    clearInterval(wanted.checking);
    wanted.checking = setInterval(() => this.check(wanted), CHECK_MS);
    wanted.checking.unref();
    wanted.after = this.newest;
    wanted.isWaiting = false;
    this.options.lobby.call('match', wanted.args).then(
      () => {
        wanted.isWaiting = true;
      },
      (error) => this.lost(wanted, error),
    );
  }

  /** The event that says that the match came to nothing may have been lost, with a connection or a process of
   *  the server. */
  private check(wanted: Wanted): void {
    if (wanted.isAborted) return;
    const { game } = wanted.args;
    this.options.lobby.call('matching', { game }).then(
      (rows) => {
        const [row] = rows as readonly { readonly place: number | null }[];
        const isOver = row?.place === null && this.wanted.has(wanted) && !wanted.isAborted;
        if (isOver) this.fail(wanted, new ServerError('NOT_WAITING', CAME_TO_NOTHING));
      },
      // Its end is told by the match itself.
      () => {},
    );
  }

  private lost(wanted: Wanted, error: Error): void {
    if (!this.wanted.has(wanted) || wanted.isAborted) return;
    const isSessionLost = error instanceof ClientError && error.code === 'SESSION_LOST';
    if (isSessionLost && this.options.rejoin) this.ask(wanted);
    else this.fail(wanted, error);
  }

  private abort(wanted: Wanted, reason: unknown): void {
    if (!this.wanted.has(wanted) && !wanted.view) return;
    wanted.isAborted = true;
    wanted.answer.reject(new ClientError('ABORTED', undefined, reason));
    // It was made, and its first state has not come.
    void wanted.view?.leave();
    if (wanted.view) return;
    const done = () => this.remove(wanted);
    if (wanted.isAsked) {
      this.options.lobby.call('unmatch', { game: wanted.args.game }).then(done, done);
    } else done();
  }

  private fail(wanted: Wanted, error: Error): void {
    wanted.answer.reject(error);
    this.remove(wanted);
  }

  private remove(wanted: Wanted): void {
    clearInterval(wanted.checking);
    this.wanted.delete(wanted);
    this.askNext(wanted.args.game);
  }
}
