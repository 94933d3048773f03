// Two players who meet again and again: they are matched, play Connect four to the end, and the one
// who has won a trophy gives it to the other.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Entity, RejectedError, type RoomView, type Trade } from '../../client/index.ts';
import { Bot, type BotOptions } from './bot.ts';
import type { CoupleRecord } from './messages.ts';
import { until } from './until.ts';

const GAME = 'connect-four';
/** Between one meeting and the next: each opens a room. */
const REST_MS = 1000;
const POLL_MS = 50;
/** Codes with which a trade may come to nothing: no item has changed hands then. `RESULT_EXPIRED` is not
 *  among them: the lobby keeps 64 answers of a session, and a player here waits for one or two at a time. */
const UNLUCKY = new Set([
  'NOT_ENOUGH',
  'ACCOUNTS_UNAVAILABLE',
  'TOO_SOON',
  'TRADE_OPEN',
  'TRADE_LOST',
  'TRADE_CHANGED',
  'TRADE_CANCELLED',
  'TRADE_EXPIRED',
  'UNKNOWN_TRADE',
  'UNKNOWN_PLAYER',
  'PLAYER_GONE',
  'TRADES_UNAVAILABLE',
]);

export class Couple {
  readonly bots: readonly [Bot, Bot];
  private readonly options: Omit<BotOptions, 'game'>;
  /** The trades that each was told are done. */
  private readonly done: readonly [Set<number>, Set<number>] = [new Set(), new Set()];
  /** Trades that are over, whatever came of them. */
  private readonly over = new Set<number>();
  private games = 0;
  private stopping = false;
  private hasStopped = false;
  /** For people, should it not go on. */
  private phase = 'connects';

  constructor(options: Omit<BotOptions, 'game'>) {
    this.options = options;
    const bot = (which: string) =>
      new Bot({ ...options, name: `${options.name} ${which}`, game: GAME });
    this.bots = [bot('a'), bot('b')];
  }

  async start(): Promise<void> {
    await Promise.all(this.bots.map(({ client }) => client.open()));
    this.bots.forEach(({ client }, i) => {
      client.lobby.on('event', (name, data) => {
        if (name === 'trade') this.heard(i, data as Trade);
      });
    });
    this.live().catch((error: Error) => this.problem(`${this.phase}: ${error.stack}`));
  }

  /** Meets no more. @returns what was done when the last meeting is over, or after a while. */
  async settle(): Promise<CoupleRecord> {
    this.stopping = true;
    await until(() => this.hasStopped);
    if (!this.hasStopped) this.problem(`does not go on: it ${this.phase}`);
    const [a, b] = this.done;
    const half = () => [...a, ...b].find((trade) => !a.has(trade) || !b.has(trade));
    await until(() => half() === undefined);
    if (half() !== undefined) this.problem(`only one was told that trade ${half()} is done`);
    return { name: this.options.name, games: this.games, trades: a.size };
  }

  private async live(): Promise<void> {
    for (let meeting = 1; !this.stopping; meeting++) {
      const winner = await this.play(`${this.options.name} ${meeting}`);
      if (winner !== undefined) await this.give(winner);
      this.phase = 'rests';
      await sleep(REST_MS);
    }
    this.hasStopped = true;
  }

  /** @returns who has won; undefined where the game was not played to its end. */
  private async play(meeting: string): Promise<number | undefined> {
    this.phase = 'waits for a match';
    const party = await this.bots[0].client.party();
    const rooms = await Promise.all(
      this.bots.map(({ client }) => client.match(GAME, { party, size: 2 })),
    );
    this.phase = 'plays';
    const ends = await Promise.all(rooms.map(playOn));
    for (const room of rooms) room.leave();
    const [a, b] = ends;
    if (a === undefined || b === undefined) return undefined;
    if (a.winner !== b.winner) this.problem(`they have seen different winners of ${meeting}`);
    this.games++;
    return a.winner === a.own ? 0 : 1;
  }

  /** Gives the other a trophy, if it is on the account already. */
  private async give(from: number): Promise<void> {
    this.phase = 'trades';
    const [giver, taker] = from === 0 ? this.bots : [this.bots[1], this.bots[0]];
    const offer = { with: taker.name, give: { trophy: 1 }, want: {} };
    try {
      const { trade, version } = (await giver.client.lobby.call('trade', offer)) as Trade;
      this.phase = `confirms trade ${trade}`;
      await giver.client.lobby.call('confirm', { trade, version });
      this.phase = `waits for the end of trade ${trade}`;
      while (!this.over.has(trade)) await sleep(POLL_MS);
    } catch (error) {
      if (!(error instanceof RejectedError && UNLUCKY.has(error.code))) throw error;
    }
  }

  private heard(who: number, { trade, state, own, confirmed, version }: Trade): void {
    if (state === 'done') this.done[who]!.add(trade);
    if (state === 'done' || state === 'ended') this.over.add(trade);
    if (state !== 'open' || own || confirmed) return;
    this.bots[who]!.client.lobby.call('confirm', { trade, version }).catch((error) => {
      if (error instanceof RejectedError && UNLUCKY.has(error.code)) return;
      this.problem(`trade ${trade} was not confirmed: ${error}`);
    });
  }

  private problem(text: string): void {
    this.options.incidents.problem(`${this.options.name}: ${text}`);
  }
}

interface GameEnd {
  readonly winner: number;
  readonly own: number;
}

/** Drops discs into the columns from the left whenever it is one's turn.
 *  @returns undefined where the room ends before the game. */
function playOn(room: RoomView): Promise<GameEnd | undefined> {
  return new Promise((resolve) => {
    let answered = '';
    const look = (): void => {
      const [board] = room.of('board') as Iterable<Entity>;
      const { avatar } = room;
      if (!board || !avatar) return;
      const cells = String(board.cells);
      const own = Number(avatar.colour);
      if (board.turn === 0 && cells.trim() !== '') resolve({ winner: Number(board.winner), own });
      if (board.turn !== own || answered === cells) return;
      answered = cells;
      // Each keeps to a column, so that one has four in it before the other.
      room.send('drop', { column: own });
    };
    room.on('state', look);
    room.once('left', () => resolve(undefined));
    look();
  });
}
