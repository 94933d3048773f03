// The one beat of all rooms of a process: steps each at its rate, on a common grid of time, and runs the game
// code of all that are due under one guard.
import { type Clock, systemClock } from '../multiprocessing/index.ts';
import { markProgress } from '../watch/progress.ts';
import { GameHangError, type Guard } from './guard.ts';

/** A room as the beat steps it: in three phases, of which only the second runs game code. */
export interface Stepped {
  /** Milliseconds from one step to the next; 0: a step comes only after `wake`. */
  readonly intervalMs: number;
  /** Journals the next batch. @returns whether the journal has it, so that it may be applied. */
  begin(): boolean;
  /** Applies it, under a guard: may be stopped anywhere. Does not throw. */
  apply(): void;
  /** Tells what has come of it. */
  conclude(): void;
  /** Instead of `conclude`: its game code was stopped. */
  cut(hang: GameHangError): void;
  /** How late a step began, in milliseconds. */
  late(lagMs: number): void;
  /** Steps were left out, because too many had been missed. @param steps their number. */
  skipped(steps: number): void;
}

/** Steps come at multiples of this time, so that few guards cover many rooms. */
const GRID_MS = 5;
/** Steps that are made up for, one after another; when more are missed they are left out. */
const CATCH_UP_STEPS_MAX = 5;
/** A guard in which rooms have worked for a tenth of its limit ends, and the next begins: many rooms are no
 *  hang. What has been applied by then is told, too. */
const GUARD_SHARE = 0.1;
/** A timer may fire a fraction of a millisecond early. */
const EARLY_MS = 1;
const ROUNDING_MS = 0.001;
const noTimer = (): void => {};

/** The steps of one room. */
export class Pace {
  /** Undefined while the room has no next step by itself. */
  nextAt: number | undefined;
  /** Its last step was stopped: the next one may be, too. */
  isSuspect = false;
  readonly room: Stepped;
  private readonly beat: Beat;
  private isStopped = false;

  constructor(room: Stepped, beat: Beat) {
    this.room = room;
    this.beat = beat;
  }

  /** The next step comes at once, and the others after it. */
  hurry(): void {
    if (this.isStopped) return;
    if (this.room.intervalMs === 0) this.wake();
    else this.beat.stepAt(this, Math.floor(this.beat.now / GRID_MS) * GRID_MS);
  }

  /** For a room without ticks: steps it at the end of this turn, with all others of the turn. */
  wake(): void {
    if (!this.isStopped) this.beat.wake(this);
  }

  /** Steps now, alone. */
  stepNow(): void {
    this.beat.step([this]);
  }

  /** No step comes until `hurry` or `wake`. */
  pause(): void {
    this.nextAt = undefined;
    this.beat.forget(this);
  }

  /** No step comes from now on. */
  stop(): void {
    this.isStopped = true;
    this.pause();
  }
}

export class Beat {
  private readonly guard: Guard;
  /** A guard that is older than this takes in no further room, in milliseconds. */
  private readonly guardMs: number;
  private readonly clock: Clock;
  private readonly paces = new Set<Pace>();
  private readonly awake = new Set<Pace>();
  /** Rooms whose last step was cut: each of them steps under a guard of its own. */
  private readonly apart = new Set<Pace>();
  private waking: NodeJS.Immediate | undefined;
  private timerAt = Number.POSITIVE_INFINITY;
  private cancel = noTimer;

  constructor(guard: Guard, clock = systemClock) {
    this.guard = guard;
    this.guardMs = guard.limitMs > 0 ? guard.limitMs * GUARD_SHARE : Number.POSITIVE_INFINITY;
    this.clock = clock;
  }

  get now(): number {
    return this.clock.now();
  }

  /** A room whose first step comes after its interval. */
  add(room: Stepped): Pace {
    const pace = new Pace(room, this);
    if (room.intervalMs > 0) this.stepAt(pace, onGrid(this.now + room.intervalMs));
    return pace;
  }

