// Matchmaking at work: takes who wants a match, opens rooms for those who fit, puts them into these.
import { performance } from 'node:perf_hooks';
import { LOBBY, sentence } from '../../protocol/index.ts';
import type { Game } from '../games/index.ts';
import type { Log, ProcessMetrics } from '../observe/index.ts';
import { type SavedWait, StoreError, type WaitChange } from '../store/index.ts';
import { type Answer, refused, result } from './answer.ts';
import { type Match, Matchmaker, sessionsOf, type Ticket } from './matchmaker.ts';
import { PacedValues } from './paced-values.ts';
import type { Refused } from './room.ts';
import type { Found, Rooms } from './rooms.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';
import { SignedSecrets } from './signed-secrets.ts';

export interface MatchmakingOptions {
  readonly rooms: Rooms;
  readonly sessions: Sessions;
  /** By which parties are made. */
  readonly secret: Uint8Array;
  /** Rooms that a session may be in; each match that it waits for counts as one. */
  readonly roomsPerSessionMax: number;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'coordinator'>;
}

/** An answer of the lobby, and what it changes of who waits: both are written down as one. */
export interface Deed {
  readonly answer: Answer;
  readonly wait?: WaitChange;
  /** Does it, when it is written down. */
  done?(): void;
}

export interface MatchArgs {
  readonly game: string;
  readonly party?: string;
  readonly size?: number;
}

/** Those who wait for one game: bounded by the sessions, each of which has one ticket at most. */
interface Queue {
  readonly game: Game;
  readonly matchmaker: Matchmaker<SavedWait & Ticket>;
}

interface Present {
  /** From 1, by session. */
  readonly places: ReadonlyMap<number, number>;
  readonly first: SavedWait | undefined;
}

/** No room could be opened: the next try comes after this. */
const RETRY_MS = 1000;

export class Matchmaking {
  private readonly options: MatchmakingOptions;
  /** A party is its secret: every player who has the secret belongs to the party, and it cannot be guessed. */
  readonly parties: SignedSecrets;
  private readonly queues = new Map<string, Queue>();
  private readonly present = new PacedValues<Present>();
  /** Each is over when its match is settled or put back. */
  private readonly openings = new WeakMap<Match, Promise<undefined>>();
  private retryAt = Number.NEGATIVE_INFINITY;
  private closed = false;

  constructor(options: MatchmakingOptions) {
    this.options = options;
    this.parties = new SignedSecrets(options.secret, 'party');
    for (const game of options.rooms.games.values()) {
      if (!game.match) continue;
      this.queues.set(game.name, { game, matchmaker: new Matchmaker(game.match.players) });
    }
  }

  /** How many wait, for whichever game. */
  get waiting(): number {
    let waiting = 0;
    for (const { matchmaker } of this.queues.values()) waiting += matchmaker.size;
    return waiting;
  }

  /** Brings back who waited in an earlier process. Call it when the rooms are back. */
  restore(waiting: readonly SavedWait[]): void {
    const { sessions } = this.options;
    for (const ticket of waiting) {
      const { session, game, room } = ticket;
      const queue = this.queues.get(game);
      const rooms = [...(sessions.byId(session)?.rooms.values() ?? [])];
      // The room was written down before it was written that nobody waits for it any more.
      const isMatched = rooms.some((one) => one.game.name === game && one.id > room);
      if (!queue || isMatched || queue.matchmaker.check(ticket)) this.forget(session, game);
      else queue.matchmaker.add(ticket);
    }
  }

  /** How many matches the session waits for. */
  waitsOf({ id }: Session): number {
    let waits = 0;
    for (const { matchmaker } of this.queues.values()) if (matchmaker.get(id)) waits++;
    return waits;
  }

  /** Wants a match of the game, alone or with a party of `size` sessions that give its secret.
   *  @returns a promise while the room for one's match, or the party's, is being opened: ask again then,
   *  so that how long the disk takes does not change the answer. */
  match(
    session: Session,
    { game, party = '', size }: MatchArgs,
  ): Answer | Deed | Promise<undefined> {
    const queue = this.queueOf(game);
    if ('kind' in queue) return queue;
    if (party !== '' && !this.parties.isOwn(party)) return refused('UNKNOWN_PARTY');
    const taken = queue.matchmaker.takenFor(session.id, party);
    if (taken) return this.openings.get(taken)!;
    const { rooms, roomsPerSessionMax } = this.options;
    const { players } = queue.matchmaker;
    const ticket = { session: session.id, game, party, since: Date.now(), room: rooms.newest };
    const sized = { ...ticket, size: party === '' ? 1 : (size ?? players) };
    if (party === '' && size !== undefined && size !== 1) {
      return refused(
        'BAD_ARGUMENTS',
        'size is that of a party: ask for a `party` and give its secret',
      );
    }
    const refusal = queue.matchmaker.check(sized);
    if (refusal) return refused(refusal, `a match has ${players}`);
    if (session.rooms.size + this.waitsOf(session) >= roomsPerSessionMax) {
      return refused('JOINED_LIMIT', `at most ${roomsPerSessionMax}`);
    }
    const { session: _, game: __, ...saved } = sized;
    return {
      answer: result(null),
      wait: { game, ticket: saved },
      done: () => {
        queue.matchmaker.add(sized);
        this.form(queue);
      },
    };
  }

  /** Waits no longer. */
  unmatch(session: Session, { game }: { readonly game: string }): Answer | Deed {
    const queue = this.queueOf(game);
    if ('kind' in queue) return queue;
    if (!queue.matchmaker.get(session.id)) return refused('NOT_WAITING', game);
    return {
      answer: result(null),
      wait: { game, ticket: null },
      done: () => queue.matchmaker.remove(session.id),
    };
  }

