// The bots of one room: fills it up with them, has plans made for them, and puts in what they do.
import { performance } from 'node:perf_hooks';
import { FIRST_BOT, isBot } from '../../protocol/index.ts';
import type { Bots, Game, Player, Room } from '../games/index.ts';
import type { Log, ProcessMetrics } from '../observe/index.ts';
import type { Input } from './inputs.ts';
import { failureText } from './room-failures.ts';
import type { RoomState } from './room-state.ts';
import type { WorkPool } from './work-pool.ts';

export interface BotDriverOptions {
  readonly game: Game;
  readonly state: RoomState;
  /** Bots and players together are to be so many. */
  readonly wanted: number;
  readonly pool: Pick<WorkPool, 'run'>;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'coordinator'>;
  /** Into the room's next batch. */
  put(input: Input): void;
}

interface Bot {
  /** Undefined while it has none. */
  plan: unknown;
}

type Asker = readonly [bot: Bot, question: unknown];

/** What bots want to do after one tick, or why they are of no use. */
type Thought =
  | {
      readonly moves: readonly Input[];
      readonly askers: readonly Asker[];
      readonly ground: unknown;
    }
  | { readonly error: unknown };

/** Questions are gathered so long, and plans made for all of them at once. */
const GATHER_MS = 150;
const PLAN_MS_MAX = 2000;
const RETRY_MS = 1000;

/** A bot is a player of the room like others, and what it does an input like others: a room that is
 *  recovered or replayed needs neither this nor the pool. */
export class BotDriver {
  private readonly options: BotDriverOptions;
  private readonly spec: Bots<Room, unknown, unknown, unknown>;
  private readonly bots = new Map<number, Bot>();
  private wanted: number;
  private isPlanning = false;
  /** By `performance.now()`. */
  private askAt = 0;
  private isOver = false;
  /** The part of the game's bots that was called last. */
  private hook = '';
  private thought: Thought | undefined;

  constructor(options: BotDriverOptions) {
    this.options = options;
    this.spec = options.game.bots!;
    this.wanted = options.wanted;
    for (const { id } of options.state.room.players.values()) {
      if (isBot(id)) this.bots.set(id, { plan: undefined });
    }
  }

  get size(): number {
    return this.bots.size;
  }

  /** Whether a bot in the room has this name. */
  hasNamed(name: string): boolean {
    const { players } = this.options.state.room;
    for (const id of this.bots.keys()) if (players.get(id)?.name === name) return true;
    return false;
  }

  has(player: number): boolean {
    return this.bots.has(player);
  }

  /** Lets bots come and go until there are as many as are wanted beside so many `players`. */
  fill(players: number): void {
    const { game, put } = this.options;
    const count = Math.max(0, Math.min(this.wanted, game.playersMax) - players);
    for (const id of [...this.bots.keys()].reverse()) {
      if (this.bots.size <= count) break;
      this.bots.delete(id);
      put({ kind: 'leave', player: id });
    }
    for (let number = 1; this.bots.size < count; number++) {
      const id = FIRST_BOT + number;
      if (this.bots.has(id)) continue;
      this.bots.set(id, { plan: undefined });
      put({ kind: 'join', player: id, name: `bot ${number}` });
    }
  }

  /** The game gives the bot no place. Another comes when the room is filled next. */
  turnedAway(bot: number): void {
    this.bots.delete(bot);
  }

  /** To be called after each tick of the room, under its guard: what the bots do in the next. It may be
   *  stopped anywhere, and counts for nothing then. */
  think(): void {
    const { state } = this.options;
    const moves: Input[] = [];
    const askers: Asker[] = [];
    this.thought = undefined;
    try {
      const isAsking = !this.isPlanning && performance.now() >= this.askAt;
      for (const [id, bot] of this.bots) {
        const player = state.room.players.get(id);
        if (!player) continue;
        if (bot.plan !== undefined) this.act(bot, player, moves);
        else if (isAsking) this.ask(bot, player, askers);
      }
      if (askers.length > 0) this.hook = 'bots.survey';
      const ground = askers.length > 0 ? this.spec.survey(state.room) : undefined;
      this.thought = { moves, askers, ground };
    } catch (error) {
      this.thought = { error };
    }
  }

  /** To be called when the tick is told: puts in what was thought.
   *  @param players as for `fill`. */
  ticked(players: number): void {
    const { thought } = this;
    this.thought = undefined;
    if (!thought) return;
    if ('error' in thought) {
      this.dismiss(thought.error, players);
      return;
    }
    for (const move of thought.moves) this.options.put(move);
    if (thought.askers.length > 0) void this.plan(thought.askers, thought.ground);
  }

  /** Only the bots are at fault: the room goes on without them. */
  dismiss(error: unknown, players: number): void {
    this.failed(error, this.hook, 'the bots leave the room');
    this.wanted = 0;
    this.fill(players);
  }

  /** The room is over. */
  stop(): void {
    this.isOver = true;
  }

  private act(bot: Bot, player: Player, moves: Input[]): void {
    const { state } = this.options;
    this.hook = 'bots.act';
    const move = this.spec.act(state.room, player, bot.plan);
    if (move === 'wait') return;
    if (move === 'done') {
      bot.plan = undefined;
      return;
    }
    const { name, args } = move;
    const seq = state.ledgerOf(player.id)!.applied + 1;
    moves.push({ kind: 'command', player: player.id, seq, name, args, call: false });
  }

  private ask(bot: Bot, player: Player, askers: Asker[]): void {
    this.hook = 'bots.ask';
    const question = this.spec.ask(this.options.state.room, player);
    if (question !== undefined) askers.push([bot, question]);
  }

  /** No tick waits for it. */
  private async plan(askers: readonly Asker[], ground: unknown): Promise<void> {
    const { pool } = this.options;
    this.isPlanning = true;
    this.askAt = performance.now() + GATHER_MS;
    const questions = askers.map(([, question]) => question);
    try {
      const options = { timeoutMs: PLAN_MS_MAX };
      const plans = await pool.run('bots', this.spec.plan, [ground, questions], options);
      askers.forEach(([bot], i) => {
        bot.plan = plans[i];
      });
    } catch (error) {
      this.askAt = performance.now() + RETRY_MS;
      if (!this.isOver) this.failed(error, 'bots.plan', 'the bots ask again');
    } finally {
      this.isPlanning = false;
    }
  }

  private failed(error: unknown, hook: string, then: string): void {
    const { game, state, log, metrics } = this.options;
    metrics.count('gameErrors');
    const text = failureText(game.name, hook, error, then);
    log.error({ err: error, room: state.room.id, game: game.name, hook }, text);
  }
}
