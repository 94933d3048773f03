// A room at work: takes in what comes, steps its state by the beat, and publishes what changed.
import { performance } from 'node:perf_hooks';
import { type ErrorCode, sentence } from '../../protocol/index.ts';
import type { Game } from '../games/index.ts';
import type { Pace } from './beat.ts';
import { BotDriver } from './bot-driver.ts';
import { DeterminismCheck } from './determinism-check.ts';
import { aboutEnd, endedRoom } from './ended-room.ts';
import { GameHangError } from './guard.ts';
import { RoomAbout } from './room-about.ts';
import { RoomCopies } from './room-copies.ts';
import { RoomEffects } from './room-effects.ts';
import { logFailure, logFailures, Mistakes } from './room-failures.ts';
import { RoomMembers } from './room-members.ts';
import type { RoomOptions } from './room-options.ts';
import { RoomRecord } from './room-record.ts';
import type { Input, RoomState } from './room-state.ts';
import { RoomSteps, type Step } from './room-steps.ts';
import type { Session } from './session.ts';

const RETRY_MS = 200;
/** A room that stands still for longer than this refuses players, who would wait without an answer. */
const STALLED_MS = 1000;

/** A refusal as clients are told it. */
export interface Refused {
  /** Of the wire, or the game's own. */
  readonly code: string;
  readonly text: string;
  /** Whom a game with matches has refused. */
  readonly player?: number;
}

export class Room {
  readonly id: number;
  readonly game: Game;
  readonly members: RoomMembers;
  /** Another one where game code was stopped in it. */
  private state: RoomState;
  private readonly options: RoomOptions;
  private readonly copies: RoomCopies;
  private readonly record: RoomRecord;
  private readonly effects: RoomEffects;
  private readonly about: RoomAbout;
  private readonly steps: RoomSteps;
  private readonly pace: Pace;
  private readonly bots: BotDriver | undefined;
  private determinism: DeterminismCheck | undefined;
  private readonly mistakes = new Mistakes();
  /** Why the match that the room was opened for has ended before it began. */
  private matchRefusal: Refused | undefined;
  private retrying: NodeJS.Timeout | undefined;
  /** All are back since it was recovered, and have waited long enough. */
  private isWaitedFor = false;
  private over = false;

  constructor(options: RoomOptions) {
    this.id = options.id;
    this.game = options.game;
    this.options = options;
    const { id, game, state, carriedOver = false, lastChanges, beat, guard } = options;
    this.state = state;
    state.takeChanges();
    const tickMs = game.ticksPerSecond > 0 ? 1000 / game.ticksPerSecond : 0;
    const shape = {
      room: id,
      game: game.name,
      kinds: state.kinds,
      world: game.world ?? null,
      tickMs: Math.round(tickMs),
    };
    const put = (input: Input) => this.put(input);
    const own = this.withState({});
    const sessions = () => this.members.sessions();
    this.record = new RoomRecord(
      this.withState({ carriedOver, unwritable: (error: unknown) => this.fail(error) }),
    );
    this.about = new RoomAbout(own, guard);
    this.copies = new RoomCopies(shape, own, sessions, !carriedOver, lastChanges);
    this.effects = new RoomEffects(own, put);
    this.effects.handOver(state.effects);
    if (options.bots && game.bots) {
      this.bots = new BotDriver(this.withState({ ...options.bots, put }));
    }
    this.steps = this.newSteps(tickMs);
    this.pace = beat.add(this.steps);
    this.determinism = this.newDeterminismCheck();
    this.members = new RoomMembers(
      this.withState({
        room: this,
        copies: this.copies,
        bots: this.bots,
        put,
        acknowledge: (session: Session) => this.acknowledge(session),
        describe: () => this.describe(),
        complete: () => {
          this.isWaitedFor = true;
          if (tickMs > 0 && this.steps.isWhole) this.pace.hurry();
        },
      }),
    );
    this.members.readmit();
    this.bots?.fill(this.players);
  }

  get players(): number {
    return this.members.size;
  }

  /** When the last member left, by `performance.now()`; undefined while there is one. */
  get emptySince(): number | undefined {
    return this.members.emptySince;
  }

  get botCount(): number {
    return this.bots?.size ?? 0;
  }

  hasBotNamed(name: string): boolean {
    return this.bots?.hasNamed(name) ?? false;
  }

  get tick(): number {
    return this.state.room.tick;
  }