  stepAt(pace: Pace, at: number): void {
    pace.nextAt = at;
    this.paces.add(pace);
    this.setTimer();
  }

  wake(pace: Pace): void {
    this.awake.add(pace);
    this.waking ??= setImmediate(this.runAwake);
  }

  forget(pace: Pace): void {
    this.awake.delete(pace);
    if (this.paces.delete(pace)) this.setTimer();
  }

  /** Takes one step of each. */
  step(paces: readonly Pace[]): void {
    const ready = paces.filter(({ room }) => room.begin());
    for (let from = 0; from < ready.length; ) {
      const { applied, hang } = this.apply(ready, from);
      for (const pace of ready.slice(from, from + applied)) {
        pace.isSuspect = false;
        pace.room.conclude();
        markProgress();
      }
      from += applied;
      const hung = hang && ready[from++];
      if (!hung) continue;
      hung.isSuspect = true;
      hung.room.cut(hang);
    }
  }

  /** Suspects step alone, when what the others have come to is on its way: a second hang would keep their
   *  players waiting for twice the limit. */
  private stepApart(paces: readonly Pace[]): void {
    const isIdle = this.apart.size === 0;
    for (const pace of paces) if (pace.isSuspect) this.apart.add(pace);
    this.step(paces.filter(({ isSuspect }) => !isSuspect));
    if (isIdle && this.apart.size > 0) this.stepNextApart();
  }

  /** One after another, each after a whole turn, in which the others have theirs. */
  private stepNextApart(): void {
    setImmediate(() =>
      setImmediate(() => {
        const [pace] = this.apart;
        if (!pace) return;
        this.apart.delete(pace);
        this.step([pace]);
        if (this.apart.size > 0) this.stepNextApart();
      }),
    );
  }

  /** Under one guard as many as come within `guardMs`. */
  private apply(ready: readonly Pace[], from: number): { applied: number; hang?: GameHangError } {
    const endsAt = this.now + this.guardMs;
    let applied = 0;
    try {
      this.guard.run(() => {
        while (from + applied < ready.length) {
          ready[from + applied]!.room.apply();
          applied++;
          if (this.now >= endsAt) break;
        }
      });
    } catch (error) {
      if (error instanceof GameHangError) return { applied, hang: error };
      throw error;
    }
    return { applied };
  }

  private readonly runAwake = (): void => {
    this.waking = undefined;
    const awake = [...this.awake];
    this.awake.clear();
    this.stepApart(awake);
  };

  private readonly run = (): void => {
    this.timerAt = Number.POSITIVE_INFINITY;
    this.cancel = noTimer;
    const { now } = this;
    const due: Pace[] = [];
    for (const pace of this.paces) {
      const { nextAt } = pace;
      if (nextAt === undefined || nextAt > now + EARLY_MS) continue;
      due.push(pace);
      pace.room.late(Math.max(0, now - nextAt));
      pace.nextAt = nextAt + pace.room.intervalMs;
    }
    this.stepApart(due);
    for (const pace of due) this.skipMissed(pace);
    this.setTimer();
  };

  private skipMissed(pace: Pace): void {
    if (pace.nextAt === undefined) return;
    const { intervalMs } = pace.room;
    const missed = Math.floor((this.now - pace.nextAt) / intervalMs);
    if (missed <= CATCH_UP_STEPS_MAX) return;
    pace.room.skipped(missed);
    pace.nextAt += missed * intervalMs;
  }

  private setTimer(): void {
    let first = Number.POSITIVE_INFINITY;
    for (const { nextAt = first } of this.paces) if (nextAt < first) first = nextAt;
    const { now } = this;
    const at = first <= now ? now : onGrid(first);
    if (at === this.timerAt) return;
    this.cancel();
    this.timerAt = at;
    this.cancel = Number.isFinite(at) ? this.clock.after(at - now, this.run) : noTimer;
  }
}

/** The first time on the grid that is not before `at`, but for what sums of fractions miss it by. */
function onGrid(at: number): number {
  return Math.ceil((at - ROUNDING_MS) / GRID_MS) * GRID_MS;
}
