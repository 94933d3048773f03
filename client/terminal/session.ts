// The player's session on the server: what the client library tells, kept for the picture.
import {
  type Client,
  type LinkError,
  LinkState,
  type RoomView,
  type StateChange,
  type Trade,
} from '../index.ts';
import { unknownGameText } from './any-game/command-words.ts';
import { EventLines, unknownEventText } from './any-game/event-lines.ts';
import { type GameInfo, type GameRow, gameInfoOf, gameRowsOf } from './any-game/game-info.ts';
import { hasMap } from './any-game/map-scene.ts';
import { Motion } from './any-game/motion.ts';
import { aboutText } from './any-game/table-scene.ts';
import { CaveMap } from './cave-map.ts';
import type { Feed } from './feed.ts';
import { CONNECT_FOUR } from './four.ts';
import { chatOf, eventText, isChat, refusalText } from './happenings.ts';
import type { LinkStatus } from './notice.ts';
import type { Trading } from './trading.ts';
import type { Waiting } from './waiting-scene.ts';
import { type Chunk, GOLDRUSH } from './world.ts';

export interface SessionOptions {
  readonly client: Client;
  /** Undefined: one that the server has. */
  readonly game: string | undefined;
  /** Keeps the account's key for the next time; says why where it cannot. */
  readonly keepAccount: (key: string) => string | undefined;
  readonly feed: Feed;
  readonly clockMs: () => number;
  readonly trading: Pick<Trading, 'heard' | 'refresh'>;
  /** The picture is no longer true. */
  readonly changed: () => void;
  /** The session is over for good. */
  readonly ended: (error: Error) => void;
}

const COUNTS_EVERY_MS = 3000;
/** A room that ends as soon as it is joined must not be asked for in a tight loop. */
const REJOIN_MS = 1000;

export class Session {
  /** The room, also while there is no connection. */
  room: RoomView | undefined;
  /** In a game with matchmaking, while there is no room. */
  waiting: Waiting | undefined;
  /** The game that is played, once it is known. */
  game: string;
  /** What the server says of the game, once it has been asked. */
  info: GameInfo | undefined;
  /** What moves in a game that this client does not know. */
  motion = new Motion();
  map = new CaveMap();
  link: LinkStatus;
  players: number | undefined;
  online: number | undefined;
  private readonly options: SessionOptions;
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly lines = new EventLines();
  private mapRoom: number | undefined;
  private workerBefore: number | undefined;
  /** The server has forgotten the session that there was. */
  private isAnew = false;

  constructor(options: SessionOptions) {
    this.options = options;
    this.game = options.game ?? '';
    const sinceMs = options.clockMs();
    const none = { retryAtMs: 0, error: undefined };
    this.link = { isReady: false, wasReady: false, sinceMs, ...none };
  }

  get worker(): number | undefined {
    return this.options.client.welcome?.worker;
  }

  /** Whether what is sent now goes out now. */
  get isLive(): boolean {
    return this.options.client.state === LinkState.Ready && this.room !== undefined;
  }

  open(): void {
    const { client, ended, changed, trading } = this.options;
    client.on('connected', ({ worker, pauseMs }) => this.connected(worker, pauseMs));
    client.on('disconnected', (error) => this.setLink(false, error));
    client.on('reconnecting', ({ delayMs, error }) => this.setLink(false, error, delayMs));
    client.on('session', ({ lost }) => {
      this.isAnew = lost;
    });
    client.on('account', (key) => {
      const why = this.options.keepAccount(key);
      if (why) this.tell(`Your account cannot be kept, you are a new guest each time: ${why}`);
    });
    client.on('bye', ({ text }) => this.tell(text));
    client.on('warning', ({ message }) => this.tell(message));
    client.on('error', ended);
    client.lobby.on('event', (name, data) => {
      if (name === 'trade') trading.heard(data as Trade);
      else this.event(name, data);
      changed();
    });
    client.open().then(() => this.join(), ended);
    const counts = setInterval(() => {
      this.count().catch(() => {});
      changed();
    }, COUNTS_EVERY_MS);
    this.timers.add(counts);
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** Puts a line into the events. */
  tell(text: string): void {
    this.options.feed.event(text, this.options.clockMs());
    this.options.changed();
  }

  private join(): void {
    this.enter().catch(this.options.ended);
  }

  private async enter(): Promise<void> {
    const { client } = this.options;
    if (this.game === '') this.game = await this.firstGame();
    const { game } = this;
    try {
      this.joined(await client.join({ game }));
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'MATCH_ONLY') this.match();
      else if (code !== 'UNKNOWN_GAME') throw error;
      else throw new Error(unknownGameText(game, await this.games()), { cause: error });
    }
  }

  /** The game that is played where the player has named none. */
  private async firstGame(): Promise<string> {
    const games = await this.games();
    const isThere = games.some(({ name }) => name === GOLDRUSH);
    return isThere ? GOLDRUSH : (games[0]?.name ?? GOLDRUSH);
  }

  private async games(): Promise<GameRow[]> {
    return gameRowsOf(await this.options.client.lobby.call('games', {}));
  }

