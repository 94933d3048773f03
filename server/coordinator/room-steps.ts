// The steps of one room: takes in what comes, writes it down, applies it under the beat's guard. Where game
// code is stopped in that, the state is worth nothing, and is made again from the room's files.
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { LogThrottle } from '../observe/index.ts';
import { type Batch, StoreError } from '../store/index.ts';
import type { Stepped } from './beat.ts';
import { after, GameHangError, mark } from './guard.ts';
import { HangJudge } from './hang-judge.ts';
import type { ReplayGuard } from './replay-guard.ts';
import type { RoomAbout } from './room-about.ts';
import { RoomClock } from './room-clock.ts';
import type { RoomOptions } from './room-options.ts';
import { rebuildState } from './room-rebuild.ts';
import type { RoomRecord } from './room-record.ts';
import type { Input, Outputs, RoomState } from './room-state.ts';
import { StateChecks } from './state-check.ts';

/** What a step has come to, when it is told. */
export interface Step {
  readonly now: number;
  readonly inputs: readonly Input[];
  readonly outputs: Outputs;
  /** How long the game took. */
  readonly applyMs: number;
  readonly startedAt: number;
}

export interface RoomStepsOptions extends Pick<RoomOptions, 'id' | 'game' | 'log' | 'metrics'> {
  /** The room's present state; `rebuilt` gives another. */
  readonly state: RoomState;
  readonly files: RoomOptions['files'];
  readonly replayGuard: ReplayGuard;
  readonly record: RoomRecord;
  readonly about: RoomAbout;
  /** Called before a batch is applied. The batch may be cut afterwards. */
  readonly willApply: (inputs: readonly Input[]) => void;
  /** Under the guard: what the bots do next. */
  readonly think: () => void;
  /** A batch could not be written down: it is tried again. */
  readonly notWritten: () => void;
  /** A batch has been applied. */
  readonly stepped: (step: Step) => void;
  /** The room cannot go on. */
  readonly failed: (error: unknown) => void;
  /** Nothing can be read of the state, and no step comes, until `rebuilt`. */
  readonly broken: () => void;
  readonly rebuilt: (state: RoomState) => void;
  /** The bots hang. */
  readonly dismissBots: (error: unknown) => void;
}

/** From one try to read the room's files to the next. */
const RETRY_MS = 200;

export class RoomSteps implements Stepped {
  readonly intervalMs: number;
  private readonly options: RoomStepsOptions;
  private readonly clock: RoomClock;
  private readonly judge: HangJudge;
  private readonly checks = new StateChecks();
  private readonly markInput: (index: number) => void;
  /** Bounded by members: each has at most `inboxPerPlayerMax` commands here. */
  private inbox: Input[] = [];
  /** The batch that the journal has and that is applied next. */
  private batch: Pick<Batch<Input>, 'now' | 'inputs'> | undefined;
  private outcome: { readonly outputs: Outputs } | { readonly error: unknown } | undefined;
  private startedAt = 0;
  private applyMs = 0;
  /** The last tick whose outcome was told. */
  private appliedTick: number;
  private isBroken = false;
  private isOver = false;

  constructor(options: RoomStepsOptions, intervalMs: number) {
    this.options = options;
    this.intervalMs = intervalMs;
    const { id, state, files, log, metrics } = options;
    this.clock = new RoomClock(state.room.now);
    this.appliedTick = state.room.tick;
    this.judge = new HangJudge({ files, log, metrics });
    this.markInput = (index) => mark(id, this.appliedTick + 1, index);
  }

  /** False while the state is rebuilt: none of it may be published or saved then. */
  get isWhole(): boolean {
    return !this.isBroken;
  }

  /** The journal has a batch that has not been applied. */
  get isApplying(): boolean {
    return this.batch !== undefined;
  }

  /** There is something to be applied. */
  get isBehind(): boolean {
    return this.batch !== undefined || this.inbox.length > 0;
  }

  get inboxLength(): number {
    return this.inbox.length;
  }

  put(input: Input): void {
    this.inbox.push(input);
  }

  stop(): void {
    this.isOver = true;
  }

  begin(): boolean {
    if (this.isOver || this.isBroken) return false;
    const { record, willApply, notWritten } = this.options;
    this.startedAt = performance.now();
    if (!this.batch) {
      const now = this.clock.next();
      const inputs = this.judge.screen(this.inbox);
      // Nothing is shown or acknowledged that is not written down.
      if (!record.append(now, inputs)) {
        notWritten();
        return false;
      }
      this.inbox = [];
      this.batch = { now, inputs };
    }
    willApply(this.batch.inputs);
    this.outcome = undefined;
    return true;
  }

  apply(): void {
    const { state, about, think } = this.options;
    const { now, inputs } = this.batch!;
    const startedAt = performance.now();
    try {
      const outputs = state.apply(now, inputs, this.markInput);
      this.applyMs = performance.now() - startedAt;
      this.checks.afterStep(state);
      if (outputs.joined.length > 0) {
        this.markInput(inputs.length + after.about);
        about.prepare();
      }
      if (outputs.ended === undefined) {
        this.markInput(inputs.length + after.bots);
        think();
      }
      this.outcome = { outputs };
    } catch (error) {
      // A hang is the guard's to tell.
      if (error instanceof GameHangError) throw error;
      this.outcome = { error };
    }
  }

  conclude(): void {
    const { outcome, batch } = this;
    if (this.isOver || !outcome || !batch) return;
    if ('error' in outcome) {
      this.options.failed(outcome.error);
      return;
    }
    this.batch = undefined;
    this.appliedTick++;
    this.judge.passed();
    const { applyMs, startedAt } = this;
    this.options.stepped({ ...batch, ...outcome, applyMs, startedAt });
  }

  cut(hang: GameHangError): void {
    if (this.isOver || this.isBroken) return;
    this.isBroken = true;
    this.batch = undefined;
    this.options.broken();
    void this.rebuild(hang);
  }

  late(lagMs: number): void {
    this.options.metrics.observe('tickLagSeconds', lagMs / 1000);
  }

  skipped(ticks: number): void {
    this.options.metrics.count('ticksSkipped', ticks);
  }

  private async rebuild(hang: GameHangError | undefined): Promise<void> {
    const { game, files, replayGuard, failed, rebuilt, log, id } = this.options;
    const throttle = new LogThrottle<string>();
    for (let next = hang; !this.isOver; ) {
      try {
        if (next && !this.goesOn(next)) return;
        next = undefined;
        const isOver = () => this.isOver;
        const made = await rebuildState(game, files, this.appliedTick, replayGuard, isOver);
        if (this.isOver) return;
        this.isBroken = false;
        this.batch = made.next;
        rebuilt(made.state);
        return;
      } catch (error) {
        if (error instanceof GameHangError) next = error;
        else if (error instanceof StoreError) {
          const text = 'a room waits until its files can be read or written';
          if (throttle.isDue(text)) log.error({ err: error, room: id }, text);
          await wait(RETRY_MS);
        } else if (!this.isOver) {
          failed(error);
          return;
        }
      }
    }
  }

  /** @returns whether the room must be rebuilt. */
  private goesOn(hang: GameHangError): boolean {
    const verdict = this.judge.judge(hang, this.appliedTick);
    if (verdict === 'quarantined') this.options.failed(hang);
    else if (verdict === 'bots') this.options.dismissBots(hang);
    return verdict !== 'quarantined';
  }
}