  get inboxLength(): number {
    return this.steps.inboxLength;
  }

  get isFull(): boolean {
    return this.players >= this.game.playersMax;
  }

  /** Gives `session` a place; `joined` is sent when the room has taken it in.
   *  @returns why not. */
  join(session: Session, request: number | null): ErrorCode | undefined {
    if (this.members.joinAgain(session, request)) return undefined;
    if (this.over) return 'ROOM_ENDED';
    if (this.game.match) return 'MATCH_ONLY';
    if (this.isFull) return 'ROOM_FULL';
    if (this.isStalled) return 'ROOM_STALLED';
    this.members.enter(session, request);
    return undefined;
  }

  /** Takes in those who were matched, at once, so that they have their places written down.
   *  @returns why not, where the game does not let them play or the room cannot be written; the room is over
   *  then. */
  admit(sessions: readonly Session[]): Refused | 'ROOM_NOT_STORED' | undefined {
    const failed = { code: 'GAME_ERROR', text: sentence('GAME_ERROR', this.game.name) };
    if (this.over) return failed;
    for (const session of sessions) this.members.enter(session, null);
    this.pace.stepNow();
    if (this.over) return this.matchRefusal ?? failed;
    if (this.steps.isWhole && sessions.every(({ id }) => this.state.room.players.has(id))) {
      return undefined;
    }
    this.end('ROOM_NOT_STORED', sentence('ROOM_NOT_STORED'));
    return 'ROOM_NOT_STORED';
  }

  /** The age of the oldest input that no snapshot has, in ms. */
  get unsavedMs(): number {
    return this.record.unsavedMs;
  }

  get journalBytes(): number {
    return this.options.storage.bytes;
  }

  private get isStalled(): boolean {
    return this.record.stalledMs > STALLED_MS;
  }

  /** Sends an event that is not the game's (chat) to every member. */
  broadcast(name: string, data: unknown): void {
    this.copies.broadcast(name, data);
  }

  /** Called several times a second: shows that the room lives, where nothing else has for a second,
   *  and lets the disk take what was written down. */
  beat(): void {
    if (this.over) return;
    this.record.sync();
    if (this.copies.isQuiet) this.publish();
  }

  /** Tells the members and stops, for good.
   *  @param quarantined the folder to which its files were moved, for people to look at. */
  end(code: string, text: string, quarantined?: string): void {
    if (!this.stop()) return;
    for (const session of [...this.members.sessions()]) this.members.leave(session, code, text);
    if (quarantined === undefined) void this.remove(code, text);
    else void this.leaveFiles(quarantined, code, text);
    this.options.ended(this);
  }

  /** Stops, to be recovered at the same tick by a later process, which may begin when this resolves. */
  async finish(): Promise<void> {
    // One more at once: the pause that comes is not longer by what is left of this tick.
    if (this.steps.intervalMs > 0 && !this.over) this.pace.stepNow();
    if (!this.stop()) return;
    // The next process applies batches that are journaled and not applied, as this one would have.
    if (!this.steps.isWhole || this.steps.isApplying) return;
    // Copies at the last tick can go on with the next process.
    this.publish(true);
    await this.record.finish();
  }

  /** After `finish`: lets go of its files, when the disk has them. */
  close(): Promise<void> {
    return this.options.storage.close();
  }

  /** The files stay until all is settled: after a fault they are what is handed over again. */
  private async remove(code: string, reason: string): Promise<void> {
    await this.effects.settled();
    const { game, state, steps } = this;
    // A state in which game code was stopped is not what the journal says.
    const isWhole = steps.isWhole && !steps.isApplying;
    const { visitors } = this.members;
    const ended = endedRoom({ game, state, isWhole, code, reason, visitors });
    if (await this.record.remove(ended)) this.effects.end();
  }

  /** Files of which not all effects are settled are never removed. */
  private async leaveFiles(folder: string, code: string, reason: string): Promise<void> {
    const settled = this.effects.settled();
    await this.options.storage.close();
    await settled;
    const { game, state, options } = this;
    const { visitors } = this.members;
    await options.keepQuarantined(folder, aboutEnd({ game, state, code, reason, visitors }));
  }

  private stop(): boolean {
    if (this.over) return false;
    this.over = true;
    this.record.goesOn();
    this.bots?.stop();
    this.steps.stop();
    this.pace.stop();
    this.effects.stop();
    clearTimeout(this.retrying);
    return true;
  }