  /** Asks for the game's commands. A server that does not tell them is no fault. */
  private async askInfo(): Promise<void> {
    const { game, isKnownGame } = this;
    if (isKnownGame) return;
    const wasAsked = this.info !== undefined;
    this.info = gameInfoOf(await this.options.client.lobby.call('games', { game }), game);
    if (!wasAsked) this.introduce();
    this.options.changed();
  }

  /** Says once what the game is. Tables have it above them all the time. */
  private introduce(): void {
    const { room, info } = this;
    const about = room && hasMap(room) ? aboutText(room.about) : '';
    if (about !== '') this.tell(about);
    if (info?.text) this.tell(`${info.text} Press ? for the keys.`);
  }

  /** Whether this client has pictures and sentences for the game. */
  private get isKnownGame(): boolean {
    return this.game === GOLDRUSH || this.game === CONNECT_FOUR;
  }

  private match(): void {
    const { client, clockMs, ended } = this.options;
    const { game } = this;
    this.room = undefined;
    this.waiting = { sinceMs: clockMs(), count: undefined, players: undefined };
    this.setLink(true, undefined);
    client.match(game).then((room) => this.joined(room), ended);
    this.count().catch(() => {});
  }

  private joined(room: RoomView): void {
    this.room = room;
    this.waiting = undefined;
    this.motion = new Motion();
    room.on('state', (change) => this.state(room, change));
    room.on('event', (name, data) => {
      if (this.isKnownGame || isChat(name, data)) this.event(name, data);
      else this.tellOften(`event ${name}`, unknownEventText(name, data));
    });
    room.on('rejected', ({ code, message }) => {
      if (!this.isKnownGame) this.tellOften(`refusal ${message}`, message);
      else {
        const text = refusalText(code, message);
        if (text) this.tell(text);
      }
    });
    room.on('left', ({ text }) => {
      this.tell(text);
      this.timers.add(setTimeout(() => this.join(), REJOIN_MS));
    });
    this.setLink(true, undefined);
    this.count().catch(() => {});
    this.askInfo().catch(() => {});
  }

  /** Puts a line into the events, unless one like it has come just now. */
  private tellOften(key: string, text: string): void {
    const line = this.lines.line(key, text, this.options.clockMs());
    if (line !== undefined) this.tell(line);
  }

  private state(room: RoomView, change: StateChange): void {
    if (!this.isKnownGame) this.motion.observe(room.entities, change);
    if (this.mapRoom !== room.number) {
      this.mapRoom = room.number;
      this.map = new CaveMap();
    }
    for (const { x, y, tiles } of room.of<Chunk>('chunk')) this.map.add(x, y, tiles);
    this.options.changed();
  }

  private event(name: string, data: unknown): void {
    const { feed, clockMs, changed } = this.options;
    if (name === 'chat') feed.chat({ ...chatOf(data), atMs: clockMs() });
    else feed.event(eventText(name, data), clockMs());
    changed();
  }

  /** Also comes on a living connection, when another worker has taken it over. */
  private connected(worker: number, pauseMs: number | undefined): void {
    const { link, workerBefore: before } = this;
    const pause = duration(pauseMs ?? this.options.clockMs() - link.sinceMs);
    this.workerBefore = worker;
    if (this.isAnew)
      this.tell(
        'The server no longer has your session: you start again. Your account is the same.',
      );
    else if (before !== undefined && pauseMs === undefined) {
      this.tell(`Connected again after ${pause}.`);
    } else if (before !== undefined && before !== worker) {
      this.tell(`Worker ${worker} has taken over from worker ${before} in ${pause}.`);
    } else if (before !== undefined) this.tell(`The server goes on after ${pause}.`);
    this.isAnew = false;
    if (before !== undefined) this.options.trading.refresh().then(this.options.changed, () => {});
    if (this.room || this.waiting) this.setLink(true, undefined);
    // Another version of the game may have come with a restart of the server.
    if (this.room) this.askInfo().catch(() => {});
  }

  private setLink(isReady: boolean, error: LinkError | undefined, delayMs = 0): void {
    const { link } = this;
    const nowMs = this.options.clockMs();
    this.link = {
      isReady,
      wasReady: link.wasReady || isReady,
      sinceMs: link.isReady === isReady ? link.sinceMs : nowMs,
      retryAtMs: nowMs + delayMs,
      error,
    };
    this.options.changed();
  }

  /** Asks how many play or wait. A server that does not say is no fault. */
  private async count(): Promise<void> {
    const { client } = this.options;
    const { room } = this;
    if (client.state !== LinkState.Ready || client.lobby.unacknowledged > 1) return;
    if (this.waiting) await this.countWaiting();
    if (!room) return;
    const [rooms, online] = await Promise.all([
      client.lobby.call('rooms', { game: room.game }),
      client.lobby.call('online', {}),
    ]);
    const here = (rooms as { room: number; players: number }[]).find(
      (one) => one.room === room.number,
    );
    this.players = here?.players;
    this.online = (online as { sessions: number }).sessions;
    this.options.changed();
  }

  private async countWaiting(): Promise<void> {
    const { client, changed } = this.options;
    const { game } = this;
    const rows = await client.lobby.call('matching', { game });
    const [row] = rows as { waiting: number; players: number }[];
    if (this.waiting && row) {
      this.waiting = { ...this.waiting, count: row.waiting, players: row.players };
    }
    changed();
  }
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