  /** Who waits for each game, or for one: those with a connection are counted. */
  matching({ id }: Session, { game }: { readonly game?: string | undefined }): Answer {
    const one = game === undefined ? undefined : this.queueOf(game);
    if (one && 'kind' in one) return one;
    const now = Date.now();
    const rows = (one ? [one] : [...this.queues.values()]).map((queue) => {
      const { matchmaker } = queue;
      const own = matchmaker.get(id);
      const present = this.presentOf(queue);
      return {
        game: queue.game.name,
        players: matchmaker.players,
        waiting: present.places.size,
        longestMs: waitedMs(present.first, now),
        place: own ? (present.places.get(id) ?? 0) : null,
        waitedMs: waitedMs(own, now),
      };
    });
    return result(rows);
  }

  /** Those of a queue who have a connection. */
  private presentOf({ game, matchmaker }: Queue): Present {
    return this.present.get(game.name, () => {
      const places = new Map<number, number>();
      let first: SavedWait | undefined;
      for (const ticket of matchmaker) {
        if (!this.isPresent(ticket.session)) continue;
        first ??= ticket;
        places.set(ticket.session, places.size + 1);
      }
      return { places, first };
    });
  }

  /** Forgets sessions that have ended, and matches those who are back. Called several times a second. */
  beat(): void {
    for (const queue of this.queues.values()) {
      for (const { session } of queue.matchmaker) {
        if (!this.options.sessions.byId(session)) queue.matchmaker.remove(session);
      }
      this.form(queue);
    }
  }

  close(): void {
    this.closed = true;
  }

  private queueOf(name: string): Queue | Answer {
    const queue = this.queues.get(name);
    if (queue) return queue;
    return refused(this.options.rooms.games.has(name) ? 'NO_MATCHES' : 'UNKNOWN_GAME', name);
  }

  /** Makes every match that can be made. */
  private form(queue: Queue): void {
    if (this.closed || performance.now() < this.retryAt) return;
    for (;;) {
      const match = queue.matchmaker.take(this.isPresent);
      if (!match) return;
      this.openings.set(match, this.begin(queue, match));
    }
  }

  private async begin({ game, matchmaker }: Queue, match: Match): Promise<undefined> {
    const { rooms, log } = this.options;
    const opened = await rooms.open(game.name);
    // Who waits is written down: the next process matches them.
    if (this.closed) return new Promise(() => {});
    const players = sessionsOf(match);
    const isWhole = players.length === matchmaker.players && players.every(this.isPresent);
    const room = isWhole ? this.admit(opened, players) : opened;
    if (room === 'GAME_ERROR') {
      const text = sentence('GAME_ERROR', game.name);
      return this.dismiss(game, matchmaker, match, { code: 'GAME_ERROR', text });
    }
    if (typeof room === 'object' && 'code' in room) {
      return this.dismiss(game, matchmaker, match, room);
    }
    if (typeof room === 'string' || !isWhole) {
      matchmaker.putBack(match);
      // An open room that nobody is in ends by itself.
      if (typeof room === 'string') this.retryAt = performance.now() + RETRY_MS;
    } else {
      this.measure(players, matchmaker);
      matchmaker.settle(match);
      log.debug({ room: room.id, game: game.name, players }, 'match made');
      for (const id of players) this.tell(id, 'matched', { game: game.name, room: room.id });
    }
    for (const id of players) if (!matchmaker.get(id)) this.forget(id, game.name);
  }

  /** @returns the room that they are in, or why they are in none. */
  private admit(room: Found, players: readonly number[]): Found | Refused {
    if (typeof room === 'string') return room;
    return room.admit(players.map((id) => this.options.sessions.byId(id)!)) ?? room;
  }

  private measure(players: readonly number[], matchmaker: Matchmaker<SavedWait>): void {
    const now = Date.now();
    for (const id of players) {
      const ms = waitedMs(matchmaker.get(id), now) ?? 0;
      this.options.metrics.observe('matchWaitSeconds', ms / 1000);
    }
  }

  /** The game has failed: another try would end in the same way for all of them. Or it does not let one of
   *  them play: with others the rest may play, so that no player can undo the matches of others. */
  private dismiss(
    { name }: Game,
    matchmaker: Matchmaker<SavedWait>,
    match: Match,
    { code, text, player }: Refused,
  ): undefined {
    const data = { game: name, code, text };
    const isOfOne = player !== undefined && code !== 'GAME_ERROR';
    const dismissed = isOfOne ? matchmaker.exclude(match, player) : sessionsOf(match);
    if (!isOfOne) matchmaker.settle(match);
    // Written down first: a session that is told may ask for another match at once.
    for (const id of dismissed) this.forget(id, name);
    for (const id of dismissed) this.tell(id, 'unmatched', data);
  }

  private tell(id: number, name: string, data: unknown): void {
    const session = this.options.sessions.byId(id);
    const connections = session ? [session.connection] : [];
    session?.link?.send({ type: 'event', room: LOBBY, connections, name, data });
  }

  /** Writes down that the session waits no longer. */
  private forget(session: number, game: string): void {
    try {
      this.options.sessions.noteWait(session, { game, ticket: null });
    } catch (error) {
      // `restore` finds out the same from the rooms.
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** Who has no connection is not put into a match: the others would wait there in vain. */
  private readonly isPresent = (id: number): boolean =>
    this.options.sessions.byId(id)?.link !== undefined;
}

function waitedMs(ticket: SavedWait | undefined, now: number): number | null {
  return ticket ? Math.max(0, now - ticket.since) : null;
}
