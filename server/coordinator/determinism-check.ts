// Finds games that are no function of their inputs: a second instance of the room is fed the same inputs, and
// is restored again and again from what would be written down, as a recovery does it.
import { performance } from 'node:perf_hooks';
import type { Game } from '../games/index.ts';
import type { Log, ProcessMetrics } from '../observe/index.ts';
import { asWritten } from '../store/index.ts';
import { type Difference, firstDifference, inValues } from './first-difference.ts';
import { GameHangError, type Guard } from './guard.ts';
import { inputCodec } from './input-codec.ts';
import type { Input } from './inputs.ts';
import type { Outputs } from './outputs.ts';
import { RoomState, type SavedRoom } from './room-state.ts';
import { stateFault } from './state-fault.ts';

/** A game as `--verify-determinism` has it loaded. */
export interface CheckedGame extends Game {
  /** @returns the game for the second instance. Its modules may have been loaded again since the last call, so
   *  that their memory is another one, as in a process that recovers a room. */
  readonly forSecondInstance?: () => Game;
}

export interface DeterminismCheckOptions {
  readonly game: CheckedGame;
  readonly live: RoomState;
  readonly guard: Guard;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'coordinator'>;
  /** By which the cost of a comparison is measured, in ms.
   *  @default performance.now */
  readonly clock?: () => number;
}

/** Of the room's own time. */
const INTERVAL_MS = 1000;
/** A comparison and the restore after it may take a twentieth of the time. */
const INTERVALS_PER_COST = 20;

export class DeterminismCheck {
  private readonly options: DeterminismCheckOptions;
  /** Undefined when it was given up. */
  private second: RoomState | undefined;
  /** The tick at which the second instance was restored. */
  private restoredTick = 0;
  /** The inputs that the live room is about to apply, as they would be read from the journal. */
  private inputs: readonly Input[] = [];
  private nextAt = 0;
  private isDifferenceLogged = false;
  private isFaultLogged = false;

  constructor(options: DeterminismCheckOptions) {
    this.options = options;
    this.restoreSecond(asWritten(options.live.save()));
  }

  /** To be called before the live room applies `inputs`, whose arguments the game may change. */
  before(inputs: readonly Input[]): void {
    this.inputs = inputCodec.read(asWritten(inputCodec.write(inputs)));
  }

  /** To be called after that. Never throws, and changes nothing of the live room.
   *  @param outputs of the live room. */
  after(now: number, outputs: Outputs): void {
    try {
      this.step(now, outputs);
    } catch (err) {
      // Of a state that cannot be written down the next snapshot says so.
      this.second = undefined;
      const { log, live } = this.options;
      log.warn({ err, room: live.room.id }, 'the room is no longer checked for determinism');
    }
  }

  private step(now: number, outputs: Outputs): void {
    const { second } = this;
    if (!second) return;
    const difference = this.feed(second, now, outputs);
    if (difference) this.report(difference);
    if (!difference && now < this.nextAt) return;
    const { clock = () => performance.now() } = this.options;
    const startedAt = clock();
    this.compare(second, difference !== undefined);
    const costMs = clock() - startedAt;
    this.nextAt = now + Math.max(INTERVAL_MS, costMs * INTERVALS_PER_COST);
  }

  /** @returns how the second instance behaves otherwise than the live one. */
  private feed(second: RoomState, now: number, outputs: Outputs): Difference | undefined {
    let again: Outputs | undefined;
    try {
      this.options.guard.run(() => {
        again = second.apply(now, this.inputs);
      });
    } catch (error) {
      if (error instanceof GameHangError) throw error;
      return { path: 'what it throws', left: 'nothing', right: String(error) };
    }
    return (
      inValues('errors', failuresOf(outputs), failuresOf(again!)) ??
      inValues('events', outputs.events, again!.events) ??
      inValues('the text of room.end', outputs.ended, again!.ended)
    );
  }

  /** Compares both instances, and restores the second from what would be written of the live one. */
  private compare(second: RoomState, isReported: boolean): void {
    const { live } = this.options;
    const saved = live.save();
    const fault = stateFault(saved.state);
    if (fault) this.reportFault(fault.text);
    if (fault?.isUnwritable) return;
    const written = asWritten(saved);
    const difference = isReported ? undefined : firstDifference(written, asWritten(second.save()));
    if (difference) this.report(difference);
    this.restoreSecond(written);
  }

  /** @param saved becomes the instance's own. */
  private restoreSecond(saved: SavedRoom): void {
    const { game, live } = this.options;
    const { id, tick } = live.room;
    this.second = RoomState.restore(game.forSecondInstance?.() ?? game, { id, saved });
    // Its calls are undone as those of the live room are.
    this.second.reportMistakes();
    this.restoredTick = tick;
  }

  private report({ path, left, right }: Difference): void {
    const { game, live, log, metrics } = this.options;
    metrics.count('determinismErrors');
    if (this.isDifferenceLogged) return;
    this.isDifferenceLogged = true;
    const { id: room, tick } = live.room;
    const { restoredTick: restoredAt } = this;
    log.error(
      { room, game: game.name, tick, path, live: left, again: right, restoredAt },
      `the game is not deterministic: fed the same, ${path} differs in a second instance of the room that was ` +
        'restored as by a recovery. Look for memory outside of room.state (variables of a module, caches, ' +
        'closures), for objects that are compared by identity (===), for Math.random and the clock, and for ' +
        'changes that about, bots.ask, bots.survey or bots.act make',
    );
  }

  private reportFault(text: string): void {
    const { game, live, log, metrics } = this.options;
    metrics.count('determinismErrors');
    if (this.isFaultLogged) return;
    this.isFaultLogged = true;
    const { id: room, tick } = live.room;
    log.error({ room, game: game.name, tick }, `the game is not deterministic: ${text}`);
  }
}

/** The errors of commands and hooks, each with its player. */
function failuresOf({ failures }: Outputs): readonly string[] {
  return failures.map(({ part, player, command, error }) => {
    const of = part === 'command' ? command : part;
    return `${of} of player ${player}: ${String(error)}`;
  });
}