  private put(input: Input): void {
    if (this.over) return;
    this.steps.put(input);
    if (this.steps.intervalMs === 0 && this.steps.isWhole) this.pace.wake();
  }

  /** The room's options with `more`, whose `state` is the present one whenever it is asked for. */
  private withState<T extends object>(more: T) {
    const room = this;
    return {
      ...this.options,
      ...more,
      get state() {
        return room.state;
      },
    };
  }

  private newSteps(intervalMs: number): RoomSteps {
    const { record, about } = this;
    const parts = this.withState({
      record,
      about,
      willApply: (inputs: readonly Input[]) => this.determinism?.before(inputs),
      think: () => this.bots?.think(),
      notWritten: () => {
        // A room without ticks has no later moment by itself.
        clearTimeout(this.retrying);
        if (intervalMs === 0) this.retrying = setTimeout(() => this.pace.wake(), RETRY_MS);
        if (this.isStalled) this.members.refuseWaiting('ROOM_STALLED');
      },
      stepped: (step: Step) => this.stepped(step),
      failed: (error: unknown) => this.fail(error),
      broken: () => this.pace.pause(),
      rebuilt: (state: RoomState) => this.rebuilt(state),
      dismissBots: (error: unknown) => this.bots?.dismiss(error, this.players),
    });
    return new RoomSteps(parts, intervalMs);
  }

  private stepped({ now, inputs, outputs, applyMs, startedAt }: Step): void {
    const { metrics } = this.options;
    this.record.applied(inputs, applyMs);
    this.determinism?.after(now, outputs);
    this.members.applied(inputs, outputs);
    this.publish();
    if (this.isWaitedFor) this.copies.flush();
    this.isWaitedFor = false;
    if (this.game.match) this.matchRefusal = outputs.turnedAway[0];
    if (!this.matchRefusal) this.members.report(outputs);
    logFailures(this, outputs, this.options);
    this.mistakes.log(this, outputs, this.options);
    this.effects.handOver(outputs.effects);
    metrics.count('ticks');
    metrics.observe('tickSeconds', (performance.now() - startedAt) / 1000);
    if (this.matchRefusal) this.end(this.matchRefusal.code, this.matchRefusal.text);
    else if (outputs.ended !== undefined) this.end('ROOM_ENDED', outputs.ended);
    else if (this.steps.isWhole) {
      this.members.greetWaiting();
      // The batch that came before a rebuild was applied alone: the inputs that came during it still wait.
      if (this.steps.intervalMs === 0 && this.steps.isBehind) this.pace.wake();
      this.bots?.ticked(this.players);
      this.record.snapshotIfDue();
    }
  }

  /** The state was made again, as far as anyone was told. */
  private rebuilt(state: RoomState): void {
    this.state = state;
    this.about.forget();
    this.determinism = this.newDeterminismCheck();
    if (!this.steps.isBehind) this.members.greetWaiting();
    if (this.steps.intervalMs > 0 || this.steps.isBehind) this.pace.hurry();
  }

  private newDeterminismCheck(): DeterminismCheck | undefined {
    const { verifyDeterminism, game, guard, log, metrics } = this.options;
    if (!verifyDeterminism) return undefined;
    this.state.reportMistakes();
    return new DeterminismCheck({ game, live: this.state, guard, log, metrics });
  }

  private publish(always = false): void {
    if (this.steps.isWhole) this.copies.publish(this.state.takeChanges(), always);
  }

  /** @returns what the game says that the room is about; undefined where it does not say so now. */
  private describe(): { readonly about: unknown } | undefined {
    if (this.over || !this.steps.isWhole) return undefined;
    try {
      return { about: this.about.get() };
    } catch (error) {
      if (error instanceof GameHangError) this.steps.cut(error);
      else this.fail(error);
      return undefined;
    }
  }

  /** Only this room is at fault: it ends, the others go on. */
  private fail(error: unknown): void {
    const isHang = error instanceof GameHangError;
    // Of a hang more is known where it was judged.
    if (!isHang) logFailure(this, this.state.hook, error, this.options);
    const folder = this.options.failed(this);
    const what = isHang ? 'The game did not come to an end' : 'The game failed';
    this.end('GAME_ERROR', `${what}; this was recorded, and the room has ended.`, folder);
  }

  private acknowledge(session: Session): void {
    this.copies.acknowledge(session);
    // A room without ticks has no later moment at which it would be told.
    if (this.steps.intervalMs === 0) this.publish();
  }
}
