// The matches that the client waits for, whatever becomes of the connection and the session meanwhile.
import { ClientError, ServerError } from './errors.ts';
import type { Lobby, RoomView } from './room-view.ts';

export interface MatchOptions {
  /** Those who give the same name are put into one match together. Default: alone. */
  readonly party?: string;
  /** How many the party is. Default: as many as play in a match. */
  readonly size?: number;
  /** Waits no longer when aborted. */
  readonly signal?: AbortSignal;
}

export interface MatchesOptions {
  readonly lobby: Pick<Lobby, 'call'>;
  /** Whether to ask again when the session was lost. */
  readonly rejoin: boolean;
}

/** A match that is waited for. */
interface Wanted {
  readonly args: { readonly game: string; readonly party?: string; readonly size?: number };
  readonly answer: PromiseWithResolvers<RoomView>;
  /** Rooms up to this number were there before it was asked for, so they are not the match's. */
  after: number;
  /** The server has said that this session waits. */
  isWaiting: boolean;
  isAborted: boolean;
}

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
      after: this.newest,
      isWaiting: false,
      isAborted: false,
    };
    const abort = () => this.abort(wanted, signal?.reason);
    if (signal?.aborted) throw new ClientError('ABORTED', undefined, signal.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.wanted.add(wanted);
    this.ask(wanted);
    try {
      return await wanted.answer.promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** A room has come that nobody has joined. @returns whether it is that of a match. */
  found(view: RoomView): boolean {
    const fitting = [...this.wanted].filter(
      ({ args, after }) => args.game === view.game && view.number > after,
    );
    const wanted = fitting.find(({ isAborted }) => !isAborted) ?? fitting[0];
    if (!wanted) return false;
    this.wanted.delete(wanted);
    // The match was made before the server has heard that it is not wanted any more.
    if (wanted.isAborted) void view.leave();
    wanted.answer.resolve(view);
    return true;
  }

  /** The session is in this room. */
  seen(room: number): void {
    this.newest = Math.max(this.newest, room);
  }

  /** The server has made a match that came to nothing. */
  unmatched(data: unknown): void {
    const { game, code, text } = data as { game: string; code: string; text: string };
    for (const wanted of this.wanted) {
      if (wanted.args.game === game) this.fail(wanted, new ServerError(code, text));
    }
  }

  /** The session goes on. @param rooms that it is in. */
  resumed(rooms: readonly number[]): void {
    for (const room of rooms) this.seen(room);
    // With the session of another client: nothing can have been asked for in it before.
    if (!this.isWelcome) for (const wanted of this.wanted) wanted.after = this.newest;
    this.isWelcome = true;
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
    for (const wanted of this.wanted) this.fail(wanted, cause);
  }

  private ask(wanted: Wanted): void {
    wanted.isWaiting = false;
    this.options.lobby.call('match', wanted.args).then(
      () => {
        wanted.isWaiting = true;
      },
      (error) => this.lost(wanted, error),
    );
  }

  private lost(wanted: Wanted, error: Error): void {
    if (!this.wanted.has(wanted) || wanted.isAborted) return;
    const isSessionLost = error instanceof ClientError && error.code === 'SESSION_LOST';
    if (isSessionLost && this.options.rejoin) this.ask(wanted);
    else this.fail(wanted, error);
  }

  private abort(wanted: Wanted, reason: unknown): void {
    if (!this.wanted.has(wanted)) return;
    wanted.isAborted = true;
    wanted.answer.reject(new ClientError('ABORTED', undefined, reason));
    const done = () => void this.wanted.delete(wanted);
    this.options.lobby.call('unmatch', { game: wanted.args.game }).then(done, done);
  }

  private fail(wanted: Wanted, error: Error): void {
    this.wanted.delete(wanted);
    wanted.answer.reject(error);
  }
}
