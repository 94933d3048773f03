// Finds games that are no function of their inputs: a second instance of the room is fed the same.
import { performance } from 'node:perf_hooks';
import type { Game } from '../games/index.ts';
import type { Log, ProcessMetrics } from '../observe/index.ts';
import { asWritten } from '../store/index.ts';
import { type Difference, firstDifference } from './first-difference.ts';
import { GameHangError, type Guard } from './guard.ts';
import { inputCodec } from './input-codec.ts';
import type { Input } from './inputs.ts';
import { RoomState } from './room-state.ts';

export interface DeterminismCheckOptions {
  readonly game: Game;
  readonly live: RoomState;
  readonly guard: Guard;
  readonly log: Log;
  readonly metrics: ProcessMetrics<'coordinator'>;
}

/** Of the room's own time. */
const INTERVAL_MS = 1000;
/** A comparison may take a twentieth of the time. */
const INTERVALS_PER_COST = 20;

export class DeterminismCheck {
  private readonly options: DeterminismCheckOptions;
  /** Undefined when it was given up. */
  private second: RoomState | undefined;
  /** What the live room is about to apply, as it would be read from the journal. */
  private inputs: readonly Input[] = [];
  private nextAt = 0;
  private isLogged = false;

  constructor(options: DeterminismCheckOptions) {
    this.options = options;
    this.second = this.copyOfLive();
  }

  /** To be called before the live room applies `inputs`, whose arguments the game may change. */
  before(inputs: readonly Input[]): void {
    this.inputs = inputCodec.read(asWritten(inputCodec.write(inputs)));
  }

  /** To be called after. Never throws, and changes nothing of the live room. */
  after(now: number): void {
    try {
      const difference = this.step(now);
      if (difference) this.report(difference);
    } catch (err) {
      // Of a state that cannot be written down the next snapshot says so.
      this.second = undefined;
      const { log, live } = this.options;
      log.warn({ err, room: live.room.id }, 'the room is no longer checked for determinism');
    }
  }

  private step(now: number): Difference | undefined {
    const { second } = this;
    if (!second) return undefined;
    try {
      this.options.guard.run(() => second.apply(now, this.inputs));
    } catch (error) {
      if (error instanceof GameHangError) throw error;
      return { path: 'what it throws', left: 'nothing', right: String(error) };
    }
    if (now < this.nextAt) return undefined;
    const startedAt = performance.now();
    // Nobody asks for its rows; they would only become more.
    second.takeChanges();
    const live = asWritten(this.options.live.save());
    const difference = firstDifference(live, asWritten(second.save()));
    const costMs = performance.now() - startedAt;
    this.nextAt = now + Math.max(INTERVAL_MS, costMs * INTERVALS_PER_COST);
    return difference;
  }

  private report({ path, left, right }: Difference): void {
    const { game, live, log, metrics } = this.options;
    metrics.count('determinismErrors');
    if (!this.isLogged) {
      this.isLogged = true;
      log.error(
        {
          room: live.room.id,
          game: game.name,
          tick: live.room.tick,
          path,
          live: left,
          again: right,
        },
        `the game is not deterministic: fed the same, ${path} differs; in place of Math.random, ` +
          'the clock and memory outside of the room it must use room.random, room.now and room.state',
      );
    }
    this.second = this.copyOfLive();
  }

  private copyOfLive(): RoomState {
    const { game, live } = this.options;
    return RoomState.restore(game, { id: live.room.id, saved: asWritten(live.save()) });
  }
}
